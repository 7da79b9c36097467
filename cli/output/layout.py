"""Tables as lines that are never wider than their page.

Errors stand in columns of their own, so that decimal points line up. A table that is too wide is narrowed in this
order, and never split: headings are wrapped, text is wrapped, the rows' names are cut to 20 letters, columns leave by
their rank, names are cut to 12 letters, errors leave; then columns leave from the right, and a note names them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cli.output.bars import LEAST, bar_column
from cli.output.page import Page, Style
from cli.output.table import LOWER, Column, Table
from engine.text_width import cut_in_the_middle, padded, text_width, wrapped
from engine.words.language import Text, joined, name_of

GAP = 2  # columns between entries
NAME, LEAST_NAME = 20, 12  # letters that a row's name is cut to
LEAST_TEXT, LEAST_WORD = 30, 12  # letters of a line of text in a column: first, and where there is no room
LONGEST_HEADS = (24, 14)  # letters of a word in a heading that a narrow page leaves whole: first, and for want of room
TOTALS = ("total", "all")  # rows that stand out
WIDEST_NAME = 48  # letters: a longer name is cut on any page
_PARTS = re.compile(r" (?= ?±|exact(?: |$))")
_ZERO = re.compile(r"[-+]?0(?:\.0+)?(?: [^\d\s]+)?(?: ±0?(?:\.?0+)?)?")
MORE = Text("Not shown in {width} columns: {names}. --format csv has them.")
_MEANS = Text("{heading}: {meaning}")
_COLON = re.compile("(: |\uff1a)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """How far a table is narrowed."""

    headings: bool = False  # wrapped
    head: int = LONGEST_HEADS[-1]  # letters of a word in one
    text: int | None = None  # letters of a line of text
    name: int = WIDEST_NAME
    rank: int | None = None  # columns whose `leaves` is at least this are gone
    errors: bool = True
    last: int | None = None  # columns from this one on are gone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """One column with its entries in lines: figures, then errors."""

    column: Column
    heading: list[str]
    entries: list[list[tuple[str, ...]]]  # by row, by line: a figure and its errors, or one text
    widths: tuple[int, ...]  # of the figure and of each error


def laid_out(table: Table, page: Page) -> list[str]:
    """Return the lines of a table: title, sentence, heads, entries, what they mean."""
    columns, rows = _useful(table)
    cells, left_out = _beside_bars(table, columns, rows, page) or _narrowed(columns, rows, page.width)
    width = sum(sum(each.widths) + len(each.widths) - 1 for each in cells) + GAP * (len(cells) - 1)
    bars = bar_column(table.bars, page, width + GAP) if len(table.bars) == len(rows) else []
    lines = [*_head(table, width, page), *_headings(cells, page)]
    for i, row in enumerate(rows):
        lines += _row(row, [each.entries[i] for each in cells], cells, page, bars[i] if bars else "")
    return [*lines, *_below(table, columns, left_out, page)]


def _beside_bars(
    table: Table, columns: Sequence[Column], rows: Sequence[Sequence[str]], page: Page
) -> tuple[list[_Cells], list[str]] | None:
    """Return the cells that leave room for bars; None: there are none, or more than the lower columns had to leave."""
    if not (page.has_bars and page.width and any(table.bars)):
        return None
    cells, left_out = _narrowed(columns, rows, page.width - GAP - LEAST - 1)
    shown = {each.column.heading for each in cells}
    gone = [column for column in columns if column.heading not in shown]
    return (cells, left_out) if all(column.leaves >= LOWER for column in gone) else None


def _useful(table: Table) -> tuple[list[Column], list[Sequence[str]]]:
    """Return columns and rows without columns of nothing but zeros and gaps: but where there is nothing else."""
    full = [row for row in table.rows if len(row) > 1]
    kept = [0] + [i for i in range(1, len(table.columns)) if not full or any(_says(row[i]) for row in full)]
    if len(kept) == 1:
        kept = list(range(len(table.columns)))
    rows = [[row[i] for i in kept] if len(row) > 1 else row for row in table.rows]
    return [table.columns[i] for i in kept], rows


def _says(entry: str) -> bool:
    return entry.strip() not in ("", "-") and not _ZERO.fullmatch(entry.strip())


def _drafts(columns: Sequence[Column]) -> Iterator[_Draft]:
    """Yield what is tried, from the whole table to one column; names beside text alone are cut last, as it wraps."""
    has_numbers = any(column.is_number for column in columns[1:])
    name, least_name = (NAME, LEAST_NAME) if has_numbers else (WIDEST_NAME, WIDEST_NAME)
    yield _Draft()
    yield _Draft(headings=True)
    yield _Draft(headings=True, text=LEAST_TEXT)
    yield _Draft(headings=True, text=LEAST_TEXT, name=name)
    rank: int | None = None
    for rank in sorted({column.leaves for column in columns if column.leaves}, reverse=True):
        yield _Draft(headings=True, text=LEAST_TEXT, name=name, rank=rank)
    for text, errors in ((LEAST_TEXT, True), (LEAST_WORD, True), (LEAST_WORD, False)):
        yield _Draft(headings=True, text=text, name=least_name, rank=rank, errors=errors)
    for last in range(len(columns), 0, -1):
        yield _Draft(headings=True, text=LEAST_WORD, name=LEAST_NAME, rank=rank, errors=False, last=last)


def _with_heads(drafts: Iterable[_Draft]) -> Iterator[_Draft]:
    """Yield each draft with words of headings as long as they are, then with them cut."""
    for draft in drafts:
        yield from (replace(draft, head=head) for head in (LONGEST_HEADS if draft.headings else LONGEST_HEADS[-1:]))


def _narrowed(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None
) -> tuple[list[_Cells], list[str]]:
    """Return the cells of the widest draft that fits, and headings of columns that left from the right."""
    cells: list[_Cells] = []
    for draft in _with_heads(_drafts(columns)):
        kept = [
            i
            for i, column in enumerate(columns)
            if not (draft.rank and column.leaves >= draft.rank) and (draft.last is None or i < draft.last)
        ]
        cells = [_cells(columns[i], [_entry(row, i) for row in rows], i == 0, draft) for i in kept]
        if width is None or _width(cells) <= width:
            gone = [column.heading for i, column in enumerate(columns) if draft.last is not None and i >= draft.last]
            if draft.text is None or width is None:
                return cells, gone
            return _with_room(cells, columns, rows, kept, draft, width), gone
    return cells, [column.heading for column in columns[1:]]


def _with_room(
    cells: list[_Cells],
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    kept: Sequence[int],
    draft: _Draft,
    width: int,
) -> list[_Cells]:
    """Return the cells with the room that is left given to columns of wrapped text, from the left."""
    found = list(cells)
    for place, i in enumerate(kept):
        room = width - _width(found)
        if room <= 0:
            break
        if columns[i].is_number or place == 0:
            continue
        wider = _Draft(headings=draft.headings, text=found[place].widths[0] + room, name=draft.name)
        found[place] = _cells(columns[i], [_entry(row, i) for row in rows], False, wider)
    return found


def _width(cells: Sequence[_Cells]) -> int:
    return sum(sum(each.widths) + len(each.widths) - 1 for each in cells) + GAP * (len(cells) - 1)


def _entry(row: Sequence[str], i: int) -> str:
    """Return an entry; of a heading over rows nothing, for it takes the line."""
    return row[i] if len(row) > 1 else ""


def _cells(column: Column, entries: Sequence[str], is_name: bool, draft: _Draft) -> _Cells:
    if column.is_number and not is_name:
        return _numbers(column, entries, draft)
    lines = [_name(each, draft.name) if is_name else _text(each, draft.text) for each in entries]
    widest = max((text_width(line) for entry in lines for line in entry), default=0)
    heading = _heading(column.heading, max(widest, LEAST_NAME)) if draft.headings else [column.heading]
    if is_name:
        heading = [cut_in_the_middle(line, max(widest, draft.name)) for line in heading]
    widest = max([widest, *map(text_width, heading)])
    return _Cells(column=column, heading=heading, entries=[[(line,) for line in e] for e in lines], widths=(widest,))


def _numbers(column: Column, entries: Sequence[str], draft: _Draft) -> _Cells:
    parted = [tuple(_PARTS.split(entry)) for entry in entries]
    n_parts = max(map(len, parted), default=1) if draft.errors else 1
    filled = [(*parts, *[""] * n_parts)[:n_parts] for parts in parted]
    widths = [max((text_width(parts[k]) for parts in filled), default=0) for k in range(n_parts)]
    for k in range(1, n_parts - 1):
        widths[k] = widths[k] or widths[k + 1]  # an error that reaches no last digit keeps its place
    longest = max(map(text_width, column.heading.split()), default=0)
    heading = [column.heading]
    if draft.headings:
        heading = _heading(column.heading, max(widths[0], 9, min(longest, draft.head)))
    widths[0] = max([widths[0], *map(text_width, heading)])
    return _Cells(column=column, heading=heading, entries=[[parts] for parts in filled], widths=tuple(widths))


def _heading(text: str, limit: int) -> list[str]:
    """Return a heading in lines, a word that is too long cut in the middle, but in Japanese wrapped."""
    words = (cut_in_the_middle(word, limit) if _is_narrow(word) else word for word in text.split())
    return wrapped(" ".join(words), limit)


def _name(entry: str, limit: int) -> list[str]:
    """Return a row's name: a word is cut in the middle, a phrase is wrapped below itself, and so is Japanese."""
    indent = " " * (len(entry) - len(entry.lstrip()) + GAP)
    is_word = " " not in entry.strip() and _is_narrow(entry)
    return [cut_in_the_middle(entry, limit)] if is_word else wrapped(entry, limit, indent)


