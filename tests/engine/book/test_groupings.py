"""By what positions are grouped: each has one group, in the order of the file."""

import pytest

from engine.book.groupings import GROUPINGS, currencies_of
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market


@pytest.fixture(scope="module")
def book(root):
    market = load_market(bundled_market_path())
    return load_book(root / "engine" / "book" / "data" / "all-kinds.csv", market.valuation_date)


def test_every_position_has_one_label_of_each_grouping_of_positions(book):
    for each in GROUPINGS.values():
        if each.labels is not None:
            assert len(each.labels(book)) == len(book.position_ids), each.name


def test_a_position_is_of_the_currencies_that_it_pays_beside_the_home_currency(book):
    of = dict(zip(book.position_ids, currencies_of(book), strict=True))
    assert {of[name] for name in ("UST-1", "UST_FUTURE-1", "FX_FORWARD-1", "FX_CALL-1", "SWAP-1", "NDF-1")} == {"USD"}
    assert {of[name] for name in ("JGB-1", "CASH-1", "DEPOSIT-1", "OIS-1", "JGB_FUTURE-1")} == {"JPY"}


def test_families_are_those_of_the_kinds(book):
    of = dict(zip(book.position_ids, GROUPINGS["family"].labels(book), strict=True))
    assert (of["JGB_BILL-1"], of["UST_FUTURE-1"], of["FX_PUT-1"]) == ("jgbs", "treasury_futures", "fx_options")
