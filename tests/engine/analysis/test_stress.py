from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.analysis.stress import stress_table
from engine.book.compile import compile_book
from engine.book.compiled import CompiledBook
from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.factors import parse_factor
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.payoffs.flows import Flows
from engine.scenario.scenario import Scenario, Shock, ShockKind

DAY = date(2025, 5, 28)
TODAY = 145.04
ROUNDING = 1e-12  # relative to amounts of 1e9; exponentials and products of a few terms


def market() -> Market:
    names = ("JGB_10Y", "UST_10Y", "USDJPY")
    flat = {
        name: ZeroCurve(name=name, currency=currency, times=np.array([10.0]), zero_rates=np.array([rate]))
        for name, currency, rate in (("JGB", "JPY", 0.015), ("UST", "USD", 0.045))
    }
    return Market(
        valuation_date=DAY,
        par_curves={},
        curves=flat,
        fx={"USD": TODAY},
        factors=tuple(parse_factor(name) for name in names),
        vols=np.array([0.004, 0.01, 0.1]),
        correlation=np.eye(3),
        kappas=np.zeros(3),
        thetas=np.zeros(3),
        mus=np.zeros(3),
        source="made for this test",
        calibration="made for this test",
    )


def book() -> CompiledBook:
    """Zeros of 3650 days, 1 bn yen of JGB and 10 m dollars of UST, and 1 m dollars sold."""
    return replace(
        compile_book((), DAY, sha256="0" * 64),
        position_ids=("JB", "US", "CASH"),
        books=("life", "fund", "fund"),
        kinds=("JGB", "UST", "CASH"),
    ).with_tables(
        Flows(
            position=np.array([0, 1, 2]),
            curve=np.array(["JGB", "UST", "UST"]),
            currency=np.array(["JPY", "USD", "USD"]),
            day=np.array([3650, 3650, 0]),
            amount=np.array([1e9, 1e7, -1e6]),
        ),
    )


def scenario(name: str, *shocks: Shock) -> Scenario:
    return Scenario(name=name, title="t", description="d", source="s", shocks=shocks)


BASE = scenario("base")
UNWIND = scenario(
    "unwind",
    Shock(factor="JGB_10Y", size=0.002, kind=ShockKind.ABSOLUTE),
    Shock(factor="UST_10Y", size=-0.005, kind=ShockKind.ABSOLUTE),
    Shock(factor="USDJPY", size=125.0, kind=ShockKind.TARGET),
)


def test_each_position_is_revalued_in_full():
    table = stress_table(book(), market(), [BASE, UNWIND])
    # By hand: ten years at 1.5 % and 4.5 %, then at 1.7 % and 4.0 %; dollars at 145.04, then at 125.
    expected = [
        1e9 * (np.exp(-0.17) - np.exp(-0.15)),
        1e7 * (np.exp(-0.40) * 125.0 - np.exp(-0.45) * TODAY),
        -1e6 * (125.0 - TODAY),
    ]
    np.testing.assert_array_equal(table.pnl[0], np.zeros(3))
    np.testing.assert_allclose(table.pnl[1], expected, rtol=ROUNDING)
    np.testing.assert_allclose(table.base_values, [1e9 * np.exp(-0.15), 1e7 * np.exp(-0.45) * TODAY, -1e6 * TODAY])


def test_books_add_up_to_the_total():
    table = stress_table(book(), market(), [BASE, UNWIND])
    assert list(table.by_book()) == ["life", "fund"]
    np.testing.assert_allclose(table.by_book()["fund"], table.pnl[:, 1] + table.pnl[:, 2], rtol=ROUNDING)
    np.testing.assert_allclose(sum(table.by_book().values()), table.total(), rtol=ROUNDING)


def test_in_dollars_each_value_is_turned_at_its_own_rate():
    table = stress_table(book(), market(), [UNWIND], currency="USD")
    # Dollar cash does not move in dollars; yen bonds gain from the rise of the yen.
    assert table.pnl[0, 2] == pytest.approx(0.0, abs=1e-9)
    assert table.pnl[0, 0] == pytest.approx(1e9 * (np.exp(-0.17) / 125.0 - np.exp(-0.15) / TODAY), rel=ROUNDING)


def test_a_currency_without_a_rate_is_refused():
    with pytest.raises(InputError, match="no exchange rate of 'EUR'"):
        stress_table(book(), market(), [BASE], currency="EUR")


def dated(name: str, *days: int | None) -> Scenario:
    shocks = (Shock(factor="JGB_10Y", size=0.002, kind=ShockKind.ABSOLUTE, day=day) for day in days)
    return scenario(name, *shocks)


def test_a_scenario_that_moves_nothing_at_once_says_why_its_pnl_is_zero():
    calmer = replace(scenario("calmer"), vol_multipliers=(("*", 0.5),), unwind=Unwind(nu=5.0))
    table = stress_table(book(), market(), [BASE, dated("later", 3), calmer, UNWIND])
    np.testing.assert_array_equal(table.pnl[:3], np.zeros((3, 3)))
    assert table.notes == (
        "later: moves nothing at once, so its P&L is 0; it holds shocks on later days: `unwind run` simulates it",
        "calmer: moves nothing at once, so its P&L is 0; it holds dynamics within the paths, vols: `unwind run` "
        "simulates it",
    )


def test_shocks_that_come_later_are_said_to_be_left_out():
    table = stress_table(book(), market(), [dated("both", None, 3, 4)])
    assert table.pnl[0, 0] == pytest.approx(1e9 * (np.exp(-0.17) - np.exp(-0.15)), rel=ROUNDING)
    assert table.notes == ("both: 2 of its 3 shocks come on a later day and are left out; `unwind run` simulates them",)
