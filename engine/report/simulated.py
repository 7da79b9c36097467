"""Where the loss lies and how sure it is: a hundred futures of every scenario, estimates from more and more paths."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.record.later_tables import Row, recorded_convergence
from engine.record.read import Distribution
from engine.report.numbers import Scale, confidence_text, count
from engine.report.parts import Chart, Entry, Table, columns, table
from engine.report.pictures.convergence import convergence as drawn_convergence
from engine.report.pictures.quantile_dots import Futures, hundred_futures
from engine.report.sheet import Sheet, errors_in_words, finite, horizon, labelled_name, nothing, tail_entry
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult
from engine.words.language import Text, name_of, texts
from kernels.types import F64

N_FUTURES = 100
SHOWN_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)  # of the table
_VAR, _ES = HEADLINE

_TITLE = Text("A hundred futures")
_NO_DISTRIBUTION = Text("The record holds no distribution of this run.")
_NOT_DRAWN = Text("Not drawn: the record holds a figure that is not a number.")
_ALT = Text("P&L over {horizon} in a hundred futures of {scenarios}, in {unit}, gains positive; VaR and ES at {level}.")
_LEAD = Text("P&L over {horizon}, {unit}: each dot is one future in a hundred, red ones lose more than VaR at {level}.")
_NOTE = Text("Line: VaR; diamond: ES. {source}, drawn on the same random numbers.")
_NOTE_MOVES = Text("Line: VaR; diamond: ES. Quantiles of {source}.")
_PATHS, _MOVES = Text("The first {n:,} paths of each scenario"), Text("the paths, or of all moves of an exact scenario")
_LEFT_OUT = Text(" Not drawn: {scenarios}.")
_CAPTION = Text("Quantiles of the P&L over {horizon}, {unit}, gains positive; VaR and ES at {level}, losses positive.")
_CONVERGENCE = Text("Convergence")
_CONVERGES_NOT = Text("Nothing converges: each of the {n:,} moves of {scenario} is valued.")
_NO_CONVERGENCE = Text("The record holds no estimates from fewer paths.")
_CONVERGENCE_ALT = Text(
    "{measure} at {level} from {first:,} to {last:,} paths with its interval, and from all {n:,}: {figure} {unit}."
)
_CONVERGENCE_NOTE = Text(
    "{measure} {level}, {unit}, from the run's first paths in {scenario}, with the {interval} interval; dashed: from"
    " all paths."
)
_AMOUNTS = Text("Amounts in {unit}; {errors}.")


def futures(sheet: Sheet) -> Chart:
    """Show a hundred quantiles of the P&L of the sum over books in every scenario, VaR and ES beside them."""
    found = {each.scenario: each for each in sheet.run.distributions if each.scope == sheet.main.scope}
    if sheet.main.scenario not in found:
        return nothing(sheet, "futures", _TITLE, _NO_DISTRIBUTION)
    shown = [each for each in sheet.first_scenarios if each.scenario in found and _is_whole(sheet, each, found)]
    if sheet.main not in shown:
        return nothing(sheet, "futures", _TITLE, _NOT_DRAWN)
    words = {"horizon": horizon(sheet), "unit": sheet.scale.unit, "level": sheet.level}
    alt = _ALT.format(scenarios=", ".join(name_of(each.scenario) for each in shown), **words)
    rows = [_future(sheet, each, found[each.scenario]) for each in shown]
    rest = [name_of(each.scenario) for each in sheet.sums if each not in shown]
    is_drawn = all(each.n_moves is None for each in shown)
    source = _PATHS.format(n=found[sheet.main.scenario].n_paths) if is_drawn else str(_MOVES)
    note = (_NOTE if is_drawn else _NOTE_MOVES).format(source=source)
    return Chart(
        key=sheet.key("futures"),
        title=_TITLE,
        alt=alt,
        svg=hundred_futures(alt, rows),
        table=_quantiles(sheet, shown, found, _CAPTION.format(**words)),
        lead=_LEAD.format(**words),
        note=note + (_LEFT_OUT.format(scenarios=", ".join(rest)) if rest else ""),
        is_wide=True,
    )


def quantiles(each: Distribution, probabilities: Sequence[float]) -> F64:
    """Read quantiles (n_probabilities,) off a distribution: its tail where it holds them, else even in a bin."""
    levels = np.asarray(probabilities, np.float64)
    shares = np.concatenate([[0.0], np.cumsum(each.counts) / max(each.n_paths, 1)])
    found = np.interp(levels, shares, each.edges)
    in_tail = levels * each.n_paths < each.tail.size
    found[in_tail] = each.tail[(levels[in_tail] * each.n_paths).astype(np.int64)]
    return np.maximum.accumulate(found)


def convergence(sheet: Sheet) -> Chart:
    """Show the headline's first measure and its error against the number of paths; the others beside it."""
    if (n_moves := sheet.main.n_moves) is not None:
        return nothing(sheet, "convergence", _CONVERGENCE, _CONVERGES_NOT.format(n=n_moves, scenario=sheet.main_name))
    rows = recorded_convergence(sheet.run.files, sheet.main.scenario, sheet.confidence)
    rows = [row for row in rows if row["scope"] == sheet.main.scope and finite(row[_VAR.key])]
    if not rows:
        return nothing(sheet, "convergence", _CONVERGENCE, _NO_CONVERGENCE)
    facts, scale = sheet.run.manifest["facts"], sheet.scale
    n_paths, final = int(facts["n_paths"]), sheet.tail.of(_VAR).value
    words = {"measure": _VAR.label, "level": sheet.level, "unit": scale.unit}
    figure = scale.plain(final)
    alt = _CONVERGENCE_ALT.format(first=rows[0]["n_paths"], last=rows[-1]["n_paths"], n=n_paths, figure=figure, **words)
    entries = [_convergence_entries(row, sheet) for row in rows if row["n_paths"] < n_paths]
    entries.append([count(n_paths), *(tail_entry(scale, sheet.tail, measure) for measure in sheet.measures)])
    heads = columns(*texts("paths"), *(measure.label for measure in sheet.measures), words=0)
    interval = confidence_text(facts["interval_confidence"])
    return Chart(
        key=sheet.key("convergence"),
        title=_CONVERGENCE,
        alt=alt,
        svg=_convergence_picture(alt, rows, (n_paths, final / scale.divisor), scale, figure),
        table=table(_AMOUNTS.format(unit=scale.unit, errors=errors_in_words(sheet)), heads, entries),
        note=_CONVERGENCE_NOTE.format(scenario=sheet.main_name, interval=interval, **words),
    )


