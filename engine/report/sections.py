"""The parts of one run: figures of its sum over books, distribution, history, books, heat maps, convergence, fans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from engine.batch.record import Distribution, Exact, RunRecord
from engine.report import charts, extras, past
from engine.report.extras import F64, Row
from engine.report.numbers import NONE, Figure, Scale, confidence_text, count, difference_se, level, scale_of
from engine.report.parts import Cell, Chart, Column, Shaded, Table, columns, short, table
from engine.report.past import Before, Past
from engine.risk.results import Measure, ScopeResult

ALL_BOOKS = ("total", "partial")
_MOST_BARS = 15
_MOST_FANS = 6
_MERGED = 3  # bins of the distribution in one row of its table
_NAME = 22  # characters of a book's name on an axis
_SHADES = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One run as the sections read it."""

    number: int  # of the run in the night, from 1: prefix of the charts' keys
    run: RunRecord
    home: Path  # its folder
    night: date
    past: Past
    before: Before
    main: ScopeResult  # the sum over books in the first scenario
    confidence: float  # the highest
    scale: Scale

    @property
    def measure(self) -> Measure:
        """The run's headline."""
        return next(each for each in self.main.measures if each.confidence == self.confidence)

    @property
    def level(self) -> str:
        """The confidence in words."""
        return confidence_text(self.confidence)

    def key(self, name: str) -> str:
        """A chart's key, unique in the page."""
        return f"r{self.number}-{name}"


def sheet(number: int, run: RunRecord, home: Path, night: date, earlier: Past) -> Sheet:
    """Find a run's headline, what it is compared with, and the unit of its amounts."""
    sums = [result for result in run.results if result.scope in ALL_BOOKS]
    main = next((result for result in sums if result.scenario == "base"), sums[0])
    measures = [measure for result in sums for measure in result.measures]
    return Sheet(
        number=number,
        run=run,
        home=home,
        night=night,
        past=earlier,
        before=past.before(earlier, run),
        main=main,
        confidence=max(measure.confidence for measure in main.measures),
        scale=scale_of(run.currency, [each.expected_shortfall for each in measures]),
    )


def figures(sheet: Sheet) -> Table:
    """VaR and ES of the sum over books in every scenario, with errors and changes."""
    found = scenario_rows(sheet)
    since = f"change since {sheet.past.last}" if sheet.before.run else "change"
    heads = columns(
        "scenario", "confidence", "VaR", since, "ES", since, "P&L by the shock alone", "mean P&L"
    )  # fmt: skip
    why = "" if sheet.before.run else f" No change is given: {sheet.before.reason}."
    caption = (
        f"All books, in {sheet.scale.unit}. Losses are positive for VaR and ES, gains for P&L; ± is one Monte "
        f"Carlo standard error, of a change at most. Without ±: exact.{why}"
    )
    return table(caption, heads, found)


def scenario_rows(sheet: Sheet) -> list[list[Cell]]:
    """Rows of `figures`."""
    scale = sheet.scale
    rows: list[list[Cell]] = []
    for result in sheet.run.results:
        if result.scope not in ALL_BOOKS:
            continue
        for measure in result.measures:
            rows.append(
                [
                    result.scenario,
                    confidence_text(measure.confidence),
                    scale.estimate(measure.value_at_risk, measure.value_at_risk_se),
                    change(sheet, result, measure, "value_at_risk"),
                    scale.estimate(measure.expected_shortfall, measure.expected_shortfall_se),
                    change(sheet, result, measure, "expected_shortfall"),
                    scale.amount(result.shock_pnl),
                    scale.estimate(result.mean, result.mean_se),
                ]
            )
    return rows


def change(sheet: Sheet, result: ScopeResult, measure: Measure, name: str, scale: Scale | None = None) -> Figure:
    """The change of a measure since the night before, with its error."""
    old = sheet.before.measure(result, measure.confidence)
    if old is None:
        return NONE
    difference = getattr(measure, name) - getattr(old, name)
    se = difference_se(getattr(measure, f"{name}_se"), getattr(old, f"{name}_se"))
    return (scale or sheet.scale).estimate(difference, se, signed=True)


