"""The model band of one run: all books under laws that differ in nothing else, and what a backtest says of each."""

from collections.abc import Iterator, Mapping

from engine.backtest.bundled_verdicts import BundledVerdicts, bundled_verdicts
from engine.mechanisms.law import forecasting
from engine.report.numbers import Missing, confidence_text
from engine.report.parts import Entry, Table, columns, table
from engine.report.sheet import ALL_BOOKS, Sheet, errors_in_words, finite, labelled_name, tail_entry
from engine.risk.model_band import ModelBand, model_bands
from engine.risk.results import ScopeResult

BAND = "band"  # the last row of a table


def model_band_tables(sheet: Sheet) -> tuple[Table, ...]:
    """Return a table for each group of two laws or more; none in records from before laws were recorded."""
    groups = [group for group in sheet.run.manifest["facts"].get("laws", ()) if len(group) > 1]
    return tuple(_table(sheet, group, bundled_verdicts()) for group in groups)


def _table(sheet: Sheet, group: Mapping[str, str], found: BundledVerdicts) -> Table:
    first = next(iter(group.values()))
    shock = "" if _is_unshocked(sheet, first) else f", after the shock of {first}"
    tails = next(row for row in sheet.run.results if row.scenario == first).measures
    labels = [
        f"{measure.label} {confidence_text(tail.confidence)}"
        for tail in tails
        for measure in sheet.measures
        if measure.key in tail.estimates
    ]
    heads = [*columns("law", "scenario", *labels, words=2), *columns("backtest")]
    caption = (
        f"Model band: all books under each law{shock}, in {sheet.scale.unit}; losses positive;"
        f" {errors_in_words(sheet)}. The band is from the lowest to the highest. Backtest: {found.basis}."
    )
    return table(caption, heads, list(_rows(sheet, group, found)))


def _rows(sheet: Sheet, group: Mapping[str, str], found: BundledVerdicts) -> Iterator[list[Entry]]:
    sums = {row.scenario: row for row in sheet.run.results if row.scope in ALL_BOOKS}
    for law, scenario in group.items():
        yield [law, labelled_name(sheet.run, scenario), *_figures(sheet, sums[scenario]), found.words_of(law)]
    bands = model_bands(tuple(sums.values()), [forecasting(group)])
    if bands:
        yield [BAND, "", *(_ends(sheet, band) for band in bands if band.measure in _keys(sheet)), ""]


def _figures(sheet: Sheet, row: ScopeResult) -> Iterator[Entry]:
    for tail in row.measures:
        yield from (tail_entry(sheet.scale, tail, each) for each in sheet.measures if each.key in tail.estimates)


def _ends(sheet: Sheet, band: ModelBand) -> Entry:
    low, high = band.lowest.value, band.highest.value
    if not finite(low, high):
        return Missing("not a number")
    return f"{sheet.scale.plain(low)} to {sheet.scale.plain(high)}"


def _keys(sheet: Sheet) -> list[str]:
    return [measure.key for measure in sheet.measures]


def _is_unshocked(sheet: Sheet, scenario: str) -> bool:
    return all(row.shock_pnl == 0.0 for row in sheet.run.results if row.scenario == scenario)
