"""Markets made by hand and books made from a few words, for the tests of this folder."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from engine.book.compile import compile_book
from engine.book.compiled import CompiledBook
from engine.book.position import Kind, Position
from engine.market.curve import ZeroCurve
from engine.market.market import Market

NODE_DAYS = np.array([91, 182, 365, 730, 1825, 3650, 7300, 10950, 18250])  # whole days, as QuantLib's nodes must be
JGB_ZEROS = np.array([0.0045, 0.005, 0.0058, 0.0075, 0.0105, 0.0155, 0.0245, 0.0295, 0.0345])
UST_ZEROS = np.array([0.0435, 0.0432, 0.0412, 0.0393, 0.0402, 0.0450, 0.0515, 0.0505, 0.0490])


@pytest.fixture(scope="session")
def make_market() -> Callable[..., Market]:
    """A market with curves to 50 years (or to `last_node`); rates may be moved in parallel."""

    def make(valuation_date: date = date(2025, 5, 28), *, jgb_move=0.0, ust_move=0.0, last_node=18250, usdjpy=145.04):
        kept = np.less_equal(NODE_DAYS, last_node)
        curves = {
            name: ZeroCurve(name=name, currency=currency, times=NODE_DAYS[kept] / 365.0, zero_rates=zeros[kept] + move)
            for name, currency, zeros, move in (
                ("JGB", "JPY", JGB_ZEROS, jgb_move),
                ("UST", "USD", UST_ZEROS, ust_move),
            )
        }
        none = np.empty(0)
        return Market(
            valuation_date=valuation_date, par_curves={}, curves=curves, usdjpy=usdjpy, factors=(), vols=none,
            correlation=np.empty((0, 0)), kappas=none, thetas=none, mus=none, source="by hand", calibration="none",
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def make_book() -> Callable[..., CompiledBook]:
    """A compiled book of positions, each a mapping of columns; ids and books are filled in."""

    def make(*rows: dict[str, object], valuation_date: date = date(2025, 5, 28)) -> CompiledBook:
        return compile_book(positions(*rows), valuation_date, sha256="0" * 64)

    return make


def positions(*rows: dict[str, object]) -> list[Position]:
    """Positions from columns; dates may be ISO text."""
    filled = []
    for i, row in enumerate(rows):
        values = {"position_id": f"P{i}", "book": "main", "notional": 100.0, **row}
        values["kind"] = kind = Kind(str(values["kind"]))
        values.setdefault("currency", "JPY" if kind.startswith("JGB") else "USD")
        for name in ("issue_date", "maturity", "start_date"):
            if isinstance(values.get(name), str):
                values[name] = date.fromisoformat(str(values[name]))
        filled.append(Position(**values))
    return filled


@pytest.fixture(scope="session")
def make_positions() -> Callable[..., list[Position]]:
    """Positions from columns."""
    return positions