def distribution(sheet: Sheet) -> Chart:
    """The P&L of the sum over books: density, tail, and the same as a table."""
    found = [each for each in sheet.run.distributions if each.scope == sheet.main.scope][: len(charts.SERIES)]
    found.sort(key=lambda each: each.scenario != sheet.main.scenario)
    title = "P&L distribution"
    if not found or found[0].scenario != sheet.main.scenario:
        return nothing(sheet, "distribution", title, "The record holds no distribution of this run.")
    scale, measure = sheet.scale, sheet.measure
    if not _finite(found[0].edges, measure.value_at_risk, measure.expected_shortfall):
        return nothing(sheet, "distribution", title, "Not drawn: the record holds a figure that is not a number.")
    var, shortfall = measure.value_at_risk, measure.expected_shortfall
    alt = (
        f"Density of the P&L over {_horizon(sheet)} in {scale.unit}; VaR at {sheet.level} is {scale.plain(var)}, "
        f"expected shortfall {scale.plain(shortfall)}; beside it the probability of losses in the worst 1 %."
    )
    drawn = [_density(each, scale) for each in found if _finite(each.edges, each.tail)]
    key, d = sheet.key("distribution"), scale.divisor
    svg = charts.distribution(key, alt, drawn, var / d, shortfall / d, scale.unit)
    rest = {each.scenario for each in sheet.run.distributions} - {each.scenario for each in found}
    note = (
        f"P&L of the first {found[0].n_paths:,} paths over {_horizon(sheet)}; in red what lies beyond VaR of "
        f"{found[0].scenario} at {sheet.level}, of all paths."
    )
    note += f" Not drawn: {', '.join(sorted(rest))}." if rest else ""
    return Chart(key=key, title=title, alt=alt, svg=svg, table=_bins(found, scale), note=note)


def history(sheet: Sheet) -> Chart:
    """VaR by night against realised P&L."""
    days = past.dated(sheet.past, sheet.run, sheet.main, sheet.measure, sheet.night)
    title = "VaR history and realised P&L"
    if len(days) < 2:
        why = "This is the only night of the record with this run in full, at this horizon and currency."
        return nothing(sheet, "history", title, why)
    scale = sheet.scale
    drawn = [
        charts.Day(
            night=each.night,
            value_at_risk=each.measure.value_at_risk / scale.divisor,
            low=each.measure.value_at_risk_low / scale.divisor,
            high=each.measure.value_at_risk_high / scale.divisor,
            pnl=each.realised.pnl / scale.divisor if each.realised else None,
            is_exception=each.is_exception,
        )
        for each in days
        if _finite(each.measure.value_at_risk, each.measure.value_at_risk_low, each.measure.value_at_risk_high)
    ]
    compared = [each for each in days if each.realised]
    n = sum(each.is_exception for each in compared)
    note = _history_note(sheet, len(compared), n)
    if left := len(sheet.past.runs[sheet.run.name]) + 1 - len(days):
        note += f" Left out: {left} nights on which books were missing, or the horizon or currency was another."
    alt = f"Minus VaR at {sheet.level} on {len(days)} nights in {scale.unit}; {n} of {len(compared)} losses exceed it."
    heads = columns("night", "VaR", "realised on", "realised P&L", "loss exceeds VaR")
    rows: list[list[Cell]] = [
        [
            str(each.night),
            scale.estimate(each.measure.value_at_risk, each.measure.value_at_risk_se),
            str(each.realised.valuation_date) if each.realised else "",
            scale.amount(each.realised.pnl) if each.realised else NONE,
            ("yes" if each.is_exception else "no") if each.realised else "",
        ]
        for each in reversed(days)
    ]
    key = sheet.key("history")
    svg = charts.history(key, alt, drawn, scale.unit) if len(drawn) > 1 else ""
    numbers = table(f"Amounts in {scale.unit}; P&L gains positive.", heads, rows)
    return Chart(key=key, title=title, alt=alt, svg=svg, table=numbers, note=note)


