"""What the paths themselves show: the P&L's distribution, convergence, fans of the factors' levels."""

from collections.abc import Sequence

import numpy as np

from engine.record.later_tables import Row, recorded_convergence, recorded_levels
from engine.record.read import Distribution
from engine.report.numbers import NONE, Figure, Scale, confidence_text, count, level
from engine.report.parts import Chart, Entry, Table, columns, short, table
from engine.report.pictures import charts
from engine.report.sheet import AXIS_NAME, Sheet, errors_in_words, finite, horizon, labelled_name, nothing, tail_entry
from engine.risk.measures.registry import HEADLINE
from kernels.types import F64

_MOST_FANS = 6
_MERGED = 3  # bins of the distribution in one row of its table


def distribution(sheet: Sheet) -> Chart:
    """Show the P&L of the sum over books: density, tail, and the same as a table."""
    found = [each for each in sheet.run.distributions if each.scope == sheet.main.scope][: len(charts.SERIES)]
    found.sort(key=lambda each: each.scenario != sheet.main.scenario)
    title = "P&L distribution"
    if not found or found[0].scenario != sheet.main.scenario:
        return nothing(sheet, "distribution", title, "The record holds no distribution of this run.")
    scale, lead = sheet.scale, HEADLINE[0]
    values = {measure: sheet.tail.of(measure).value for measure in HEADLINE}
    if not finite(found[0].edges, *values.values()):
        return nothing(sheet, "distribution", title, "Not drawn: the record holds a figure that is not a number.")
    others = "".join(f", {measure.name} {scale.plain(values[measure])}" for measure in HEADLINE[1:])
    alt = (
        f"Density of the P&L over {horizon(sheet)} in {scale.unit}; {lead.label} at {sheet.level} is "
        f"{scale.plain(values[lead])}{others}; beside it the probability of losses in the worst 1 %."
    )
    drawn = [_density(each, scale) for each in found if finite(each.edges, each.tail)]
    key = sheet.key("distribution")
    marks = [(measure.label, value / scale.divisor) for measure, value in values.items()]
    svg = charts.distribution(key, alt, drawn, marks, scale.unit)
    rest = {each.scenario for each in sheet.run.distributions} - {each.scenario for each in found}
    n_moves = sheet.main.n_moves
    of_what, of_all = (
        (f"the first {found[0].n_paths:,} paths", ", of all paths")
        if n_moves is None
        else (f"all {n_moves:,} moves, each as likely as its law makes it", "")
    )
    note = (
        f"P&L of {of_what} over {horizon(sheet)}; in red what lies beyond {lead.label} of {found[0].scenario} at "
        f"{sheet.level}{of_all}."
    )
    note += f" Not drawn: {', '.join(sorted(rest))}." if rest else ""
    return Chart(key=key, title=title, alt=alt, svg=svg, table=_bins(found, sheet), note=note)


def convergence(sheet: Sheet) -> Chart:
    """Show the headline's first measure and its error against the number of paths; the others beside it."""
    title, lead = "Convergence", HEADLINE[0]
    if (n_moves := sheet.main.n_moves) is not None:
        why = f"Nothing converges: each of the {n_moves:,} moves of {sheet.main_name} is valued."
        return nothing(sheet, "convergence", title, why)
    rows = recorded_convergence(sheet.run.files, sheet.main.scenario, sheet.confidence)
    rows = [row for row in rows if row["scope"] == sheet.main.scope and finite(row[lead.key])]
    if not rows:
        return nothing(sheet, "convergence", title, "The record holds no estimates from fewer paths.")
    scale, n_paths = sheet.scale, int(sheet.run.manifest["facts"]["n_paths"])
    final = sheet.tail.of(lead).value
    alt = (
        f"{lead.label} at {sheet.level} from {rows[0]['n_paths']:,} to {rows[-1]['n_paths']:,} paths with its "
        f"interval, and from all {n_paths:,}: {scale.plain(final)} {scale.unit}."
    )
    heads = columns("paths", *(measure.label for measure in sheet.measures), words=0)
    entries = [_convergence_entries(row, sheet) for row in rows if row["n_paths"] < n_paths]
    entries.append([count(n_paths), *(tail_entry(scale, sheet.tail, measure) for measure in sheet.measures)])
    key = sheet.key("convergence")
    return Chart(
        key=key,
        title=title,
        alt=alt,
        svg=_drawn_convergence(key, alt, rows, (n_paths, final / scale.divisor), scale),
        table=table(f"Amounts in {scale.unit}; {errors_in_words(sheet)}.", heads, entries),
        note=f"Estimates from the run's first paths in {sheet.main_name} at {sheet.level}; the last from all.",
    )


