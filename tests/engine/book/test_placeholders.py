"""A book that holds a price of which the market file says that it is an assumption is told so, once."""

from dataclasses import replace
from pathlib import Path

from engine.book.value import book_warnings
from engine.inputs.market.load import load_market

EQUITIES = Path("engine/market/data/equities/2025-05-28.toml")
HELD = [
    {"kind": "ASSET", "factor": "NIKKEI225", "currency": "JPY", "notional": 8e5},
    {"kind": "ASSET", "factor": "SPX", "currency": "USD", "notional": 1e3},
]


def told(book, market):
    return [text for text in book_warnings(book, market) if "placeholder levels" in text]


def test_one_warning_names_the_factors_their_levels_the_books_and_the_way_out(make_book):
    (text,) = told(make_book(*HELD), load_market(EQUITIES))
    assert text.startswith(
        "market: placeholder levels (sources that begin with 'assumption:'), NIKKEI225 100, SPX 100, "
    )
    assert "are held in main:" in text
    assert "`unwind data build`" in text
    assert "[levels.NAME]" in text


def test_a_level_with_a_quote_and_a_price_that_is_not_held_are_not_named(make_book):
    market = load_market(EQUITIES)
    quoted = replace(market, sources={**market.sources, "NIKKEI225": "FRED: NIKKEI225, 2025-05-28"})
    (text,) = told(make_book(*HELD), quoted)
    assert "NIKKEI225" not in text
    assert told(make_book(HELD[0]), quoted) == []
