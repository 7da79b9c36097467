"""The market of books where none is named: the bundled one, but for a bundled book that has its own."""

from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.used_factors import used_factors
from engine.inputs.book.load import bundled_book_names, bundled_book_path, load_book
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import bundled_market_path, load_market


def test_a_bundled_book_with_a_market_of_its_name_is_valued_in_it():
    own = market_path_for([bundled_book_path("carry-fund"), bundled_book_path("general-account")])
    assert own.parts[-2:] == ("general-account", "2025-05-28.toml")
    assert own.is_file()


def test_all_other_books_are_valued_in_the_default_market(tmp_path):
    elsewhere = tmp_path / "general-account.csv"  # a user's file of the same name
    for books in ([], [elsewhere], [Path("general-account")], [bundled_book_path("sample")]):
        assert market_path_for(books) == bundled_market_path()


def test_the_market_of_the_general_account_has_the_default_ones_law_and_moves_all_that_the_book_holds():
    default = load_market(bundled_market_path())
    own = load_market(market_path_for([bundled_book_path("general-account")]))
    n = len(default.factors)
    assert own.factors[:n] == default.factors
    assert (own.vols[:n] == default.vols).all()
    assert (own.correlation[:n, :n] == default.correlation).all()
    assert own.filtered is not None
    assert default.filtered is not None
    assert (own.filtered.rows == default.filtered.rows).all()
    book = general_account()
    assert used_factors(book, own)["prices"] == ("NIKKEI225",)
    assert own.levels["NIKKEI225"] == 37_722.40  # the close of 2025-05-28


def test_the_general_account_has_40_positions_in_6_books():
    book = general_account()
    assert "general-account" in bundled_book_names()
    assert len(book.position_ids) == 40
    assert tuple(dict.fromkeys(book.books)) == ("GA-JGB", "GA-USD", "FX-HEDGE", "OVERLAY", "FUNDING", "EQUITY")


def general_account() -> CompiledBook:
    path = bundled_book_path("general-account")
    return load_book(path, load_market(market_path_for([path])).valuation_date)
