"""Under `filtered` VaR over one day is below VaR over ten on every date, and what can only lose loses something.

Of the two sample books and eight plain ones: those with which the law was chosen (docs/concepts/laws.md) and two more.
One that breaks it says that a book gets safer the longer it is held: a lead that is not clipped once foresaw a certain
gain.
"""

from datetime import date

import pytest

from engine.backtest.walk.parts import walk_part
from engine.backtest.walk.rolled_book import joined_rolled, rolled_book
from engine.backtest.walk.walk_days import BookWalk
from engine.inputs.book.load import bundled_book_path, read_positions
from engine.inputs.history.load import read_history
from tests.engine.backtest.synthetic import frame_of, synthetic

LAST = date(2025, 5, 15)  # ten joint dates before the end of the data
SAMPLE = ("carry-fund", "life-insurer")
ONE_SIDED = ("jgb-10y", "jgb-20y", "jgb-30y", "ust-10y", "ust-10y-hedged", "short-usdjpy")
TWO_SIDED = ("jgb-10s30s", "ust-2s10s")  # short of the longer leg, by as much as makes a parallel move nothing
POSITIONS = """\
position_id,book,kind,currency,notional,coupon,maturity,rate
A,jgb-10y,JGB,JPY,10000000000,0.0155,2035-03-20,
B,jgb-20y,JGB,JPY,10000000000,0.024,2045-03-20,
C,jgb-30y,JGB,JPY,10000000000,0.028,2055-03-20,
D,ust-10y,UST,USD,100000000,0.0425,2035-05-15,
E,ust-10y-hedged,UST,USD,100000000,0.0425,2035-05-15,
F,ust-10y-hedged,FX_FORWARD,USD,-100000000,,2025-08-29,144.0
G,short-usdjpy,CASH,USD,-100000000,,,
H,jgb-10s30s,JGB,JPY,10000000000,0.0155,2035-03-20,
I,jgb-10s30s,JGB,JPY,-4720000000,0.028,2055-03-20,
J,ust-2s10s,UST,USD,100000000,0.0375,2027-04-30,
K,ust-2s10s,UST,USD,-23500000,0.0425,2035-05-15,
"""


def walk_of(found, folder, n_paths):
    """The filtered law over a history, of all ten books."""
    plain = folder / "plain.csv"
    plain.write_text(POSITIONS, encoding="utf-8")
    files = [("sample", bundled_book_path()), ("plain", plain)]
    books = [
        (name, rolled_book(read_positions(path, found.base.valuation_date), found.base, "0" * 64))
        for name, path in files
    ]
    return BookWalk(
        history=found.joint,
        pattern=found.pattern,
        book=joined_rolled(books),
        laws=("filtered",),
        horizons=(1, 10),
        n_paths=n_paths,
        seed=1,
    )


def check(rows, n_dates):
    """Hold every date to the claim."""
    for scope in (*SAMPLE, *ONE_SIDED, *TWO_SIDED):
        one, ten = (rows.of("filtered", scope, horizon) for horizon in (1, 10))
        assert one.pnl.size == ten.pnl.size == n_dates
        below = one.var_99 < ten.var_99
        assert below.all(), (scope, one.date[~below], (ten.var_99 / one.var_99)[~below])
        if scope in ONE_SIDED:
            for each in (one, ten):
                assert (each.var_975 > 0.0).all(), (scope, each.date[each.var_975 <= 0.0])
                assert (each.es_975 >= each.var_975).all()


def test_on_some_dates_of_a_history_made_by_hand(tmp_path):
    found = synthetic(frame_of(2340, seed=5))
    places = [2120, 2125, 2130]
    check(walk_part(walk_of(found, tmp_path, 1000), places), len(places))


def test_on_a_date_in_400_of_the_full_history(shared, tmp_path):
    found = synthetic(read_history([shared / "data" / "history.csv"]))
    places = found.joint.places(date(2010, 12, 17), LAST)[::400].tolist()
    check(walk_part(walk_of(found, tmp_path, 2000), places), len(places))


@pytest.mark.slow  # the full history, every date
def test_on_every_date_of_the_full_history(shared, tmp_path):
    found = synthetic(read_history([shared / "data" / "history.csv"]))
    places = found.joint.places(date(2010, 12, 17), LAST).tolist()
    check(walk_part(walk_of(found, tmp_path, 4000), places), len(places))
