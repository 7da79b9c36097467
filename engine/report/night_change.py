"""What changed since the night before: the change of VaR and ES in parts, each with its paired error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.explain.nights.change import NightsChange
from engine.explain.nights.change_prose import headline_of, prose
from engine.explain.nights.tail_change import TailChange
from engine.report.numbers import Estimate, Scale, confidence_text, scale_of
from engine.report.parts import Chart, Entry, columns, table
from engine.report.pictures.part_bars import PartBar, part_bars
from engine.report.sheet import Sheet, book_name, nothing
from engine.risk.measures.registry import MEASURES
from engine.words.language import Text, name_of

_HOW = Text(
    "Not taken apart: with `explain = true` in the batch file, or by `unwind report --explain`, this part says what"
    " ageing, each curve, vols, correlations, trades and the law made of the change, each with its error."
)
_TITLE = Text("What changed since {night}")
_NOT_APART = Text("It could not be taken apart: {why}.")
_ALT = Text("What {n} parts made of the change of {measure} of {scenario}, in {unit}.")
_CAPTION = Text(
    "In {unit}, {scenario}; what raises a loss is positive. Parts are Shapley's shares over {n_runs:,} runs of"
    " {n_paths:,} paths on common draws and add up to the change; ± is one standard error of the simulation, paired."
)
_CAPTION_OF_ORDERS = Text(
    "In {unit}, {scenario}; what raises a loss is positive. Parts are means over {n_orders} orders in which they move,"
    " of {n_runs:,} runs of {n_paths:,} paths on common draws, and add up to the change; ± is one standard error, of"
    " the simulation, paired, and of the choice of orders."
)
_RECORDED, _CHANGE, _PART = Text("recorded on {night}"), Text("change"), Text("part")
_TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A change as its chart and its table read it."""

    change: NightsChange
    columns: tuple[TailChange, ...]  # of the total, then the headline of each book where there are several
    scale: Scale

    @property
    def places(self) -> tuple[int, ...]:
        """Return which parts are not 0 throughout, in their order."""
        n = len(self.change.movers)
        return tuple(i for i in range(n) if any(each.parts[i].value or each.parts[i].se for each in self.columns))


def change_charts(sheet: Sheet) -> tuple[Chart, ...]:
    """Return the change of a run since the night before, or why there is none; nothing where no night came before."""
    if sheet.before.run is None:
        return ()
    title, change = _TITLE.format(night=sheet.before.run.night), sheet.change
    if change is None:
        return (nothing(sheet, "change", title, _HOW),)
    if isinstance(change, str):
        return (nothing(sheet, "change", title, _NOT_APART.format(why=change)),)
    return (_chart(sheet, title, _shown(change)),)


def _shown(change: NightsChange) -> _Shown:
    total = [each for each in change.changes if each.scope == _TOTAL]
    lead = headline_of(change)
    books = [
        each
        for each in change.changes
        if each.scope != _TOTAL and (each.measure, each.confidence) == (lead.measure, lead.confidence)
    ]
    found = (*total, *(books if len(books) > 1 else ()))
    amounts = [value for each in found for value in (each.before.value, each.after.value, each.change)]
    return _Shown(change=change, columns=found, scale=scale_of(change.currency, amounts))


def _chart(sheet: Sheet, title: str, shown: _Shown) -> Chart:
    change, lead = shown.change, headline_of(shown.change)
    key, name = sheet.key("change"), f"{MEASURES[lead.measure].label} {confidence_text(lead.confidence)}"
    bars = [_bar(shown, lead, i) for i in shown.places]
    words = {"measure": name, "scenario": name_of(change.scenario), "unit": shown.scale.unit}
    alt = _ALT.format(n=len(bars), **words)
    svg = part_bars(alt, bars) if bars else ""
    heads = columns(_PART, *(_heading(each) for each in shown.columns))
    how = {"n_runs": change.n_runs, "n_paths": change.n_paths, "n_orders": change.n_orders, **words}
    caption = (_CAPTION_OF_ORDERS if change.n_orders else _CAPTION).format(**how)
    first, second = change.nights
    found, estimate = shown.columns, shown.scale.estimate
    rows: list[Sequence[Entry]] = [
        [_RECORDED.format(night=first), *(estimate(each.before.value, each.before.se) for each in found)],
        *_parts(shown),
        [_CHANGE, *(shown.scale.change(each.change, each.change_se) for each in found)],
        [_RECORDED.format(night=second), *(estimate(each.after.value, each.after.se) for each in found)],
    ]
    note = " ".join(f"{each[:1].upper()}{each[1:]}." for each in change.notes)
    return Chart(
        key=key, title=title, alt=alt, svg=svg, table=table(caption, heads, rows), lead=prose(change), note=note
    )


def _parts(shown: _Shown) -> Iterator[list[Entry]]:
    for i in shown.places:
        parts = [each.parts[i] for each in shown.columns]
        yield [
            name_of(shown.change.movers[i].label),
            *(shown.scale.change(part.value, part.se) for part in parts),
        ]


def _bar(shown: _Shown, lead: TailChange, place: int) -> PartBar:
    part = lead.parts[place]
    figure = shown.scale.change(part.value, None)
    words = figure.value.text if isinstance(figure, Estimate) else ""
    return PartBar(label=name_of(shown.change.movers[place].label), value=part.value, figure=words, error=part.se)


def _heading(each: TailChange) -> str:
    of = "" if each.scope == _TOTAL else f", {book_name(each.scope)}"
    return f"{MEASURES[each.measure].label} {confidence_text(each.confidence)}{of}"
