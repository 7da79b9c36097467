"""A stressed year of another book, or one milder than today, is told with the whole command that finds a worse one."""

from pathlib import Path

from engine.analysis.regulatory.capital import Requirement
from engine.analysis.regulatory.liquidity_adjusted import Amount
from engine.analysis.regulatory.stressed_year import stressed_warnings
from engine.inputs.book.load import bundled_book_path
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.run import resolve

MARKET = load_market(bundled_market_path())
YEAR = MARKET.filtered.stressed


def told(stressed, current, *books, explained=1.0):
    amount = Amount(value=stressed, se=0.0)
    ratio = Amount(value=1.0 / explained, se=0.0)
    whole = Requirement(risk_class="all", stressed=amount, ratio=ratio, amount=amount, explained=explained)
    return list(stressed_warnings(resolve({"book": list(books)}, {}), MARKET, YEAR, [whole], current))


def test_a_year_of_the_same_book_that_is_worse_than_today_is_not_told():
    assert YEAR.book == bundled_book_path().name
    assert told(2e9, 1e9) == []
    assert told(2e9, 3e9, explained=0.5) == []  # what that year has no moves of is in today's ES alone


def test_a_year_of_another_book_is_told_with_the_command():
    (text,) = told(2e9, 1e9, Path("engine/book/data/carry-fund.csv"))
    assert "it is the worst for sample.csv, and the book here is carry-fund.csv;" in text
    command = "unwind calibrate HISTORY --date 2025-05-28 --stressed engine/book/data/carry-fund.csv --out FOLDER"
    assert f"`{command}` searches" in text
    assert "FOLDER/2025-05-28.toml for --market" in text


def test_a_year_that_is_milder_than_today_is_told_with_the_reason():
    (text,) = told(1e9, 2e9)
    assert "its ES, 1,000,000,000 JPY, is below today's of the same factors, 2,000,000,000:" in text
    assert "at the vols of then" in text
