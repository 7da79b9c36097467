"""Tables and amounts as text. On a terminal rich draws them; in a pipe they are plain aligned columns."""

import json
import math
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from cli.machine import log
from cli.terminal import harmless, one_line, styled
from engine.conventions.figure_words import UNITS as UNITS
from engine.conventions.figure_words import days_text as days_text
from engine.conventions.figure_words import percent as percent
from engine.conventions.figure_words import plain_number
from engine.text_width import padded, text_width

if TYPE_CHECKING:
    from rich.table import Table as RichTable

MOST_DECIMALS = 6
WIDEST_PROSE = 100  # letters of a line: longer ones are hard to read
LEAST_WRAPPED = 30  # letters of a line of text in a column: a narrower one is no easier to read than a part of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    heading: str
    is_number: bool = True  # aligned right
    meaning: str = ""  # a sentence below the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Entries already formatted, row by row. An empty row is drawn as a gap."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]]
    footnote: str = ""  # a sentence below those of the columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One unit for all amounts of a table, so that they compare at a glance."""

    divisor: float
    unit: str  # "JPY bn"
    decimals: int = 2  # of what has no error

    def amount(self, value: float, se: float = 0.0) -> str:
        """Return an amount as "1,234.56", to two digits of its error if it has one; "?": not bounded by the sample."""
        if not math.isfinite(value):
            return "?"
        text = f"{value / self.divisor:,.{self._decimals(se)}f}"
        return text if text.strip("-0.") else text.removeprefix("-")  # zero has no sign

    def estimate(self, value: float, se: float) -> str:
        """Return an estimate as "1.234 ±0.051": the value and one standard error, to two digits of the error."""
        return f"{self.amount(value, se)} ±{self.amount(se, se)}"

    @property
    def last_digit(self) -> float:
        """Return the least error that reaches the last digit of an amount that is shown without one [currency]."""
        return 0.5 * self.divisor * 10.0**-self.decimals

    def figure(self, value: float, se: float, least: float = 0.0) -> str:
        """Return an estimate; the amount alone where it has no error, or one below `least` [currency]."""
        return self.estimate(value, se) if se > 0.0 and se >= least else self.amount(value)

    def with_table(self, value: float, se: float, table_se: float | None, *, is_exact: bool) -> str:
        """Return an estimate with the error of its law's table of past days behind a second ±, or behind "exact"."""
        if table_se is None:
            return self.estimate(value, se)
        of_table = self.amount(table_se, table_se)
        if is_exact:
            return f"{self.amount(value, table_se)} exact ±{of_table}"
        return f"{self.estimate(value, se)} ±{of_table}"

    def _decimals(self, se: float) -> int:
        if not (math.isfinite(se) and se > 0.0):
            return self.decimals
        return min(max(1 - math.floor(math.log10(se / self.divisor)), 0), MOST_DECIMALS)


def scale(currency: str, values: Iterable[float]) -> Scale:
    """Return the unit in which the median amount has one to three digits before the point."""
    sizes = sorted(abs(value) for value in values if value)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    divisor, name = next(((size, name) for size, name in UNITS if middle >= size), (1.0, ""))
    return Scale(divisor=divisor, unit=f"{currency} {name}".strip())


