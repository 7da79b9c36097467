"""Files of candidate hedges: a lot, its cost and how many there may be; errors with their lines."""

from datetime import date

import pytest

from engine.errors import FileFaults, InputError
from engine.inputs.hedge_file import bundled_hedges_path, load_hedges

DAY = date(2025, 5, 28)
HEAD = "position_id,book,kind,currency,notional,maturity,factor,cost,most,least\n"
GOOD = (
    HEAD
    + "BILL,,UST_BILL,USD,-1000000,2025-08-28,,20,50,\n"
    + "\n"
    + "LONG,pair,ASSET,USD,100,,XLU,3,10,1\n"
    + "SHORT,pair,ASSET,USD,-100,,XLK,4,10,1\n"
)


def loaded(tmp_path, text, **how):
    path = tmp_path / "hedges.csv"
    path.write_text(text)
    return load_hedges(path, DAY, **how)


def test_rows_of_one_book_are_one_hedge_and_others_their_own(tmp_path):
    found = loaded(tmp_path, GOOD)
    assert found.names == ("BILL", "pair")
    assert found.book.books == ("BILL", "pair", "pair")
    assert found.costs == (("BILL", "USD", 20.0), ("pair", "USD", 3.0), ("pair", "USD", 4.0))
    assert (found.most.tolist(), found.least.tolist()) == ([50.0, 10.0], [0.0, 1.0])
    assert found.book.warnings == ()  # the columns that a book has not are read here


def test_hedges_of_other_price_factors_are_left_out_where_that_is_asked_for(tmp_path):
    found = loaded(tmp_path, GOOD, factors={"XLU"})
    assert (found.names, found.left_out) == (("BILL",), ("pair",))


def test_some_hedges_alone(tmp_path):
    assert loaded(tmp_path, GOOD, names=["pair"]).names == ("pair",)
    with pytest.raises(InputError, match=r"no hedge is called 'pairs'; did you mean 'pair'\?; there are BILL, pair"):
        loaded(tmp_path, GOOD, names=["pairs"])


def test_all_errors_are_said_with_their_lines(tmp_path):
    text = GOOD.replace("20,50,", "-20,many,").replace("4,10,1", "4,9,12")
    with pytest.raises(FileFaults) as error:
        loaded(tmp_path, text)
    assert [(fault.line, fault.where) for fault in error.value.faults] == [
        (2, "cost"), (2, "most"), (5, None), (5, "most"), (5, "least")]  # fmt: skip
    assert "must be from 0 to 1,000,000,000, a number in plain digits, got '-20'" in str(error.value)
    assert "`least` is 12 and `most` 9: exchange them" in str(error.value)
    assert "is '9' here and '10' before: rows of 'pair' are one lot" in str(error.value)


def test_a_row_that_is_no_position_is_said_at_its_own_line(tmp_path):
    with pytest.raises(FileFaults, match=r"hedges.csv: line 4, kind: "):
        loaded(tmp_path, GOOD.replace("LONG,pair,ASSET", "LONG,pair,ASSETT"))


def test_a_file_without_costs_is_refused(tmp_path):
    with pytest.raises(FileFaults, match=r"line 1: the column 'cost' is missing: half the bid-offer spread of a lot"):
        loaded(tmp_path, GOOD.replace(",cost,", ",kosten,"))


def test_the_bundled_hedges_are_what_the_article_advises():
    found = load_hedges(bundled_hedges_path(), DAY)
    assert len(found.names) == 12
    wanted = ("futures", "treasury", "cut-40y", "technology", "yen-call", "yen-forward", "peso")
    assert all(any(word in name for name in found.names) for word in wanted)