def _is_narrow(text: str) -> bool:
    """Return whether a text has no full-width letters, between which a line may end."""
    return text_width(text) == len(text)


def _text(entry: str, limit: int | None) -> list[str]:
    """Return an entry in lines: a name is cut in the middle, words and paths are wrapped."""
    if limit is None or text_width(entry) <= limit:
        return [entry]
    return wrapped(entry, limit) if " " in entry.strip() or "/" in entry else [cut_in_the_middle(entry, limit)]


def _head(table: Table, width: int, page: Page) -> Iterator[str]:
    """Yield the title with the unit at the end of its line, and the sentence."""
    first, *others = table.title.splitlines() or [""]
    right = max(width, 80)
    if page.width is not None:
        right = min(right, page.width)
    else:
        right = max(right, text_width(first) + text_width(table.unit) + GAP)
    if first or table.unit:
        room = right - text_width(table.unit) - GAP if table.unit else right
        lines = wrapped(first, max(room, LEAST_WORD))
        unit = f"{' ' * (right - text_width(lines[0]) - text_width(table.unit))}{table.unit}" if table.unit else ""
        yield page.styled(lines[0], Style.BOLD) + unit
        yield from (page.styled(line, Style.BOLD) for line in lines[1:])
    for line in others:
        yield from wrapped(line, page.prose)
    if table.sentence:
        yield from ("", *(page.worded(line) for line in wrapped(table.sentence, page.prose)))
    if table.title or table.unit or table.sentence:
        yield ""


