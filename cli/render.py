"""What commands write: tables, prose and JSON on stdout, all else on stderr. Amounts follow one rule, tables another.

How an amount reads is `engine/conventions/amounts.py`; how a table fits its page is `cli/output/layout.py`.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from cli.machine import log
from cli.output import page as pages
from cli.output.layout import laid_out
from cli.output.page import Page
from cli.output.table import Column as Column
from cli.output.table import Table as Table
from cli.terminal import harmless, one_line, styled
from engine.conventions.amounts import Scale as Scale
from engine.conventions.amounts import scale_of
from engine.conventions.figure_words import days_text as days_text
from engine.conventions.figure_words import percent as percent
from engine.conventions.figure_words import plain_number
from engine.text_width import wrapped

LEAST_DECIMALS = 1  # of a table: below a total of hundreds stand parts of less than one


def scale(currency: str, values: Iterable[float | None]) -> Scale:
    """Return the unit of a table, and its decimals: three digits of the largest value."""
    return scale_of(currency, values, least_decimals=LEAST_DECIMALS)


def basis_points(rate: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return 0.005 as "50 bp"; as many decimals as it takes unless given."""
    return f"{plain_number(1e4 * rate, decimals, signed=signed)} bp"


def show(*tables: Table) -> None:
    """Write tables to stdout."""
    _write("\n".join(text(*tables, page=pages.of_stdout())))


def text(*tables: Table, page: Page) -> list[str]:
    """Return the lines of tables as they stand on a page, a gap between two."""
    lines: list[str] = []
    for table in map(_harmless, tables):
        lines += [*([""] if lines else []), *laid_out(table, page)]
    return lines


def plain(table: Table) -> str:
    """Return a table as a pipe has it that was told no width."""
    return "\n".join(text(table, page=Page(width=None)))


def show_json(found: Mapping[str, object]) -> None:
    """Write one JSON object to stdout, and nothing else."""
    print(json.dumps(found, ensure_ascii=False, allow_nan=False))


def show_text(prose: str) -> None:
    """Write prose to stdout, wrapped at the words."""
    page = pages.of_stdout()
    paragraphs = (" ".join(harmless(each).split()) for each in prose.strip().split("\n\n"))
    _write(
        "\n\n".join("\n".join(page.worded(line) for line in wrapped(each, page.prose)) for each in paragraphs) + "\n"
    )


def show_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout, a longer one wrapped."""
    page = pages.of_stdout()
    for line in lines:
        _write("\n".join([line] if page.width is None else wrapped(line, page.width, "  ")))


def show_on_stderr(table: Table) -> None:
    """Write a table to stderr, for a person beside a machine that reads stdout."""
    print("\n".join(text(table, page=pages.of_stderr())), file=styled(sys.stderr), flush=True)


def say_lines(lines: Iterable[str]) -> None:
    """Write lines to stderr, a longer one wrapped, with the colours of their words."""
    page = pages.of_stderr()
    for line in lines:
        shown = [harmless(line)] if page.width is None else wrapped(harmless(line), page.width, "  ")
        print("\n".join(page.worded(each) for each in shown), file=styled(sys.stderr), flush=True)


def _write(made: str) -> None:
    """Write what was made harmless before it was styled."""
    print(made, file=styled(sys.stdout), flush=sys.stdout.isatty())


def _harmless(table: Table) -> Table:
    """Return a table in which no entry gives the terminal an order, or breaks its line."""
    columns = (replace(each, heading=one_line(each.heading), meaning=one_line(each.meaning)) for each in table.columns)
    rows = [[one_line(entry) for entry in row] for row in table.rows]
    return replace(
        table,
        title=harmless(table.title),
        columns=tuple(columns),
        rows=rows,
        sentence=one_line(table.sentence),
        footnote=one_line(table.footnote),
    )


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


def at_most(bound: float) -> str:
    """Return one significant digit, rounded up: "3e-12", "4,000"."""
    if bound == 0.0:
        return "0"
    upper = Decimal(repr(bound))
    upper = upper.quantize(Decimal(1).scaleb(upper.adjusted()), rounding=ROUND_CEILING)
    if 1 <= upper < 10**9:
        return f"{upper:,.0f}"
    return f"{upper.normalize():f}" if Decimal("1e-3") <= upper < 1 else f"{upper:.0e}"
