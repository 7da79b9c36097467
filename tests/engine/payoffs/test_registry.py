"""Payoffs: one list, from which a compiled book's tables, its file, its value and its fits are made."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pytest

from engine.book.compiled import CompiledBook
from engine.book.fit import fit, fit_warnings
from engine.book.join import joined_tables
from engine.book.store import read_compiled, write_compiled
from engine.book.value import book_warnings, position_values
from engine.errors import FileFaults
from engine.pack.observations import expires_inside, expiry_days
from engine.payoffs.payoff import PartRows, Payoff
from engine.payoffs.registry import PAYOFFS, empty_tables, register, registered, tables_of
from engine.payoffs.stored import column_types, plain
from kernels.types import F64, I64, Words

DATE = date(2025, 5, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPart:
    """A toy: pays 1 for each point of USD/JPY above `level`, on the valuation date."""

    level: float
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tickets:
    position: I64
    currency: Words
    level: F64
    quantity: F64
    market_price: F64
    draw_day: I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TicketBases:
    basis: F64


def _tabulate(rows: PartRows[TicketPart]) -> Tickets:
    return Tickets(
        position=rows.position,
        currency=rows.words(lambda _: "USD"),
        level=rows.real(lambda part: part.level),
        quantity=rows.real(lambda part: part.quantity),
        market_price=rows.real(lambda _: 50.0),
        draw_day=rows.whole(lambda _: 1),
    )


def _value(book, at):
    tickets, basis = book.table(Tickets), at.constants.of(TicketBases).basis
    points = np.maximum(at.market.usdjpy - tickets.level, 0.0) - basis
    return tickets.position, tickets.currency, tickets.quantity * points


def _fit(book, market, _):
    tickets = book.table(Tickets)
    return TicketBases(basis=np.maximum(market.usdjpy - tickets.level, 0.0) - tickets.market_price)


def _claims(book) -> Iterator[tuple[bool, str]]:
    yield bool((book.table(Tickets).level > 0.0).all()), "a ticket's level is not positive"


TICKETS = Payoff(
    part=TicketPart,
    table=Tickets,
    tabulate=_tabulate,
    stored=plain("tickets", Tickets),
    value=_value,
    fit=_fit,
    fit_cautions=lambda book, _: [("a toy", book.table(Tickets).position)],
    dated=lambda book: [(np.array(["JGB"]), book.table(Tickets).position, np.array([30_000]))],
    claims=_claims,
    quotes=("market_price",),
    expiry="draw_day",
)


@pytest.fixture
def book():
    with registered(TICKETS):
        yield book_of(140.0)


def book_of(level: float) -> CompiledBook:
    return CompiledBook(
        valuation_date=DATE,
        position_ids=("T",),
        books=("main",),
        kinds=("CASH",),
        tables=tables_of([[TicketPart(level=level, quantity=2.0)]], DATE),
        business_days=np.array([1, 2]),
        sha256="0" * 64,
    )


def test_a_toy_payoff_is_fitted_and_valued(book, make_market):
    market = make_market()
    assert position_values(book, market) == pytest.approx([2.0 * 50.0 * 145.04])  # its own price, in the base market
    fits, up = fit(book, market), make_market(usdjpy=147.04)
    assert position_values(book, up, fits) == pytest.approx([2.0 * 52.0 * 147.04])  # two points more
    assert fit_warnings(book, fits) == ("position 'T': the market price means a toy; check it",)
    assert "payments of position 'T' fall beyond the last node of curve 'JGB'" in book_warnings(book, market)[0]


def test_a_toy_payoff_survives_the_disk_and_is_checked(book, tmp_path):
    write_compiled(book, tmp_path / "book.parquet")
    again = read_compiled(tmp_path / "book.parquet").table(Tickets)
    assert again.level.tolist() == [140.0]
    assert again.position.tolist() == [0]
    write_compiled(book_of(-1.0), tmp_path / "book.parquet")
    with pytest.raises(FileFaults, match="a ticket's level is not positive"):
        read_compiled(tmp_path / "book.parquet")


def test_paths_are_seen_on_the_day_on_which_a_toy_payoff_is_fixed(book):
    assert expiry_days(book).tolist() == [1]
    assert expires_inside(book, 2)  # the book's second business day is the day after
    assert not expires_inside(book, 1)


def test_books_with_a_toy_payoff_are_joined(book):
    assert joined_tables([book, book]).of(Tickets).position.tolist() == [0, 1]


def test_a_file_with_a_payoff_that_is_not_there_is_refused(tmp_path):
    with registered(TICKETS):
        write_compiled(book_of(140.0), tmp_path / "book.parquet")
    with pytest.raises(FileFaults, match="its columns are not those of a compiled book; compile it again"):
        read_compiled(tmp_path / "book.parquet")


def test_a_part_of_no_payoff_and_a_table_that_is_there_are_refused():
    with pytest.raises(TypeError, match="no payoff has the part TicketPart"):
        tables_of([[TicketPart(level=1.0, quantity=1.0)]], DATE)
    with pytest.raises(ValueError, match="a payoff already has the name 'flows' in files"):
        register(PAYOFFS[0])


@pytest.mark.parametrize("payoff", PAYOFFS, ids=lambda payoff: payoff.table.__name__)
def test_every_column_of_every_table_has_a_type(payoff):
    names = [field.name for field in fields(payoff.table)]
    assert {*column_types(payoff.table), "position"} >= set(names)
    assert {*payoff.quotes, *payoff.ranges} <= set(names)


def test_the_tables_that_a_book_names_are_those_of_payoffs():
    named = [
        value.fget.__annotations__["return"] for value in vars(CompiledBook).values() if isinstance(value, property)
    ]
    assert {payoff.table for payoff in PAYOFFS} >= set(named)
    assert len(set(named)) == len(named)


def test_a_book_without_positions_has_every_table_empty():
    tables = empty_tables()
    for payoff in PAYOFFS:
        table = tables.of(payoff.table)
        for field in fields(payoff.table):
            assert getattr(table, field.name).size == 0
        for name in payoff.ranges:
            assert getattr(table, name).shape == (0, 2)
