"""Market prices that nothing gives: kept as an offset where they are near, refused where they are not."""

from dataclasses import replace

import pytest

from engine.book.check import check_book
from engine.book.fit import fit, fit_warnings
from engine.book.join import joined_tables
from engine.book.store import read_compiled, write_compiled
from engine.book.value import model_values, position_values, values_on
from engine.errors import FileFaults, InputError
from engine.market.moved_market import shifted
from tests.engine.hand_made import FUTURE, OPTION

CALL = OPTION | {"kind": "FX_CALL", "strike": 120.0, "maturity": "2025-06-27"}
DIGITAL = OPTION | {"kind": "FX_DIGITAL_CALL", "currency": "JPY", "strike": 100.0, "notional": 1e8, "width": 0.5}
PAYER = {"kind": "SWAPTION_PAYER", "currency": "USD", "rate": 0.03, "maturity": "2025-06-30", "tenor": "10Y"}
BILL = {"kind": "JGB_BILL", "maturity": "2025-05-30", "notional": 1e9}
INDEX = {"kind": "INDEX_FUTURE", "factor": "SPX", "notional": 2.0, "multiplier": 50.0, "maturity": "2025-09-19"}
NEAR = [  # row, column, what stands in it, and what the position is worth for 1 in the column
    (CALL, "premium", 24.4, 1e7),  # a few bp of spot below its intrinsic value
    (CALL | {"notional": -1e7}, "premium", 24.4, -1e7),
    (DIGITAL, "premium", 1.001, 1e8),  # 10 bp above its payout
    (PAYER | {"notional": 1e8}, "premium", 0.0807, 1e8 * 145.04),
    (BILL, "price", 99.5, 1e7),  # one day: 50 % a year are 14 bp
    (BILL | {"notional": -1e9}, "price", 99.5, -1e7),
]


@pytest.mark.parametrize(("row", "column", "mark", "size"), NEAR)
def test_a_mark_that_nothing_gives_is_kept_as_an_offset(row, column, mark, size, make_book, make_market, tmp_path):
    market = make_market()
    if row["kind"] == "SWAPTION_PAYER":  # 10 bp below what it is worth without any vol
        mark = float(position_values(make_book(row | {"vol": 1e-6}), market)[0] / size) - 0.001
    book = make_book(row | {column: mark}, BILL)
    fits = fit(book, market)
    value = position_values(book, market, fits)[0]
    discount = market.curves["JGB"].discount(1 / 365) if column == "price" else 1.0
    assert value == pytest.approx(size * mark * discount, rel=1e-9)
    moved = shifted(market, 0.001, "UST")
    for at, day in ((moved, 0), (market, 7)):  # it is constant: it has no risk of its own
        whole, model = (which(book, at, fits, day=day, before=market)[0] for which in (values_on, model_values))
        assert whole - model == pytest.approx(fits.offset[0], rel=1e-6)
    (warning,) = [text for text in fit_warnings(book, fits) if "constant offset" in text]
    assert f"{fits.offset[0]:+,.0f} JPY in all" in warning
    write_compiled(book, tmp_path / "book.parquet")
    again = read_compiled(tmp_path / "book.parquet")
    joined = replace(
        book,
        position_ids=("a/P0", "a/P1", "b/P0", "b/P1"),
        books=("main",) * 4,
        kinds=book.kinds * 2,
        lines=(),
        tables=joined_tables([again, book]),
    )
    assert position_values(joined, market)[[0, 2]] == pytest.approx([value, value], rel=1e-14)


def test_a_bond_is_shown_at_the_price_it_is_marked_at(make_book, make_market):
    (row,) = check_book(make_book(BILL | {"price": 99.5}), make_market()).rows
    assert (row.clean_price, row.spread_bp) == (99.5, 0.0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (CALL | {"premium": 24.0}, "no vols give the premium: the market value is 240,000,000 JPY, the nearest"),
        (CALL | {"premium": 0.2455}, "bp of spot, or of a digital's payout away; up to 20 bp"),  # 100 times too low
        (DIGITAL | {"premium": 1.1}, "no vols give the premium"),
        (PAYER | {"premium": 0.0008}, "no normal vol gives the premium"),
        (FUTURE | {"price": 220.0}, "the price is far from what its deliverables are worth"),
        (INDEX | {"price": 59.36}, "the price is far from the factor's level"),
        (BILL | {"price": 98.0}, r"no spread within \+-50% over its curve gives the price"),
    ],
)
def test_a_mark_far_from_all_that_can_be_is_refused_with_its_value_and_line(row, said, make_book, make_market):
    book = make_book(row)
    with pytest.raises(InputError, match=said):
        fit(book, make_market())
    column = "price" if "price" in row else "premium"
    with pytest.raises(FileFaults, match=rf"desk\.csv: line 7, {column}: position 'P0': "):
        fit(replace(book, source="desk.csv", lines=(7,)), make_market())


def test_a_future_far_from_its_index_is_pointed_out(make_book, make_market):
    market = make_market()
    for price, n in ((5936.5, 0), (6900.0, 1)):
        book = make_book(INDEX | {"price": price})
        said = [text for text in fit_warnings(book, fit(book, market)) if "from its index" in text]
        assert len(said) == n