def _is_whole(sheet: Sheet, result: ScopeResult, found: Mapping[str, Distribution]) -> bool:
    """Return whether all that a row of the picture needs is a number."""
    tail, each = sheet.tail_of(result), found[result.scenario]
    return finite(each.edges, each.tail, *(tail.of(measure).value for measure in HEADLINE))


def _future(sheet: Sheet, result: ScopeResult, each: Distribution) -> Futures:
    tail, scale = sheet.tail_of(result), sheet.scale
    var, shortfall = tail.of(_VAR).value, tail.of(_ES).value
    middles = (np.arange(N_FUTURES) + 0.5) / N_FUTURES
    return Futures(
        label=name_of(result.scenario),
        colour=sheet.colour_of(result.scenario),
        quantiles=quantiles(each, middles.tolist()) / scale.divisor,
        value_at_risk=var / scale.divisor,
        shortfall=shortfall / scale.divisor,
        words=f"{_VAR.label} {scale.plain(var)}",
    )


def _quantiles(sheet: Sheet, shown: Sequence[ScopeResult], found: Mapping[str, Distribution], caption: str) -> Table:
    scale = sheet.scale
    heads = columns(*texts("scenario"), *(confidence_text(each) for each in SHOWN_QUANTILES), _VAR.label, _ES.label)
    rows: list[list[Entry]] = [
        [
            labelled_name(sheet.run, each.scenario),
            *(scale.amount(value, signed=True) for value in quantiles(found[each.scenario], SHOWN_QUANTILES).tolist()),
            *(scale.amount(sheet.tail_of(each).of(measure).value) for measure in HEADLINE),
        ]
        for each in shown
    ]
    return table(caption, heads, rows)


def _convergence_entries(row: Row, sheet: Sheet) -> list[Entry]:
    keys = [measure.key for measure in sheet.measures]
    return [count(row["n_paths"]), *(sheet.scale.estimate(row[key], row[f"{key}_se"]) for key in keys)]


def _convergence_picture(alt: str, rows: Sequence[Row], final: tuple[int, float], scale: Scale, figure: str) -> str:
    ends = [(row[f"{_VAR.key}_low"] / scale.divisor, row[f"{_VAR.key}_high"] / scale.divisor) for row in rows]
    low, high = np.array(ends).T
    low, high = (np.where(np.isfinite(end), end, np.nan) for end in (low, high))
    values = np.array([row[_VAR.key] for row in rows]) / scale.divisor
    return drawn_convergence(alt, [row["n_paths"] for row in rows], values, low, high, final, figure)
