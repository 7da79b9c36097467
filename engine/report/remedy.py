"""What to do: how far each breached limit is exceeded, what adds most to it, and the command that tries trades."""

from collections.abc import Sequence

from engine.record.read import BREACHED, LimitUse, Night
from engine.report.numbers import PER_BASIS_POINT, scale_of
from engine.report.parts import Code, Column, Entry, Table, table
from engine.report.sheet import ALL_BOOKS, Sheet, book_name
from engine.risk.measures.registry import MEASURES
from engine.words.language import Text, name_of, texts

_MOST_NAMES = 3  # of what adds to a figure
_POSITION = "position"  # the grouping whose groups a trade can take away
_HEADS = texts("limit", "over by", "unit", "adds most to it", "try trades")
_OVER = 1  # the heading of a number
_CAPTION = Text("What exceeds each breached limit. `whatif` prints the paired change of every scenario.")
_LIMIT, _IN_SCENARIO = texts("{limit}: {measure} of {scope}", "{limit}: {measure} of {scope}, {scenario}")
_UNKNOWN = Text("unknown: `unwind explain` of the run says")


def remedies(night: Night, sheets: Sequence[Sheet]) -> Table | None:
    """Return a row for each breached limit; None where none is breached."""
    breached = [use for use in night.limits if use.state == BREACHED and use.value is not None]
    if not breached:
        return None
    found = {sheet.run.name: sheet for sheet in sheets}
    rows = [_row(night, use, found[use.run]) for use in breached if use.run in found]
    heads = [Column(heading=heading, is_number=i == _OVER) for i, heading in enumerate(_HEADS)]
    return table(_CAPTION, heads, rows)


def _row(night: Night, use: LimitUse, sheet: Sheet) -> list[Entry]:
    value = use.value or 0.0
    per = PER_BASIS_POINT if use.measure == "DV01" else ""
    over = scale_of(use.currency, [value - use.amount], per)
    where = f"valuation_date={night.valuation_date}/run={use.run}"
    return [
        (_IN_SCENARIO if use.scenario else _LIMIT).format(
            limit=use.name,
            measure=use.measure,
            scope=name_of(book_name(use.scope)),
            scenario=name_of(use.scenario or ""),
        ),
        over.amount(value - use.amount),
        over.unit,
        _largest(use, sheet) or _UNKNOWN,
        Code(text=f"unwind whatif TRADES.csv --night {where}"),
    ]


def _largest(use: LimitUse, sheet: Sheet) -> str:
    """Name what adds most to a figure of all books: positions where they are recorded, else books."""
    key = next((measure.key for measure in MEASURES.values() if measure.label == use.measure), None)
    if key is None or use.scope not in ALL_BOOKS:
        return ""
    wanted = (use.scenario, use.confidence, _POSITION)
    groups = [each for each in sheet.groups
              if (each.scenario, each.confidence, each.grouping) == wanted]  # fmt: skip
    parts = {group.group: group.contributions[key].value for each in groups for group in each.groups
             if key in group.contributions}  # fmt: skip
    parts = parts or {
        book_name(scope): part.estimates[key].value
        for (scenario, scope, confidence), part in sheet.run.components.items()
        if (scenario, confidence) == (use.scenario, use.confidence) and key in part.estimates
    }
    first = sorted(parts, key=lambda name: -parts[name])[:_MOST_NAMES]
    scale = scale_of(use.currency, [use.value])
    return ", ".join(f"{name} {scale.plain(parts[name], signed=True)}" for name in first)
