"""What makes the loss: the groups of every grouping that the record holds of the headline."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine.analysis.contributions.figures import Figure, GroupFigures
from engine.book.groupings import BOOK_AND_FACTOR, FACTOR, PILLAR, REGIME
from engine.record.contribution_rows import RecordedGroups
from engine.report import numbers
from engine.report.numbers import NONE, Scale, percent, scale_of
from engine.report.parts import Chart, Entry, Panel, Panels, columns, table
from engine.report.pictures.part_bars import PartBar, part_bars
from engine.report.pictures.waterfall import waterfall
from engine.report.sheet import Sheet, errors_in_words, finite, nothing, tail_entry
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE
from engine.words.language import Text, Wording, name_of, sentences, texts

_LEAD = HEADLINE[0]  # is drawn as a bar
_MOST_PRINTED = 8  # groups of a printed picture, beside the others together
_LEAST_ERROR = 1e-5  # of the unit: below it a figure is the same on every path, and is shown without an error
_MOVERS = (FACTOR.name, PILLAR.name)  # groupings of what moves: they are drawn as a waterfall

_TITLE = Text("By {grouping}")
_NO_TITLE = Text("What makes the loss")
_CHOICE = Text("Scenario")
_UNPRINTED = Text("Printed are two groupings of the main and the worst scenario; the file has all.")
_HOW = Text(
    'The record holds no such groups of this run. With `by = ["position", "factor"]` in its [[runs]] of the batch file'
    " the next night records what each position and each factor adds to VaR and ES; `family`, `currency`, `pillar` and"
    " `regime` can be asked for too."
)
_NONE = Text("The run was asked for it, and the record holds none of {scenario} at {level}.")
_NONE_OF_REGIME = Text(
    "The run was asked for it, and the record holds none of {scenario} at {level}: no path of it ends in a regime."
)
_ALT = Text("What {n} groups by {grouping} contribute to {measure} at {level} of {scenario}, in {unit}.")
_CAPTION = Text(
    "In {unit}, {scenario} at {level}; losses positive. Contributions add up to the figures of all books;"
    " {errors}.{alone}"
)
_ALONE = Text(
    " Alone: of the group by itself. Added: the figure of all books less that without the group, on the same paths."
)
_MOST = Text("{group} is {share} of {measure} {level} of {scenario}: {amount} of {total} {unit}.")
_MOST_ALONE = Text("{group} adds most to {measure} {level} of {scenario}, {amount} {unit}.")
_OF_TAIL, _ALL_BOOKS = texts("of the tail's paths", "all books")
_CONTRIBUTION, _SHARE = texts("contribution to {measure}", "of {measure}")
_ALONE_HEAD, _ADDED_HEAD = texts("{measure} alone", "{measure} added")
_LEAST = Text("{group} takes off most, {amount}.")
_DIVERSIFICATION = Text("Each alone, they lose {sum} together, of which diversification takes off {off}.")
_UNIT = Text("{measure} {level}, {unit}; red adds to the loss, blue takes off.")
_OF_PATHS = Text("Read from {n:,} paths of the tail.")
_OF_MOVES = Text("Read from {n:,} worst of {n_moves:,} moves.")
_REST = Text("{n} others")
_OTHERS = Text("Others: all but the largest groups; the record has each.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grouping:
    """One grouping as its chart and its table read it."""

    sheet: Sheet
    found: RecordedGroups
    scale: Scale

    @property
    def measures(self) -> tuple[TailMeasure, ...]:
        """Return the measures that groups contribute to."""
        keys = {key for group in self.found.shown for key in group.contributions}
        return tuple(each for each in self.sheet.measures if each.key in keys)

    @property
    def has_shares(self) -> bool:
        """Return whether groups are of paths."""
        return any(group.tail_share is not None for group in self.found.shown)

    @property
    def is_alone(self) -> bool:
        """Return whether groups were measured by themselves."""
        return any(group.standalone for group in self.found.shown)


def grouping_panels(sheet: Sheet) -> Panels:
    """Return of every scenario what makes its loss: a chart for each grouping that the record holds."""
    panels = tuple(
        Panel(
            name=name_of(result.scenario),
            colour=sheet.colour_of(result.scenario),
            is_printed=sheet.number == 1 and result.scenario in (sheet.main.scenario, sheet.worst.scenario),
            charts=grouping_charts(sheet.of(result)),
        )
        for result in sheet.first_scenarios
    )
    return Panels(key=sheet.key("why"), label=_CHOICE, panels=panels, unprinted=_UNPRINTED)


def has_groups(sheet: Sheet) -> bool:
    """Return whether the record holds what makes the loss, or was asked for it."""
    return bool(sheet.groups or _asked(sheet))


def no_groups(sheet: Sheet) -> Chart:
    """Say how to get what makes the loss."""
    return nothing(sheet, "groups", _NO_TITLE, _HOW)


def grouping_charts(sheet: Sheet) -> tuple[Chart, ...]:
    """Return a chart for each grouping of the main scenario, with the same figures as a table, or why there is none."""
    mine = {
        found.grouping: found
        for found in sheet.groups
        if (found.scenario, found.confidence) == (sheet.main.scenario, sheet.confidence)
        and found.grouping != BOOK_AND_FACTOR.name  # a heat map of its own
    }
    found = [_chart(sheet, mine[name], number) for number, name in enumerate(_in_order(mine), start=1)]
    absent = [nothing(sheet, f"not-by-{i}", _title(name), _why(sheet, name))
              for i, name in enumerate(_asked(sheet), start=1) if name not in mine]  # fmt: skip
    return (*found, *absent)


def _asked(sheet: Sheet) -> Sequence[str]:
    asked: Sequence[str] = sheet.run.manifest.get("config", {}).get("by", ())
    return [name for name in asked if name != BOOK_AND_FACTOR.name]


def _in_order(groupings: Iterable[str]) -> list[str]:
    """Put factors first, which are what moves, then what is held."""
    return sorted(groupings, key=lambda name: name not in _MOVERS)


def _title(grouping: str) -> str:
    return _TITLE.format(grouping=name_of(grouping))


def _why(sheet: Sheet, grouping: str) -> str:
    said = _NONE_OF_REGIME if grouping == REGIME.name else _NONE
    return said.format(scenario=sheet.main_name, level=sheet.level)


def _chart(sheet: Sheet, found: RecordedGroups, number: int) -> Chart:
    amounts = [sheet.tail.of(measure).value for measure in HEADLINE]
    amounts += [each.value for group in found.shown for each in group.contributions.values()]
    here = _Grouping(sheet=sheet, found=found, scale=scale_of(sheet.run.currency, amounts))
    drawn = [group for group in found.shown if finite(*(each.value for each in group.contributions.values()))]
    words = {"unit": here.scale.unit, "scenario": sheet.main_name, "level": sheet.level, "measure": _LEAD.label}
    alt = _ALT.format(n=len(drawn), grouping=name_of(found.grouping), **words)
    caption = _CAPTION.format(errors=errors_in_words(sheet), alone=str(_ALONE) if here.is_alone else "", **words)
    rows = [*(_row(here, group) for group in found.shown), _all_books(here)]
    return Chart(
        key=sheet.key(f"groups-{number}"),
        title=_title(found.grouping),
        alt=alt,
        svg=_picture(here, alt, [_bar(here, group) for group in drawn]) if drawn else "",
        table=table(caption, columns(name_of(found.grouping), *_headings(here)), rows, has_sum=True),
        lead=sentences(*_lead(here)),
        note=sentences(_UNIT.format(**words), *_note(here)),
        printed=_picture(here, alt, _few_bars(here, drawn)) if len(drawn) > _MOST_PRINTED + 1 else "",
    )


def _picture(here: _Grouping, alt: str, bars: Sequence[PartBar]) -> Markup:
    """Draw factors as a waterfall, and what is held as bars about zero."""
    return waterfall(alt, bars, _sum_bar(here)) if here.found.grouping in _MOVERS else part_bars(alt, bars)


def _headings(here: _Grouping) -> Iterator[Wording]:
    if here.has_shares:
        yield from (_OF_TAIL, "±")
    for measure in here.measures:
        yield from (_CONTRIBUTION.format(measure=measure.label), _SHARE.format(measure=measure.label))
    for heading in (_ALONE_HEAD, _ADDED_HEAD) if here.is_alone else ():
        yield from (heading.format(measure=measure.label) for measure in here.measures)


def _row(here: _Grouping, group: GroupFigures) -> list[Entry]:
    return [
        group.group,
        *(_shares(group.tail_share) if here.has_shares else ()),
        *(entry for measure in here.measures for entry in _contribution(here, group.contributions, measure)),
        *(_estimate(here.scale, each.get(measure.key)) for each in _measured(here, group) for measure in here.measures),
    ]


def _shares(share: Figure | None) -> tuple[Entry, Entry]:
    return (NONE, NONE) if share is None else (percent(share.value), percent(share.se))


def _contribution(here: _Grouping, figures: Mapping[str, Figure], measure: TailMeasure) -> Iterator[Entry]:
    found, total = figures.get(measure.key), here.sheet.tail.of(measure).value
    yield _estimate(here.scale, found, signed=True)
    yield percent(found.value / total) if found and total > 0.0 else NONE


def _measured(here: _Grouping, group: GroupFigures) -> tuple[Mapping[str, Figure], ...]:
    return (group.standalone, group.incremental) if here.is_alone else ()


def _all_books(here: _Grouping) -> list[Entry]:
    sheet = here.sheet
    row: list[Entry] = [_ALL_BOOKS, *([percent(1.0), ""] if here.has_shares else [])]
    for measure in here.measures:
        row += [tail_entry(here.scale, sheet.tail, measure)]
        row += [percent(1.0) if sheet.tail.of(measure).value > 0.0 else NONE]
    return row + [""] * (2 * len(here.measures) if here.is_alone else 0)


def _estimate(scale: Scale, figure: Figure | None, *, signed: bool = False) -> numbers.Figure:
    if figure is None:
        return NONE
    if max(figure.se, figure.table_se or 0.0) < _LEAST_ERROR * scale.divisor:
        return scale.amount(figure.value, signed=signed)
    return scale.estimate(figure.value, figure.se, figure.table_se, signed=signed)


def _note(here: _Grouping) -> Iterator[str]:
    """Say what all this rests on."""
    found, moves = here.found, here.sheet.main.n_moves
    yield _OF_PATHS.format(n=found.tail_paths) if moves is None else _OF_MOVES.format(n=found.tail_paths, n_moves=moves)
    if found.others is not None:
        yield str(_OTHERS)


def _lead(here: _Grouping) -> Iterator[str]:
    """Say which group adds most, and which takes off most where one does by more than twice its error."""
    sheet, scale, total = here.sheet, here.scale, here.sheet.tail.of(_LEAD).value
    parts = {group.group: group.contributions[_LEAD.key] for group in here.found.groups}
    known = {group: part for group, part in parts.items() if finite(part.value)}
    if known:
        most, least = max(known, key=lambda each: known[each].value), min(known, key=lambda each: known[each].value)
        high, low = known[most].value, known[least].value
        said = _MOST if total > 0.0 else _MOST_ALONE
        yield said.format(
            group=most,
            share=f"{100.0 * high / total:.0f} %" if total > 0.0 else "",
            measure=_LEAD.label,
            level=sheet.level,
            scenario=sheet.main_name,
            amount=scale.plain(high),
            total=scale.plain(total),
            unit=scale.unit,
        )
        if low < -2.0 * _both(known[least]):
            yield _LEAST.format(group=least, amount=scale.plain(-low))
    yield from _diversification(here)


def _diversification(here: _Grouping) -> Iterator[str]:
    """Say what all groups are alone, where each was measured, and what of it is not in the figure of all books."""
    alone = [group.standalone.get(_LEAD.key) for group in here.found.shown]
    values = [each.value for each in alone if each is not None]
    if values and len(values) == len(alone):
        off = sum(values) - here.sheet.tail.of(_LEAD).value
        yield _DIVERSIFICATION.format(sum=here.scale.plain(sum(values)), off=here.scale.plain(off))


def _bar(here: _Grouping, group: GroupFigures) -> PartBar:
    lead = group.contributions[_LEAD.key]
    error = _both(lead)
    return PartBar(
        label=group.group,
        value=lead.value / here.scale.divisor,
        figure=here.scale.plain(lead.value, signed=True),
        error=error / here.scale.divisor if math.isfinite(error) else 0.0,
    )


def _few_bars(here: _Grouping, drawn: Sequence[GroupFigures]) -> list[PartBar]:
    """Return the bars of the first groups, and one of all others together: a printed page has less room."""
    n_others = len(here.found.groups) - _MOST_PRINTED
    rest = math.fsum(group.contributions[_LEAD.key].value for group in drawn[_MOST_PRINTED:])
    words = here.scale.plain(rest, signed=True)
    others = PartBar(label=_REST.format(n=n_others), value=rest / here.scale.divisor, figure=words)
    return [*(_bar(here, group) for group in drawn[:_MOST_PRINTED]), others]


def _sum_bar(here: _Grouping) -> PartBar:
    whole = here.sheet.tail.of(_LEAD).value
    label = f"{_LEAD.label} {here.sheet.level}"
    return PartBar(label=label, value=whole / here.scale.divisor, figure=here.scale.plain(whole), is_sum=True)


def _both(figure: Figure) -> float:
    """Return a figure's error, of simulation and table together."""
    return math.hypot(figure.se, figure.table_se or 0.0)
