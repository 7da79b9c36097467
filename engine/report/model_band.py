"""The model band of one run: all books under laws that differ in nothing else, and what a backtest says of each."""

from collections.abc import Iterator, Mapping

from engine.backtest.bundled_verdicts import BundledVerdicts, bundled_verdicts
from engine.mechanisms.law import forecasting
from engine.report.numbers import NOT_A_NUMBER, confidence_text
from engine.report.parts import Chart, Entry, columns, table
from engine.report.pictures.strip import StripDot, dot_strip
from engine.report.sheet import ALL_BOOKS, Sheet, errors_in_words, finite, labelled_name, tail_entry
from engine.risk.measures.registry import HEADLINE
from engine.risk.model_band import ModelBand, model_bands
from engine.risk.results import ScopeResult
from engine.words.language import Text, name_of, texts

BAND = "band"  # the last row of a table
_VAR = HEADLINE[0]

_TITLE = Text("Model band{shock}")
_SHOCK = Text(", after the shock of {scenario}")
_LEAD = Text("The choice of the law moves {measure} {level} by a factor of {times}, from {low} to {high}.")
_ALT = Text("{measure} {level} of all books under {laws}{shock}, in {unit}.")
_NOTE = Text("{measure} {level}, {unit}; grey: from the lowest to the highest.")
_CAPTION = Text(
    "Model band: all books under each law{shock}, in {unit}; losses positive; {errors}. The band is from the lowest to"
    " the highest. Backtest: {basis}."
)
_TO = Text("{low} to {high}")


def model_bands_of(sheet: Sheet) -> tuple[Chart, ...]:
    """Return a dot strip and a table for each group of two laws or more; none in records from before laws were kept."""
    groups = [group for group in sheet.run.manifest["facts"].get("laws", ()) if len(group) > 1]
    found = bundled_verdicts()
    return tuple(_chart(sheet, group, found, number) for number, group in enumerate(groups, start=1))


def _chart(sheet: Sheet, group: Mapping[str, str], found: BundledVerdicts, number: int) -> Chart:
    first = next(iter(group.values()))
    scale = sheet.scale
    labels = [
        f"{measure.label} {confidence_text(tail.confidence)}"
        for tail in next(row for row in sheet.run.results if row.scenario == first).measures
        for measure in sheet.measures
        if measure.key in tail.estimates
    ]
    heads = [*columns(*texts("law", "scenario"), *labels, words=2), *columns(Text("backtest"))]
    words = {
        "shock": "" if _is_unshocked(sheet, first) else _SHOCK.format(scenario=name_of(first)),
        "unit": scale.unit,
        "measure": _VAR.label,
        "level": sheet.level,
    }
    sums = {row.scenario: row for row in sheet.run.results if row.scope in ALL_BOOKS}
    values = {law: sheet.value_at_risk(sums[scenario]) for law, scenario in group.items()}
    known = {law: value for law, value in values.items() if finite(value)}
    dots = [
        StripDot(
            label=law,
            value=value / scale.divisor,
            figure=scale.plain(value),
            colour=sheet.colour_of(group[law]),
        )
        for law, value in known.items()
    ]
    alt = _ALT.format(laws=", ".join(known), **words)
    caption = _CAPTION.format(errors=errors_in_words(sheet), basis=found.basis, **words)
    return Chart(
        key=sheet.key(f"model-{number}"),
        title=_TITLE.format(**words),
        alt=alt,
        svg=dot_strip(alt, dots) if dots else "",
        table=table(caption, heads, list(_rows(sheet, group, found))),
        lead=_lead(known, words),
        note=_NOTE.format(**words),
    )


def _lead(known: Mapping[str, float], words: Mapping[str, str]) -> str:
    low, high = min(known, key=lambda law: known[law], default=""), max(known, key=lambda law: known[law], default="")
    if len(known) < 2 or known[low] <= 0.0:
        return ""
    return _LEAD.format(times=f"{known[high] / known[low]:.1f}", low=low, high=high, **words)


def _rows(sheet: Sheet, group: Mapping[str, str], found: BundledVerdicts) -> Iterator[list[Entry]]:
    sums = {row.scenario: row for row in sheet.run.results if row.scope in ALL_BOOKS}
    for law, scenario in group.items():
        yield [law, labelled_name(sheet.run, scenario), *_figures(sheet, sums[scenario]), found.words_of(law)]
    bands = model_bands(tuple(sums.values()), [forecasting(group)])
    if bands:
        yield [Text("band"), "", *(_ends(sheet, band) for band in bands if band.measure in _keys(sheet)), ""]


def _figures(sheet: Sheet, row: ScopeResult) -> Iterator[Entry]:
    for tail in row.measures:
        yield from (tail_entry(sheet.scale, tail, each) for each in sheet.measures if each.key in tail.estimates)


def _ends(sheet: Sheet, band: ModelBand) -> Entry:
    low, high = band.lowest.value, band.highest.value
    if not finite(low, high):
        return NOT_A_NUMBER
    return _TO.format(low=sheet.scale.plain(low), high=sheet.scale.plain(high))


def _keys(sheet: Sheet) -> list[str]:
    return [measure.key for measure in sheet.measures]


def _is_unshocked(sheet: Sheet, scenario: str) -> bool:
    return all(row.shock_pnl == 0.0 for row in sheet.run.results if row.scenario == scenario)
