import json

import numpy as np
import pytest

import unwind_risk as uw
from engine.book.check import check_book


@pytest.fixture(scope="module")
def found():
    return uw.stress("carry-fund", scenarios=["article-2025", "august-2024"], currency="USD")


def test_rows_add_up_to_the_commands_json(found):
    table, said = found.table(), json.loads(found.to_json())
    assert table.attrs["currency"] == said["currency"] == "USD"
    totals = table.groupby("scenario")["pnl"].sum()
    assert totals.to_dict() == pytest.approx(said["total"]["pnl"], rel=1e-12)  # sums in another order
    assert len(table) == 2 * len(said["positions"])
    assert said["warnings"] == list(found.warnings)


def test_arrow_and_numpy_have_the_same_figures(found):
    assert found.numpy().shape == (2, len(found.stressed.position_ids))
    assert not found.numpy().flags.writeable
    assert np.array_equal(found.arrow().column("pnl"), found.numpy().ravel())
    assert found.arrow().schema.field("pnl").metadata[b"meaning"] == b"USD, gains positive"


def test_a_currency_that_is_none_is_refused_under_its_keyword():
    with pytest.raises(uw.InputError, match=r"^currency: "):
        uw.stress(currency="XXX")


def test_a_notebook_shows_the_books(found):
    assert "carry-fund" in found._repr_html_()


def test_what_a_check_of_the_book_says_a_stress_says_too():
    book = uw.Book.of(uw.positions.JGB("a", 1e9, coupon=0.014, maturity="2035-03-20", market_yield=0.15))
    market = uw.Market.bundled()
    checked = check_book(book.compiled(market.valuation_date), market.loaded)
    assert any("is 0.0015 meant?" in text for text in checked.warnings)
    assert set(checked.warnings) <= set(uw.stress(book, scenarios="august-2024").warnings)