def basis_points(rate: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return 0.005 as "50 bp"; as many decimals as it takes unless given."""
    return f"{plain_number(1e4 * rate, decimals, signed=signed)} bp"


def show(*tables: Table) -> None:
    """Write tables to stdout, and what their columns mean."""
    for i, table in enumerate(map(_harmless, tables)):
        if i:
            print()
        if sys.stdout.isatty():
            _show_rich(table)
        else:
            print(_plain_within(table, _set_width()))


def show_json(found: Mapping[str, object]) -> None:
    """Write one JSON object to stdout, and nothing else."""
    print(json.dumps(found, ensure_ascii=False, allow_nan=False))


def _harmless(table: Table) -> Table:
    """Return a table in which no entry gives the terminal an order, or breaks its line."""
    columns = (replace(each, heading=one_line(each.heading), meaning=one_line(each.meaning)) for each in table.columns)
    rows = [[one_line(entry) for entry in row] for row in table.rows]
    footnote = one_line(table.footnote)
    return replace(table, title=harmless(table.title), columns=tuple(columns), rows=rows, footnote=footnote)


def show_text(text: str) -> None:
    """Write prose to stdout, wrapped at the words."""
    paragraphs = text.strip().split("\n\n")
    width = min(WIDEST_PROSE, shutil.get_terminal_size((WIDEST_PROSE, 24)).columns)
    print("\n\n".join(textwrap.fill(paragraph, width=width) for paragraph in paragraphs) + "\n")


def say(text: str) -> None:
    """Write a line to stderr: what goes on, not a result."""
    log.write("info", "note", text)


def warn_of(warnings: Iterable[str]) -> None:
    """Print warnings that a user can act on; the others stand in results and manifests."""
    from engine.market.correlation import is_worth_saying  # here, so that --help stays quick

    for warning in filter(is_worth_saying, warnings):
        warn(warning)


def warn(text: str) -> None:
    """Write a warning to stderr; the command goes on."""
    log.write("warning", "warning", text)


def plain(table: Table) -> str:
    """Return the table as aligned text, two spaces between columns."""
    grid = [[column.heading for column in table.columns], *map(list, table.rows)]
    widths = [max((text_width(row[i]) for row in grid if row), default=0) for i in range(len(table.columns))]
    lines = [table.title, *("  ".join(_entries(table.columns, row, widths)).rstrip() for row in grid)]
    return "\n".join([*lines, *(f"  {sentence}" for sentence in _sentences(table))])


def _set_width() -> int | None:
    """Return how long a line may be in a pipe, by COLUMNS; None: it is not set, and lines are as long as they are."""
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


def _plain_within(table: Table, width: int | None) -> str:
    """Return the table as `plain`, or in parts whose lines are no longer than `width`; a number is never broken."""
    text = plain(table)
    if width is None or max(map(len, text.splitlines()), default=0) <= width:
        return text
    parts = [_filled(line, width) for line in table.title.splitlines()]
    for indices in _panels(table, width):
        panel = replace(table, title="", rows=_of_panel(table, indices))
        parts.append(_plain_panel(panel, indices, _wrapped(panel, indices, width, LEAST_WRAPPED)))
    parts += [_filled(sentence, width, "  ") for sentence in _sentences(table)]
    return "\n".join(parts)


def _plain_panel(table: Table, indices: Sequence[int], widths: Sequence[int]) -> str:
    """Return some columns as aligned text, entries wrapped to the letters of their columns."""
    columns = tuple(replace(table.columns[i], meaning="") for i in indices)
    rows: list[Sequence[str]] = []
    for row in table.rows:
        cells = [_cut(row[i], n) for i, n in zip(indices, widths, strict=True)] if row else []
        rows += zip_longest(*cells, fillvalue="") if row else [()]
    return plain(Table(title="", columns=columns, rows=rows))[1:]  # without the line of the title


def _cut(entry: str, width: int) -> list[str]:
    """Return an entry as the lines that fit; spaces before it, which set a row in, stay."""
    return [entry] if len(entry) <= width else textwrap.wrap(entry, width, drop_whitespace=True)


def _filled(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)


def _sentences(table: Table) -> Iterator[str]:
    """Yield what stands below a table."""
    yield from (f"{column.heading}: {column.meaning}" for column in table.columns if column.meaning)
    if table.footnote:
        yield table.footnote


def _entries(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        padded(entry, width, is_right=column.is_number)
        for column, entry, width in zip(columns, row, widths, strict=bool(row))
    ]


def _show_rich(table: Table) -> None:
    """Print as many columns at a time as fit on the terminal; text is wrapped, a number is never broken."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=styled(sys.stdout))
    everything = tuple(range(len(table.columns)))
    widths = _wrapped(table, everything, console.width, LEAST_WRAPPED)
    if sum(widths) + 3 * len(widths) - 1 <= console.width:
        console.print(_drawn(table, everything, widths))
    else:
        console.print(Text(table.title))
        for indices in _panels(table, console.width):
            panel = replace(table, title="", rows=_of_panel(table, indices))
            # The terminal wraps what is still too wide: a cut number would be a wrong one.
            wide = Console(file=styled(sys.stdout), width=max(console.width, _width(panel, indices)))
            wide.print(_drawn(panel, indices, _wrapped(panel, indices, console.width, LEAST_WRAPPED)))
    for sentence in _sentences(table):
        console.print(Text(sentence, style="dim"))


def _panels(table: Table, width: int) -> Iterator[tuple[int, ...]]:
    """Yield indices of the columns that stand beside one another; the first column, the row's name, begins each."""
    panel: tuple[int, ...] = (0,)
    for i in range(1, len(table.columns)):
        if len(panel) > 1 and _width(table, (*panel, i)) > width:
            yield panel
            panel = (0,)
        panel = (*panel, i)
    yield panel


def _of_panel(table: Table, indices: Sequence[int]) -> Sequence[Sequence[str]]:
    """Return the rows of a panel: where it has no figures, those in which it says anything."""
    if any(table.columns[i].is_number for i in indices):
        return table.rows
    return [row for row in table.rows if row and any(row[i] for i in indices[1:])]


def _wrapped(table: Table, indices: Sequence[int], width: int, least: int) -> list[int]:
    """Return the letters of each column: text beside the row's name is wrapped, down to `least`, until a row fits."""
    widths = [_width(table, (i,)) - 2 for i in indices]
    is_text = [not table.columns[i].is_number for i in indices]
    while (excess := sum(widths) + 3 * len(widths) - 1 - width) > 0:
        places = [k for k in range(1, len(widths)) if is_text[k] and widths[k] > least]
        if not places:
            break
        widest = max(places, key=lambda k: widths[k])
        others = [widths[k] for k in places if k != widest]
        floor = max([least, *(each - 1 for each in others)])
        widths[widest] = max(floor, widths[widest] - excess)
    return widths


def _width(table: Table, indices: Sequence[int]) -> int:
    """Return the characters of a row as `_drawn` draws it: a blank at each end, three between columns."""
    from rich.cells import cell_len  # a Japanese letter takes two

    entries = ((table.columns[i].heading, *(row[i] for row in table.rows if row)) for i in indices)
    return sum(max(map(cell_len, column)) for column in entries) + 3 * len(indices) - 1


def _drawn(table: Table, indices: Sequence[int], widths: Sequence[int]) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    title = Text(table.title) if table.title else None
    drawn = RichTable(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, width in zip(indices, widths, strict=True):
        column, is_wrapped = table.columns[i], width < _width(table, (i,)) - 2
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        most = width if is_wrapped else None
        drawn.add_column(Text(column.heading), justify=justify, no_wrap=not is_wrapped, max_width=most)
    for row in table.rows:
        drawn.add_row(*(Text(row[i]) for i in indices) if row else ())
    return drawn


def at_most(bound: float) -> str:
    """Return one significant digit, rounded up: "3e-12", "4,000"."""
    if bound == 0.0:
        return "0"
    upper = Decimal(repr(bound))
    upper = upper.quantize(Decimal(1).scaleb(upper.adjusted()), rounding=ROUND_CEILING)
    if 1 <= upper < 10**9:
        return f"{upper:,.0f}"
    return f"{upper.normalize():f}" if Decimal("1e-3") <= upper < 1 else f"{upper:.0e}"
