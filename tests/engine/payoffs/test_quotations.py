"""Every kind's quotation: its price at a yield has that yield again."""

from datetime import date

import numpy as np
import pytest

from engine.instruments.registry import KINDS
from engine.payoffs.notes.linkers import Linkers

DATE = date(2025, 5, 28)
QUOTED = [kind for kind in KINDS.values() if kind.quotation is not None]


@pytest.mark.parametrize("kind", QUOTED, ids=str)
def test_a_price_has_the_yield_that_it_was_made_from(kind, make_book):
    coupon = {"coupon": 0.03} if kind.rule.takes("coupon") else {}
    maturity = "2026-02-16" if kind.name.endswith("BILL") else "2034-11-15"
    linked = {"issue_date": "2024-11-15", "index_ratio": 1.05, "break_even": 0.01} if kind.name == "JGBI" else {}
    book = make_book({"kind": kind.name, "maturity": maturity, **coupon, **linked})
    bonds = book.table(Linkers) if linked else book.bonds
    market_yield = np.array([0.021])
    clean = kind.quotation.clean_price(bonds, market_yield, DATE)
    assert kind.quotation.market_yield(bonds, clean, DATE) == pytest.approx(market_yield, rel=1e-12)  # solvers' 1e-15


def test_a_jgb_s_simple_yield_by_hand(make_book):
    # JPX: (coupon + (100 - price) / years) / price; 20 June 2034 is 3,309 days after 29 May 2025, two of them leap days
    bonds = make_book({"kind": "JGB", "coupon": 0.01, "maturity": "2034-06-20"}).bonds
    years = 3307 / 365.0
    wanted = (1.0 + (100.0 - 98.0) / years) / 98.0
    assert KINDS["JGB"].quotation.market_yield(bonds, np.array([98.0]), DATE) == pytest.approx([wanted], rel=1e-14)
