"""A running swap's rate fixed so far is the day's: no trade."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.explain.nights.dated_fixings import with_fixings_of
from engine.explain.nights.mixed_books import NightBooks, trades_between
from engine.inputs.book.table import BOOK
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.opened import Opened, open_once
from tests.engine.explain.two_nights import FIRST, SECOND

HEAD = "position_id,kind,currency,notional,start_date,maturity,rate"
RUNNING = "S1,OIS,USD,10000000,2025-04-15,2030-04-15,0.04"
STARTS = "S2,OIS,USD,10000000,2025-05-27,2030-05-27,0.04"  # on the first night: a day into its period on the second


def night(path, day, text):
    path.write_text(text)
    return SimpleNamespace(valuation_date=day, books=(("fund", open_once(path, BOOK)),))


@pytest.fixture
def books_of(tmp_path):
    def made(first, second):
        nights = (night(tmp_path / "a.csv", FIRST, first), night(tmp_path / "b.csv", SECOND, second))
        return NightBooks(nights=nights)

    return made


def changed(books):
    found = trades_between(books.on(1, 0), books.on(1, 1), load_market(bundled_market_path()))
    return found.words()


def test_a_fixing_that_ran_on_is_no_trade_and_a_notional_that_changed_is(books_of):
    first = f"{HEAD},fixed_so_far\n{RUNNING},0.0431\n"
    assert changed(books_of(first, f"{HEAD},fixed_so_far\n{RUNNING},0.0432\n")) == "none"
    sold = RUNNING.replace("10000000", "9000000")
    assert changed(books_of(first, f"{HEAD},fixed_so_far\n{sold},0.0432\n")) == "1 were changed (S1)"


def test_a_swap_that_starts_between_the_nights_can_be_laid_on_both_dates(books_of):
    """On the first night no rate is fixed, and the file need not have the column; on the second one must be given."""
    books = books_of(f"{HEAD}\n{STARTS}\n", f"{HEAD},fixed_so_far\n{STARTS},0.0433\n")
    assert books.why_not_apart() is None
    assert changed(books) == "none"


def test_rows_without_fixings_or_of_another_deal_stay_as_they_are():
    plain = Opened(path=Path("a.csv"), data=f"{HEAD}\n{RUNNING}\n".encode())
    assert with_fixings_of(plain, plain) is plain
    dated = Opened(path=Path("b.csv"), data=f"{HEAD},fixed_so_far\n{RUNNING.replace('2030', '2031')},0.0433\n".encode())
    assert with_fixings_of(plain, dated) is plain
    same = Opened(path=Path("b.csv"), data=f"{HEAD},fixed_so_far\n{RUNNING},0.0433\n".encode())
    assert with_fixings_of(plain, same).data == same.data
