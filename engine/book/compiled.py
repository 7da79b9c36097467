"""A compiled book: every position as rows of payoffs' tables."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from engine.payoffs.exchanges import Exchanges
from engine.payoffs.floats import Floats
from engine.payoffs.flows import Flows
from engine.payoffs.futures import Deliverables, Futures
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.holdings import Holdings
from engine.payoffs.quoted import Bonds, Marks, Premiums
from engine.payoffs.shelf import Shelf
from engine.payoffs.swaptions import Swaptions
from engine.sheet_path import line_word
from kernels.types import I64

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledBook:
    """All positions of all books in one file, ready to value."""

    valuation_date: date
    position_ids: tuple[str, ...]  # unique
    books: tuple[str, ...]  # (n_positions,) the book each position belongs to
    kinds: tuple[str, ...]  # (n_positions,) "JGB", "UST_BILL", "FX_FORWARD", ...
    tables: Shelf  # one table for each payoff in `engine.payoffs.registry`
    business_days: I64  # (n,) days from the valuation date of the coming joint Tokyo and New York business days
    sha256: str  # of the source file's bytes
    lines: tuple[int, ...] = ()  # (n_positions,) of the source file; (): not known
    source: str = ""  # path of the file it was read from; "": not known
    labels: tuple[str, ...] = ()  # (n_positions,) rows of a program's frame, by its index; (): it was a file
    warnings: tuple[str, ...] = ()  # what was accepted with a word of caution, for every result that uses the book

    def row_name(self, position: int) -> str:
        """Return what a position's row is called: "line 7", "row 7" of a sheet, "row 'a'" of a frame; "": not known."""
        if self.labels:
            return f"row {self.labels[position]!r}"
        line = self.lines[position] if self.lines else 0
        return f"{line_word(self.source)} {line}" if line else ""

    def table(self, kind: type[T]) -> T:
        """Return the table of a class."""
        return self.tables.of(kind)

    def with_tables(self, *tables: object) -> "CompiledBook":
        """Return the book with these tables in place of those of the same classes."""
        return replace(self, tables=self.tables.replaced(*tables))

    @property
    def flows(self) -> Flows:
        """Return dated payments."""
        return self.tables.of(Flows)

    @property
    def floats(self) -> Floats:
        """Return interest projected on another curve."""
        return self.tables.of(Floats)

    @property
    def exchanges(self) -> Exchanges:
        """Return deliveries of foreign currency."""
        return self.tables.of(Exchanges)

    @property
    def holdings(self) -> Holdings:
        """Return quantities of price factors."""
        return self.tables.of(Holdings)

    @property
    def options(self) -> FxOptions:
        """Return FX options."""
        return self.tables.of(FxOptions)

    @property
    def futures(self) -> Futures:
        """Return bond futures."""
        return self.tables.of(Futures)

    @property
    def deliverables(self) -> Deliverables:
        """Return the bonds of the futures' baskets."""
        return self.tables.of(Deliverables)

    @property
    def swaptions(self) -> Swaptions:
        """Return swaptions."""
        return self.tables.of(Swaptions)

    @property
    def marks(self) -> Marks:
        """Return market prices of bonds."""
        return self.tables.of(Marks)

    @property
    def premiums(self) -> Premiums:
        """Return market values of options."""
        return self.tables.of(Premiums)

    @property
    def bonds(self) -> Bonds:
        """Return terms of bonds."""
        return self.tables.of(Bonds)
