"""Books between two nights."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from engine.book.store import write_compiled
from engine.explain.nights.mixed_books import NightBooks, has_quotes, trades_between, without_quotes
from engine.inputs.book.load import load_book
from engine.inputs.book.table import BOOK
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.opened import open_once
from tests.engine.explain.two_nights import BILL, FIRST, HEAD, JGB, SECOND, UST


@pytest.fixture
def book_of(tmp_path):
    """A compiled book of rows."""

    def load(*rows: str, day: date = SECOND, head: str = HEAD):
        path = tmp_path / "book.csv"
        path.write_text(head + "".join(rows))
        return load_book(path, day)

    return load


def test_rows_that_came_went_and_changed_are_named(book_of):
    market = load_market(bundled_market_path())
    before = book_of(JGB, UST)
    after = book_of(JGB.replace("10000000000", "9000000000"), BILL)
    found = trades_between(before, after, market)
    assert (found.came, found.went, found.changed) == (("UST-1Y",), ("UST-5Y",), ("JGB-10Y",))
    assert found.words() == "1 came (UST-1Y); 1 went (UST-5Y); 1 were changed (JGB-10Y)"
    assert trades_between(before, before, market).words() == "none"


def test_a_price_alone_is_no_trade(book_of):
    market = load_market(bundled_market_path())
    assert trades_between(book_of(JGB), book_of(JGB.replace(",\n", ",97.5\n")), market).words() == "none"


def test_a_linked_bond_whose_price_and_index_ratio_moved_is_no_trade_and_one_that_was_sold_is(book_of):
    market = load_market(bundled_market_path())
    head = HEAD.replace("price", "price,issue_date,index_ratio")

    def linker(face: str, price: str, ratio: str):
        row = f"JGBI-1,bonds,JGBI,JPY,{face},0.00005,2034-03-10,{price},2024-05-10,{ratio}\n"
        return book_of(row, head=head)

    before = linker("3000000000", "101.85", "1.03361")
    assert trades_between(before, linker("3000000000", "101.60", "1.03379"), market).words() == "none"
    assert trades_between(before, linker("2999000000", "101.85", "1.03361"), market).changed == ("JGBI-1",)


def test_market_prices_are_left_out_but_those_of_swaptions(book_of):
    priced = book_of(JGB.replace(",\n", ",97.5\n"), UST)
    assert has_quotes(priced)
    assert not has_quotes(without_quotes(priced))
    assert not has_quotes(book_of(JGB, UST))
    every = load_book(bundled_market_path().parents[2] / "book" / "data" / "all-kinds.csv", SECOND)
    bare = without_quotes(every)
    assert bare.marks.position.size == 0
    assert np.isnan(bare.options.market_vol).all()
    assert bare.swaptions is every.swaptions
    assert set(bare.premiums.position) <= set(every.swaptions.position)


def test_compiled_files_cannot_be_laid_on_the_other_date_and_say_why(tmp_path, book_of):
    def night(day: date, rows: str) -> SimpleNamespace:
        path = tmp_path / f"{day}.parquet"
        write_compiled(book_of(rows, day=day), path)
        return SimpleNamespace(valuation_date=day, books=(("fund", open_once(path, BOOK)),))

    books = NightBooks(nights=(night(FIRST, JGB), night(SECOND, JGB + UST)))
    assert books.on(1, 1).position_ids == ("JGB-10Y", "UST-5Y")
    why = books.why_not_apart()
    assert why is not None
    assert why.startswith(f"the books of {SECOND} have no meaning on {FIRST}: ")


@pytest.mark.parametrize(
    ("later", "are_same"), [(JGB.replace(",\n", ",97.5\n"), True), (JGB.replace("10000000000", "9000000000"), False)]
)
def test_rows_are_the_same_whatever_their_prices_and_not_whatever_their_amounts(tmp_path, later, are_same):
    def night(day: date, rows: str) -> SimpleNamespace:
        path = tmp_path / f"{day}.csv"
        path.write_text(HEAD + rows)
        return SimpleNamespace(valuation_date=day, books=(("fund", open_once(path, BOOK)),))

    books = NightBooks(nights=(night(FIRST, JGB.replace(",\n", ",98.1\n")), night(SECOND, later)))
    assert not books.are_same
    assert books.have_same_rows is are_same
