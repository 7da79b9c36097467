"""Tables and amounts as text. On a terminal rich draws them; in a pipe they are plain aligned columns."""

import math
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"), (1e3, "thousand"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    heading: str
    is_number: bool = True  # aligned right
    meaning: str = ""  # a sentence below the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells already formatted, row by row. An empty row is drawn as a gap."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One unit and one number of decimals for all amounts of a table, so that they compare at a glance."""

    divisor: float
    unit: str  # "JPY bn"
    decimals: int

    def amount(self, value: float) -> str:
        """As "1,234.56"; "?" for what the sample does not bound."""
        if not math.isfinite(value):
            return "?"
        text = f"{value / self.divisor:,.{self.decimals}f}"
        return text if text.strip("-0.") else text.removeprefix("-")  # zero has no sign

    def estimate(self, value: float, se: float) -> str:
        """As "1.234 +-0.005": the value and one standard error."""
        return f"{self.amount(value)} ±{self.amount(se)}"


def scale(currency: str, values: Iterable[float], errors: Iterable[float] = ()) -> Scale:
    """The unit in which the median amount has one to three digits before the point; decimals to show every error."""
    sizes = sorted(abs(value) for value in values if value)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    divisor, name = next(((size, name) for size, name in UNITS if middle >= size), (1.0, ""))
    smallest = min((error for error in errors if error > 0.0), default=divisor / 100.0)
    decimals = min(max(-math.floor(math.log10(smallest / divisor)), 0), 4)
    return Scale(divisor=divisor, unit=f"{currency} {name}".strip(), decimals=decimals)


def percent(fraction: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """0.975 as "97.5 %"; as many decimals as it takes unless given."""
    return f"{_number(100.0 * fraction, decimals, signed)} %"


def basis_points(rate: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """0.005 as "50 bp"; as many decimals as it takes unless given."""
    return f"{_number(1e4 * rate, decimals, signed)} bp"


def _number(value: float, decimals: int | None, signed: bool) -> str:
    return f"{value:{'+' if signed else ''}{f'.{decimals}f' if decimals is not None else '.10g'}}"


def show(*tables: Table) -> None:
    """Write tables to stdout, and what their columns mean."""
    for i, table in enumerate(tables):
        if i:
            print()
        if sys.stdout.isatty():
            _show_rich(table)
        else:
            print(plain(table))


def show_text(text: str) -> None:
    """Write prose to stdout, wrapped at the words."""
    paragraphs = text.strip().split("\n\n")
    print("\n\n".join(textwrap.fill(paragraph, width=100) for paragraph in paragraphs) + "\n")


def say(text: str) -> None:
    """Write a line to stderr: what goes on, not a result."""
    print(text, file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """Write a warning to stderr; the command goes on."""
    print(f"warning: {text}", file=sys.stderr)


def plain(table: Table) -> str:
    """The table as aligned text, two spaces between columns."""
    grid = [[column.heading for column in table.columns], *map(list, table.rows)]
    widths = [max((len(row[i]) for row in grid if row), default=0) for i in range(len(table.columns))]
    lines = [table.title, *("  ".join(_cells(table.columns, row, widths)).rstrip() for row in grid)]
    lines += [f"  {column.heading}: {column.meaning}" for column in table.columns if column.meaning]
    return "\n".join(lines)


def _cells(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if column.is_number else cell.ljust(width)
        for column, cell, width in zip(columns, row, widths, strict=bool(row))
    ]


def _show_rich(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(title=Text(table.title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        drawn.add_column(Text(column.heading), justify="right" if column.is_number else "left", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    console = Console()
    needed = Measurement.get(console, console.options.update(max_width=10_000), drawn).maximum
    wide = Console(width=max(console.width, needed))  # the terminal wraps lines; a cut number would be a wrong one
    wide.print(drawn)
    for column in table.columns:
        if column.meaning:
            console.print(Text(f"{column.heading}: {column.meaning}", style="dim"))