def books(sheet: Sheet) -> Chart:
    """VaR and ES of every book alone, and what diversification takes off."""
    alone = [
        (result, measure)
        for result in sheet.run.results
        if result.scenario == sheet.main.scenario and result.scope not in ALL_BOOKS
        for measure in result.measures
        if measure.confidence == sheet.confidence
    ]
    alone.sort(key=lambda pair: -_rank(pair[1].value_at_risk))
    scale = scale_of(sheet.run.currency, [measure.expected_shortfall for _, measure in alone])
    total = sum(measure.value_at_risk for _, measure in alone)
    heads = columns("book", "base value", "mean P&L", "VaR", "change", "ES")
    rows: list[list[Cell]] = [
        [
            book_name(result.scope),
            scale.amount(result.base_value),
            scale.estimate(result.mean, result.mean_se),
            scale.estimate(measure.value_at_risk, measure.value_at_risk_se),
            change(sheet, result, measure, "value_at_risk", scale),
            scale.estimate(measure.expected_shortfall, measure.expected_shortfall_se),
        ]
        for result, measure in alone
    ]
    drawn = [(result, measure) for result, measure in alone if _finite(measure.value_at_risk)][:_MOST_BARS]
    title = "Contributions by book"
    key = sheet.key("books")
    alt = f"VaR at {sheet.level} of {len(drawn)} books, each alone, in {scale.unit}, the largest first."
    bars = [_bar(result, measure, scale) for result, measure in drawn]
    svg = charts.books(key, alt, bars, scale.unit) if bars else ""
    diversified = scale.plain(total - sheet.measure.value_at_risk)
    note = (
        f"Each book alone in {sheet.main.scenario} at {sheet.level}: the figures do not add up. Together they are "
        f"{scale.plain(total)}, of which diversification takes off {diversified} {scale.unit}. "
    )
    note += f"Drawn are the {len(drawn)} largest of {len(alone)}." if len(alone) > len(drawn) else ""
    caption = f"Books alone, in {scale.unit}; losses positive for VaR and ES."
    return Chart(key=key, title=title, alt=alt, svg=svg, table=table(caption, heads, rows), note=note)


def heat_maps(sheet: Sheet) -> tuple[Table, ...]:
    """Scenario by book: VaR, stress losses; and DV01 by curve."""
    measures = {
        (result.scope, result.scenario): measure.value_at_risk
        for result in sheet.run.results
        for measure in result.measures
        if measure.confidence == sheet.confidence
    }
    stress, dv01s = _by_label(sheet.run.stress_losses), _by_label(sheet.run.dv01s)
    unit = sheet.run.currency
    found = (
        (f"VaR at {sheet.level} over {_horizon(sheet)}", measures, ""),
        ("Loss by each scenario's shock alone, today, exact", stress, ""),
        ("DV01 by curve, exact: lost for +1 bp", dv01s, " per bp"),
    )
    return tuple(_heat(caption, cells, unit, per) for caption, cells, per in found if cells)


def convergence(sheet: Sheet) -> Chart:
    """VaR and its error against the number of paths."""
    title = "Convergence"
    rows = extras.convergence(sheet.home, sheet.run.manifest, sheet.main.scenario, sheet.confidence)
    rows = [row for row in rows if row["scope"] == sheet.main.scope and _finite(row["value_at_risk"])]
    if not rows:
        return nothing(sheet, "convergence", title, "The record holds no estimates from fewer paths.")
    scale, n_paths = sheet.scale, int(sheet.run.manifest["facts"]["n_paths"])
    final = sheet.measure
    alt = (
        f"VaR at {sheet.level} from {rows[0]['n_paths']:,} to {rows[-1]['n_paths']:,} paths with its interval, and "
        f"from all {n_paths:,}: {scale.plain(final.value_at_risk)} {scale.unit}."
    )
    heads = columns("paths", "VaR", "ES", words=0)
    cells = [_convergence_cells(row, scale) for row in rows if row["n_paths"] < n_paths]
    cells.append(
        [
            count(n_paths),
            scale.estimate(final.value_at_risk, final.value_at_risk_se),
            scale.estimate(final.expected_shortfall, final.expected_shortfall_se),
        ]
    )
    key = sheet.key("convergence")
    return Chart(
        key=key,
        title=title,
        alt=alt,
        svg=_drawn_convergence(key, alt, rows, (n_paths, final.value_at_risk / scale.divisor), scale),
        table=table(f"Amounts in {scale.unit}.", heads, cells),
        note=f"Estimates from the run's first paths in {sheet.main.scenario} at {sheet.level}; the last from all.",
    )


