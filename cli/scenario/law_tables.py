"""Laws side by side: what a book may lose under each, what its backtest says, and the band that they span."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.output.table import LOWER
from cli.render import Column, Table
from cli.run_table import (
    TOTAL,
    columns,
    errors_note,
    estimate,
    facts,
    of_columns,
    scale,
    sentence,
    shown_scopes,
    title,
)

if TYPE_CHECKING:
    from engine.risk.measures.measure import TailMeasure
    from engine.risk.model_band import ModelBand
    from engine.risk.results import RunResult, ScopeResult


def show_laws(result: "RunResult") -> None:
    """Print a table for each group of laws, and the model band of its total in a line."""
    from engine.mechanisms.law import forecasting
    from engine.risk.model_band import model_bands

    for i, group in enumerate(result.run.laws):
        if i:
            print()
        bands = model_bands(result.results, [forecasting(group)])
        render.show(law_table(result, group, bands))
        if bands:
            print(f"\n{band_line(result, bands)}")


def law_table(result: "RunResult", group: Mapping[str, str], bands: Sequence["ModelBand"]) -> Table:
    """Lay out the laws of a group, law -> scenario, in one unit: those of each scope together, and their band.

    What their backtests say stands with the total, once.
    """
    from engine.backtest.bundled_verdicts import bundled_verdicts, explained, labelled
    from engine.risk.measures.registry import measures_among

    unit, tails, found = scale(result), result.results[0].measures, bundled_verdicts()
    measures = measures_among(tails[0].estimates)
    of_run = list(columns([tail.confidence for tail in tails], measures))
    by_place = {(row.scenario, row.scope): row for row in result.results}
    first = next(iter(group.values()))
    rows: list[list[str]] = []
    names = shown_scopes(result)
    for row in (each for each in result.results if each.scenario == first and each.scope in names):
        laws = {law: by_place[scenario, row.scope] for law, scenario in group.items()}
        words = {
            law: labelled(result.run.standings[scenario], found.words_of(law)) if row.scope == TOTAL else ""
            for law, scenario in group.items()
        }
        head = [names[row.scope], unit.amount(row.base_value), unit.amount(row.shock_pnl)]
        rows += _scope_rows(head, row, laws, bands, measures, unit, words)
    meaning = f"{found.basis}: docs/validation/backtest.md. {explained(map(found.words_of, group))}".strip()
    last = Column(heading="backtest", is_number=False, meaning=meaning, leaves=LOWER)
    return Table(
        title=title(result) + _shock(group),
        unit=unit.unit,
        sentence=sentence(result, unit),
        columns=(*of_run[:-1], last),
        rows=rows,
        footnote=f"{errors_note(result)} {facts(result)}",
    )


def band_line(result: "RunResult", bands: Sequence["ModelBand"]) -> str:
    """Return the band of the total at the highest confidence: the lowest and the highest figure, and whose they are."""
    from engine.risk.measures.registry import MEASURES

    unit, highest = scale(result), max(band.confidence for band in bands)
    parts = [
        f"{MEASURES[band.measure].label} {render.percent(band.confidence)} {_ends(band, unit)}"
        f" ({band.lowest.law} to {band.highest.law})"
        for band in bands
        if band.scope == TOTAL and band.confidence == highest
    ]
    return f"Model band, {TOTAL}, {unit.unit}: {'; '.join(parts)}"


def _scope_rows(
    head: Sequence[str],
    first: "ScopeResult",
    laws: Mapping[str, "ScopeResult"],
    bands: Sequence["ModelBand"],
    measures: Sequence["TailMeasure"],
    unit: render.Scale,
    words: Mapping[str, str],
) -> Iterator[list[str]]:
    n_figures = len(measures) * len(first.measures)
    yield [*head, *[""] * n_figures, ""]
    for law, row in laws.items():
        figures = [estimate(tail, measure, unit) for tail, measure in of_columns(row, measures)]
        yield [f"  {law}", "", "", *figures, words[law]]
    if not bands:
        return
    of_scope = {(band.confidence, band.measure): band for band in bands if band.scope == first.scope}
    band = [_ends(of_scope[tail.confidence, each.key], unit) for tail, each in of_columns(first, measures)]
    yield ["  band", "", "", *band, ""]


def _ends(band: "ModelBand", unit: render.Scale) -> str:
    return f"{unit.amount(band.lowest.value)} to {unit.amount(band.highest.value)}"


def _shock(group: Mapping[str, str]) -> str:
    """Return which scenario's shock comes first, where there is one."""
    name = next(iter(group.values()))
    return f", after the shock of {name.rpartition('/')[0]}" if "/" in name else ""
