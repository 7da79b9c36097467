"""Markets made by hand and books made from a few words, for the tests of this folder."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import strategies as st

from engine.book.compile import compile_book
from engine.book.compiled import CompiledBook
from engine.instruments.days import Days
from engine.instruments.registry import KINDS, family_of
from engine.instruments.rows.position import Position
from engine.market.curve import ZeroCurve
from engine.market.factors import parse_factor
from engine.market.fx_vols import DeltaKind, FxVols
from engine.market.market import Market
from engine.market.moved_market import moved
from engine.market.spread import SpreadCurve, with_derived

P = TypeVar("P")
OPTION = {"notional": 1e7, "maturity": "2025-08-27"}
BASKET = "0.005@2032-12-20 0.005@2033-03-20 0.004@2033-06-20 0.008@2033-09-20"
MOVES = st.lists(st.floats(-1.0, 1.0), min_size=10, max_size=10)
SIZES = np.array([0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.2, 0.5, 0.2, 0.2])  # of `FACTORS`
NODE_DAYS = np.array([91, 182, 365, 730, 1825, 3650, 7300, 10950, 18250])  # whole days, as QuantLib's nodes must be
JGB_ZEROS = np.array([0.0045, 0.005, 0.0058, 0.0075, 0.0105, 0.0155, 0.0245, 0.0295, 0.0345])
UST_ZEROS = np.array([0.0435, 0.0432, 0.0412, 0.0393, 0.0402, 0.0450, 0.0515, 0.0505, 0.0490])
SPREADS = {  # name: parent, currency, spreads at 3 months, 5 years and 30 years
    "TONA": ("JGB", "JPY", (0.0003, -0.0005, -0.0030)),
    "SOFR": ("UST", "USD", (-0.0004, -0.0025, -0.0075)),
    "JGB_REPO": ("JGB", "JPY", (0.0002, 0.0001, 0.0001)),
    "UST_REPO": ("UST", "USD", (0.0005, 0.0001, 0.0001)),
    "XCCY_JPY": ("TONA", "JPY", (-0.0030, -0.0052, -0.0040)),
}
SPREAD_DAYS = np.array([91, 1825, 10950])
PRICES = {"SPX": ("USD", 5888.55), "NKY": ("JPY", 37722.4)}
FACTORS = ("JGB_2Y", "JGB_10Y", "JGB_30Y", "UST_2Y", "UST_10Y", "UST_30Y", "USDJPY", "USDJPY_VOL", "SPX", "NKY")
SURFACE = FxVols(
    pair="USDJPY",
    times=np.array([30, 91, 182, 365, 730]) / 365.0,
    atm=np.array([0.118, 0.114, 0.110, 0.106, 0.103]),
    smile=np.array([[1.0, -0.03 - 0.01 * i, 0.025 + 0.005 * i, 0.002, -0.001] for i in range(1, 6)]),
    reach=np.full(5, 2.5), domestic="XCCY_JPY", foreign="SOFR", reference=91 / 365.0,
    delta=DeltaKind.SPOT_PREMIUM_ADJUSTED, quotes=(), source="by hand",
)  # fmt: skip


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
        factors = tuple(parse_factor(name, {price: quote[0] for price, quote in PRICES.items()}) for name in FACTORS)
        none = np.zeros(len(factors))
        spreads = {
            name: SpreadCurve(
                name=name,
                parent=parent,
                currency=currency,
                times=SPREAD_DAYS / 365.0,
                spreads=np.array(over),
                source="by hand",
            )
            for name, (parent, currency, over) in SPREADS.items()
        }
        levels = {name: level for name, (_, level) in PRICES.items()} | {"USDJPY_VOL": SURFACE.level}
        return Market(
            valuation_date=valuation_date, par_curves={}, curves=with_derived(curves, spreads), fx={"USD": usdjpy},
            factors=factors, vols=none, correlation=np.eye(len(factors)), kappas=none, thetas=none, mus=none,
            source="by hand", calibration="none", levels=levels, spreads=spreads, fx_vols={"USDJPY": SURFACE},
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def make_book() -> Callable[..., CompiledBook]:
    """A compiled book of positions, each a mapping of columns; ids and books are filled in."""

    def make(*rows: dict[str, object], valuation_date: date = date(2025, 5, 28)) -> CompiledBook:
        return compile_book(positions(*rows), valuation_date, sha256="0" * 64)

    return make


def basket_of(text: str = BASKET) -> tuple[tuple[float, date], ...]:
    """Deliverable bonds as a position has them, from a file's text."""
    return tuple((float(c), date.fromisoformat(m)) for c, m in (word.split("@") for word in text.split()))


FUTURE = {"kind": "JGB_FUTURE", "notional": 10.0, "contract": "JGB10-2509", "deliverables": basket_of()}


def randomly_moved(market: Market, moves: Sequence[float]) -> Market:
    """The market with each factor moved by a part, -1 to 1, of what it may move in a crisis."""
    return moved(market, np.array(moves) * SIZES)


def positions(*rows: dict[str, object]) -> list[Position]:
    """Positions from columns; dates may be ISO text."""
    filled = []
    for i, row in enumerate(rows):
        values = {"position_id": f"P{i}", "book": "main", "notional": 100.0, **row}
        values["kind"] = kind = KINDS[str(values["kind"])]
        values.setdefault("currency", "USD" if "USD" in kind.rule.currencies else next(iter(kind.rule.currencies)))
        for name in ("issue_date", "maturity", "start_date"):
            if isinstance(values.get(name), str):
                values[name] = date.fromisoformat(str(values[name]))
        filled.append(Position(**values))
    return filled


def parts_of(position: Position, valuation_date: date, part: type[P] | tuple[type[P], ...]) -> list[P]:
    """The parts of one class, or of some, that a position is made of."""
    parts = family_of(position.kind).parts(position, Days(valuation_date))
    return [each for each in parts if isinstance(each, part)]


@pytest.fixture(scope="session")
def make_positions() -> Callable[..., list[Position]]:
    """Positions from columns."""
    return positions