def fans(sheet: Sheet) -> Chart:
    """Quantiles of the factors by day, where the record has them."""
    title = "Fan charts"
    rows = extras.levels(sheet.home, sheet.run.manifest, sheet.main.scenario)
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
    cells: list[list[Cell]] = [[name, *(_level(found.get((name, each))) for each in quantiles)] for name in names]
    return Chart(
        key=key,
        title=title,
        alt=alt,
        svg=charts.fans(key, alt, drawn) if all(_finite(fan.levels) for fan in drawn) else "",
        table=table(f"Quantiles on business day {last} in {sheet.main.scenario}.", heads, cells),
        note=f"Quantiles in {sheet.main.scenario}, from {confidence_text(quantiles[0])} to "
        f"{confidence_text(quantiles[-1])}.",
    )


SECTIONS: tuple[Callable[[Sheet], Chart], ...] = (distribution, history, books, fans, convergence)
SHORT = (history, books)  # what stays of them where the page would become too long


def book_name(scope: str) -> str:
    """A book's name without the word before it."""
    return scope.removeprefix("book:")


def nothing(sheet: Sheet, name: str, title: str, why: str) -> Chart:
    """A chart that cannot be drawn, and why."""
    return Chart(key=sheet.key(name), title=title, alt="", svg="", table=None, note=why)


def heat_table(
    caption: str, heads: Sequence[Column], names: Sequence[str], rows: Sequence[Sequence[float | None]], scale: Scale
) -> Table:
    """A table whose cells are shaded by their size against the largest of a single book."""
    single = rows[1:] or rows  # the first row is the sum
    sizes = [abs(value) for row in single for value in row if value is not None and np.isfinite(value)]
    largest = max(sizes, default=0.0)
    cells: list[list[Cell]] = [
        [name, *(Shaded(figure=scale.amount(value), shade=shade(value, largest)) for value in row)]
        for name, row in zip(names, rows, strict=True)
    ]
    return table(caption, heads, cells, is_heat=True)


def shade(value: float | None, largest: float) -> int:
    """-4 to 4: the sign and the size of a loss against the largest."""
    if value is None or not np.isfinite(value) or largest == 0.0:
        return 0
    return round(_SHADES * min(max(value / largest, -1.0), 1.0))


def _history_note(sheet: Sheet, n_compared: int, n: int) -> str:
    horizon = sheet.run.manifest["facts"]["horizon_days"]
    if horizon != 1:
        return f"VaR here is over {horizon} business days: no P&L realised over one day is held against it."
    if not n_compared:
        return "No realised P&L is at hand for these nights."
    expected = round((1.0 - sheet.confidence) * n_compared, 6)
    plural = "exception" if n == 1 else "exceptions"
    return (
        f"{n} backtest {plural} on {n_compared} nights compared; at {sheet.level} {expected:g} are expected. A night's "
        "VaR is held against the P&L realised by the next business day."
    )


def _density(each: Distribution, scale: Scale) -> charts.Density:
    edges: F64 = each.edges / scale.divisor
    density: F64 = each.counts / (each.n_paths * np.diff(edges))
    tail: F64 = each.tail / scale.divisor
    return charts.Density(
        label=short(each.scenario, _NAME), edges=edges, density=density, tail=tail, n_paths=each.n_paths
    )