def fans(sheet: Sheet) -> Chart:
    """Show quantiles of the factors by day, where the record has them."""
    title = "Fan charts"
    rows = recorded_levels(sheet.run.files, sheet.main.scenario)
    if not rows:
        return nothing(sheet, "fans", title, "The record holds no levels of the factors by day.")
    names = list(dict.fromkeys(row["factor"] for row in rows))
    drawn = [_fan(name, [row for row in rows if row["factor"] == name]) for name in names[:_MOST_FANS]]
    key = sheet.key("fans")
    alt = f"Quantiles by business day of {', '.join(names[:_MOST_FANS])}."
    last = max(row["day"] for row in rows)
    quantiles = sorted({row["probability"] for row in rows})
    heads = columns("factor", *(confidence_text(each) for each in quantiles))
    found = {(row["factor"], row["probability"]): row for row in rows if row["day"] == last}
    entries: list[list[Entry]] = [[name, *(_level(found.get((name, each))) for each in quantiles)] for name in names]
    return Chart(
        key=key,
        title=title,
        alt=alt,
        svg=charts.fans(key, alt, drawn) if all(finite(fan.levels) for fan in drawn) else "",
        table=table(f"Quantiles on business day {last} in {sheet.main_name}.", heads, entries),
        note=_fans_note(sheet, rows, quantiles),
    )


def _density(each: Distribution, scale: Scale) -> charts.Density:
    edges: F64 = each.edges / scale.divisor
    density: F64 = each.counts / (each.n_paths * np.diff(edges))
    tail: F64 = each.tail / scale.divisor
    return charts.Density(
        label=short(each.scenario, AXIS_NAME), edges=edges, density=density, tail=tail, n_paths=each.n_paths
    )


def _bins(found: Sequence[Distribution], sheet: Sheet) -> Table:
    """Return three bins to a row, without rows that no path falls in."""
    rows: list[list[Entry]] = []
    scale = sheet.scale
    for each in found:
        name = labelled_name(sheet.run, each.scenario)
        edges, counts = each.edges[::_MERGED], each.counts.reshape(-1, _MERGED).sum(axis=1)
        width = float(edges[1] - edges[0])
        rows += [
            [name, scale.edge(low, width), scale.edge(high, width), count(int(n))]
            for low, high, n in zip(edges[:-1].tolist(), edges[1:].tolist(), counts, strict=True)
            if n
        ]
    heads = columns("scenario", "P&L from", "to", "paths or moves")
    return table(f"Paths, or moves of an exact scenario, by P&L, in {scale.unit}; gains positive.", heads, rows)


def _convergence_entries(row: Row, sheet: Sheet) -> list[Entry]:
    keys = [measure.key for measure in sheet.measures]
    return [count(row["n_paths"]), *(sheet.scale.estimate(row[key], row[f"{key}_se"]) for key in keys)]


def _drawn_convergence(key: str, alt: str, rows: Sequence[Row], final: tuple[int, float], scale: Scale) -> str:
    lead = HEADLINE[0]
    ends = [(row[f"{lead.key}_low"] / scale.divisor, row[f"{lead.key}_high"] / scale.divisor) for row in rows]
    low, high = np.array(ends).T
    low, high = (np.where(np.isfinite(end), end, np.nan) for end in (low, high))
    values = np.array([row[lead.key] for row in rows]) / scale.divisor
    n_paths = [row["n_paths"] for row in rows]
    return charts.convergence(key, alt, n_paths, values, low, high, final, lead.label, scale.unit)


def _fan(name: str, rows: Sequence[Row]) -> charts.Fan:
    days = sorted({row["day"] for row in rows})
    probabilities = tuple(sorted({row["probability"] for row in rows}))
    found = {(row["probability"], row["day"]): row["level"] for row in rows}
    grid = np.array([[found.get((p, day), np.nan) for day in days] for p in probabilities])
    unit = ", %" if "decimal" in rows[0]["unit"] else f", {rows[0]['unit']}"
    return charts.Fan(
        title=short(name, AXIS_NAME) + unit, days=np.array(days, np.float64), probabilities=probabilities, levels=grid
    )


def _fans_note(sheet: Sheet, rows: Sequence[Row], quantiles: Sequence[float]) -> str:
    ends = f"from {confidence_text(quantiles[0])} to {confidence_text(quantiles[-1])}"
    is_exact = not any(row["se"] for row in rows)
    which = "all its paths" if is_exact else f"{rows[0]['n_paths'] or 0:,} paths walked day by day"
    walked = f", of {which}" if rows[0]["n_paths"] else ""
    return f"Quantiles in {sheet.main_name}, {ends}{walked}; yields are par yields."


def _level(row: Row | None) -> Figure:
    return level(row["level"], row["unit"]) if row else NONE
