"""What makes the loss: the groups of every grouping that the record holds of the headline."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.analysis.contributions.figures import Figure, GroupFigures
from engine.book.groupings import REGIME
from engine.record.contribution_rows import RecordedGroups, recorded_groups
from engine.report import numbers
from engine.report.numbers import NONE, Scale, percent, scale_of
from engine.report.parts import Chart, Entry, columns, table
from engine.report.pictures.part_bars import PartBar, part_bars
from engine.report.sheet import Sheet, errors_in_words, finite, nothing, tail_entry
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE

_LEAD = HEADLINE[0]  # is drawn as a bar
_LEAST_ERROR = 1e-5  # of the unit: below it a figure is the same on every path, and is shown without an error
_HOW = (
    'The record holds no such groups of this run. With `by = ["position", "factor"]` in its [[runs]] of the batch file'
    " the next night records what each position and each factor adds to VaR and ES; `family`, `currency`, `pillar` and"
    " `regime` can be asked for too."
)
_ALONE = (
    " Alone: of the group by itself. Added: the figure of all books less that without the group, on the same paths."
)


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


def grouping_charts(sheet: Sheet) -> tuple[Chart, ...]:
    """Return a chart for each grouping of the headline, with the same figures as a table; else how to get them."""
    mine = {
        found.grouping: found
        for found in recorded_groups(sheet.run.files)
        if (found.scenario, found.confidence) == (sheet.main.scenario, sheet.confidence)
    }
    asked = sheet.run.manifest.get("config", {}).get("by", ())
    absent = [nothing(sheet, f"not-by-{i}", _title(name), _why(sheet, name))
              for i, name in enumerate(asked, start=1) if name not in mine]  # fmt: skip
    if not mine and not absent:
        return (nothing(sheet, "groups", "What makes the loss", _HOW),)
    return (*(_chart(sheet, found, number) for number, found in enumerate(mine.values(), start=1)), *absent)


def _title(grouping: str) -> str:
    return f"What makes the loss, by {grouping}"


def _why(sheet: Sheet, grouping: str) -> str:
    none = f"The run was asked for it, and the record holds none of {sheet.main_name} at {sheet.level}"
    return f"{none}: no path of it ends in a regime." if grouping == REGIME.name else f"{none}."


def _chart(sheet: Sheet, found: RecordedGroups, number: int) -> Chart:
    amounts = [sheet.tail.of(measure).value for measure in HEADLINE]
    amounts += [each.value for group in found.shown for each in group.contributions.values()]
    here = _Grouping(sheet=sheet, found=found, scale=scale_of(sheet.run.currency, amounts))
    drawn = [group for group in found.shown if finite(*(each.value for each in group.contributions.values()))]
    key, unit = sheet.key(f"groups-{number}"), here.scale.unit
    alt = (
        f"What {len(drawn)} groups by {found.grouping} contribute to {_LEAD.label} at {sheet.level} of"
        f" {sheet.main_name}, in {unit}."
    )
    svg = part_bars(alt, [*(_bar(group) for group in drawn), _sum_bar(here)], here.scale) if drawn else ""
    heads = columns(found.grouping, *_headings(here))
    rows = [*(_row(here, group) for group in found.shown), _all_books(here)]
    caption = (
        f"In {unit}, {sheet.main_name} at {sheet.level}; losses positive. Contributions add up to the figures of all"
        f" books; {errors_in_words(sheet)}.{_ALONE if here.is_alone else ''}"
    )
    shown = table(caption, heads, rows)
    return Chart(key=key, title=_title(found.grouping), alt=alt, svg=svg, table=shown, note=" ".join(_note(here)))


def _headings(here: _Grouping) -> Iterator[str]:
    if here.has_shares:
        yield from ("of the tail's paths", "±")
    for measure in here.measures:
        yield from (f"contribution to {measure.label}", f"of {measure.label}")
    for word in ("alone", "added") if here.is_alone else ():
        yield from (f"{measure.label} {word}" for measure in here.measures)


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
    yield _estimate(here.scale, found)
    yield percent(found.value / total) if found and total > 0.0 else NONE


def _measured(here: _Grouping, group: GroupFigures) -> tuple[Mapping[str, Figure], ...]:
    return (group.standalone, group.incremental) if here.is_alone else ()


def _all_books(here: _Grouping) -> list[Entry]:
    sheet = here.sheet
    row: list[Entry] = ["all books", *([percent(1.0), ""] if here.has_shares else [])]
    for measure in here.measures:
        row += [tail_entry(here.scale, sheet.tail, measure)]
        row += [percent(1.0) if sheet.tail.of(measure).value > 0.0 else NONE]
    return row + [""] * (2 * len(here.measures) if here.is_alone else 0)


def _estimate(scale: Scale, figure: Figure | None) -> numbers.Figure:
    if figure is None:
        return NONE
    if max(figure.se, figure.table_se or 0.0) < _LEAST_ERROR * scale.divisor:
        return scale.amount(figure.value)
    return scale.estimate(figure.value, figure.se, figure.table_se)


def _note(here: _Grouping) -> Iterator[str]:
    """Say what adds most and what takes off most, what diversification is worth, and what all this rests on."""
    found, moves = here.found, here.sheet.main.n_moves
    yield from _ends(here)
    yield from _diversification(here)
    yield f"Read from {found.tail_paths:,} {'paths of the tail' if moves is None else f'worst of {moves:,} moves'}."
    if found.others is not None:
        yield f"{found.others.group}: all but the largest groups; the record has each."


def _ends(here: _Grouping) -> Iterator[str]:
    """Say which group adds most, and which takes off most where one does by more than twice its error."""
    sheet, scale, total = here.sheet, here.scale, here.sheet.tail.of(_LEAD).value
    parts = {group.group: group.contributions[_LEAD.key] for group in here.found.groups}
    known = {group: part for group, part in parts.items() if finite(part.value)}
    if known:
        most, least = max(known, key=lambda each: known[each].value), min(known, key=lambda each: known[each].value)
        high, low = known[most].value, known[least].value
        share = f", {100.0 * high / total:.0f} % of it" if total > 0.0 else ""
        off = f"; {least} takes off most, {scale.plain(-low)}" if low < -2.0 * _both(known[least]) else ""
        yield (
            f"{most} adds most to {_LEAD.label} at {sheet.level} of {sheet.main_name}, {scale.plain(high)}"
            f" {scale.unit}{share}{off}."
        )


def _diversification(here: _Grouping) -> Iterator[str]:
    """Say what all groups are alone, where each was measured, and what of it is not in the figure of all books."""
    alone = [group.standalone.get(_LEAD.key) for group in here.found.shown]
    values = [each.value for each in alone if each is not None]
    if values and len(values) == len(alone):
        off = sum(values) - here.sheet.tail.of(_LEAD).value
        yield (
            f"Each alone, the groups' {_LEAD.label} is together {here.scale.plain(sum(values))} {here.scale.unit}, of"
            f" which diversification takes off {here.scale.plain(off)}."
        )


def _bar(group: GroupFigures) -> PartBar:
    lead = group.contributions[_LEAD.key]
    error = _both(lead)
    return PartBar(label=group.group, value=lead.value, error=error if math.isfinite(error) else 0.0)


def _sum_bar(here: _Grouping) -> PartBar:
    whole = here.sheet.tail.of(_LEAD)
    return PartBar(label=f"{_LEAD.label} {here.sheet.level}", value=whole.value, error=0.0, is_sum=True)


def _both(figure: Figure) -> float:
    """Return a figure's error, of simulation and table together."""
    return math.hypot(figure.se, figure.table_se or 0.0)