def _headings(cells: Sequence[_Cells], page: Page) -> Iterator[str]:
    if not any(line for each in cells for line in each.heading):
        return
    n_lines = max(len(each.heading) for each in cells)
    for k in range(n_lines):
        lines = [([""] * (n_lines - len(each.heading)) + each.heading)[k] for each in cells]
        figures = [[(line, *[""] * (len(each.widths) - 1))] for line, each in zip(lines, cells, strict=True)]
        yield page.styled("".join(text for text, _ in _line(figures, cells, 0)).rstrip(), Style.BOLD)


def _row(
    row: Sequence[str], entries: Sequence[list[tuple[str, ...]]], cells: Sequence[_Cells], page: Page, bar: str
) -> Iterator[str]:
    if not row:
        yield ""
        return
    if len(row) == 1:
        name, *words = _COLON.split(row[0], maxsplit=1)
        for k, line in enumerate(_fitted(row[0], page.width)):
            begin = name if k == 0 and words and line.startswith(name) else line if not words else ""
            yield page.styled(begin, Style.BOLD) + page.worded(line[len(begin) :])
        return
    is_total = row[0].strip() in map(name_of, TOTALS)
    for k in range(max(map(len, entries))):
        parts = _line(entries, cells, k)
        text = "".join(
            page.styled(part, Style.DIM if is_error else Style.BOLD if is_total else Style.PLAIN)
            if is_error or is_total
            else page.worded(part)
            for part, is_error in parts
        )
        plain = "".join(part for part, _ in parts)
        if bar and k == 0:
            yield text + " " * (_width(cells) + GAP - text_width(plain)) + bar
        else:
            yield text.rstrip()


def _fitted(text: str, width: int | None) -> list[str]:
    return [text] if width is None or text_width(text) <= width else wrapped(text, width, "  ")


def _line(entries: Sequence[list[tuple[str, ...]]], cells: Sequence[_Cells], k: int) -> list[tuple[str, bool]]:
    """Return one line of a row in parts, each with whether it is an error, up to the last that says anything."""
    parts: list[tuple[str, bool]] = []
    for place, (entry, each) in enumerate(zip(entries, cells, strict=True)):
        line = entry[k] if k < len(entry) else ("",) * len(each.widths)
        gap = " " * GAP if place else ""
        is_right = each.column.is_number and place > 0
        parts.append((gap + padded(line[0], each.widths[0], is_right=is_right), False))
        parts += [(f" {padded(error, width)}", True) for error, width in zip(line[1:], each.widths[1:], strict=True)]
    while parts and not parts[-1][0].strip():
        parts.pop()
    if parts:
        parts[-1] = (parts[-1][0].rstrip(), parts[-1][1])
    return parts


def _below(table: Table, columns: Sequence[Column], left_out: Sequence[str], page: Page) -> Iterator[str]:
    sentences = [_MEANS.format(heading=column.heading, meaning=column.meaning) for column in columns if column.meaning]
    sentences += [table.footnote] if table.footnote else []
    sentences += [MORE.format(width=page.width, names=joined(left_out))] if left_out else []
    if sentences:
        yield ""
    for sentence in sentences:
        yield from (page.styled(line, Style.DIM) for line in wrapped(sentence, page.prose))


def widest(lines: Iterable[str]) -> int:
    """Return the columns of the widest line."""
    return max(map(text_width, lines), default=0)