def _bins(found: Sequence[Distribution], scale: Scale) -> Table:
    """Three bins to a row, without rows that no path falls in."""
    rows: list[list[Cell]] = []
    for each in found:
        edges, counts = each.edges[::_MERGED], each.counts.reshape(-1, _MERGED).sum(axis=1)
        width = float(edges[1] - edges[0])
        rows += [
            [each.scenario, scale.edge(low, width), scale.edge(high, width), count(int(n))]
            for low, high, n in zip(edges[:-1].tolist(), edges[1:].tolist(), counts, strict=True)
            if n
        ]
    heads = columns("scenario", "P&L from", "to", "paths")
    return table(f"Paths by P&L, in {scale.unit}; gains positive.", heads, rows)


def _bar(result: ScopeResult, measure: Measure, scale: Scale) -> charts.Bar:
    se = measure.value_at_risk_se if np.isfinite(measure.value_at_risk_se) else 0.0
    return charts.Bar(
        label=short(book_name(result.scope), _NAME),
        value_at_risk=measure.value_at_risk / scale.divisor,
        se=se / scale.divisor,
        expected_shortfall=measure.expected_shortfall / scale.divisor,
    )


def _by_label(figures: Sequence[Exact]) -> dict[tuple[str, str], float]:
    return {(each.scope, each.label): each.value for each in figures}


def _heat(caption: str, cells: dict[tuple[str, str], float], unit: str, per: str) -> Table:
    scopes, labels = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    scale = scale_of(unit, cells.values(), per)
    rows = [[cells.get((scope, label)) for label in labels] for scope in scopes]
    heads = (Column(heading="book", is_number=False), *(Column(heading=label) for label in labels))
    names = [_scope_words(scope) for scope in scopes]
    return heat_table(f"{caption}. In {scale.unit}, losses positive.", heads, names, rows, scale)


def _scope_words(scope: str) -> str:
    words = {"total": "all books", "partial": "all books that loaded"}
    return words.get(scope) or book_name(scope)


def _convergence_cells(row: Row, scale: Scale) -> list[Cell]:
    return [
        count(row["n_paths"]),
        scale.estimate(row["value_at_risk"], row["value_at_risk_se"]),
        scale.estimate(row["expected_shortfall"], row["expected_shortfall_se"]),
    ]


def _drawn_convergence(key: str, alt: str, rows: Sequence[Row], final: tuple[int, float], scale: Scale) -> str:
    ends = [(row["value_at_risk_low"] / scale.divisor, row["value_at_risk_high"] / scale.divisor) for row in rows]
    low, high = np.array(ends).T
    low, high = (np.where(np.isfinite(end), end, np.nan) for end in (low, high))
    values = np.array([row["value_at_risk"] for row in rows]) / scale.divisor
    return charts.convergence(key, alt, [row["n_paths"] for row in rows], values, low, high, final, scale.unit)


def _fan(name: str, rows: Sequence[Row]) -> charts.Fan:
    days = sorted({row["day"] for row in rows})
    probabilities = tuple(sorted({row["probability"] for row in rows}))
    found = {(row["probability"], row["day"]): row["level"] for row in rows}
    grid = np.array([[found.get((p, day), np.nan) for day in days] for p in probabilities])
    unit = ", %" if "decimal" in rows[0]["unit"] else f", {rows[0]['unit']}"
    return charts.Fan(
        title=short(name, _NAME) + unit, days=np.array(days, np.float64), probabilities=probabilities, levels=grid
    )


def _level(row: Row | None) -> Figure:
    return level(row["level"], row["unit"]) if row else NONE


def _horizon(sheet: Sheet) -> str:
    days = sheet.run.manifest["facts"]["horizon_days"]
    return "1 business day" if days == 1 else f"{days} business days"


def _rank(value: float) -> float:
    return value if np.isfinite(value) else -np.inf


def _finite(*values: F64 | float) -> bool:
    return all(bool(np.isfinite(value).all()) for value in values)
