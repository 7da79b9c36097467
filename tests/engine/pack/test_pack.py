"""Objects into arrays: values, scenarios that share a walk, currencies."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.pack.pack import pack
from engine.payoffs.quoted import Marks
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend
from kernels.numpy.revalue import revalue

FLOWS = [(0, "JGB", 5, 100.0), (0, "JGB", 3000, 1e4), (0, "UST", 1500, -70.0), (1, "UST", 900, 50.0)]
UNITS = [(0, "USD", 9.0), (1, "JPY", -500.0)]


@pytest.fixture
def book(hand_book):
    return hand_book(FLOWS, UNITS, books=("one", "two"))


def packed(book, market, shocked=None, **settings):
    usual = {"horizon_days": 10, "n_steps": 1, "currency": "JPY", "instantaneous": False, "direct": True}
    return pack(book, market, [market] if shocked is None else shocked, **(usual | settings))


def worth(market, moves, when, usdjpy):
    """Yen of the two books `when` calendar days on, flow by flow: the flows of FLOWS, written out."""
    jgb, ust = market.curves["JGB"], market.curves["UST"]

    def price(curve, day):
        tau = (day - when) / 365
        pillars = sorted((f.pillar, x) for f, x in zip(market.factors, moves, strict=True) if f.curve == curve.name)
        return np.exp(-(curve.zero_rate(tau) + np.interp(tau, *zip(*pillars, strict=True))) * tau)

    paid = jgb.discount(5 / 365) / jgb.discount(when / 365) if when else price(jgb, 5)
    yen, dollar = (1.0 / float(curve.discount(when / 365)) for curve in (jgb, ust))  # what 1 held now has become
    one = 100.0 * paid + 1e4 * price(jgb, 3000) + usdjpy * (-70.0 * price(ust, 1500) + 9.0 * dollar)
    return np.array([one, usdjpy * 50.0 * price(ust, 900) - 500.0 * yen])


@pytest.mark.parametrize("instantaneous", [False, True])
@pytest.mark.parametrize("currency", ["JPY", "USD"])
def test_pnl_of_a_move_is_the_value_after_less_the_base_at_the_rates_of_each(
    hand_market, book, instantaneous, currency
):
    market = hand_market()
    moves = np.array([0.001, -0.002, 0.003, 0.004, -0.005, -0.08])
    result = packed(book, market, currency=currency, instantaneous=instantaneous)
    now, later = market.usdjpy, market.usdjpy * np.exp(-0.08)
    base = worth(market, np.zeros(6), 0, now) / (now if currency == "USD" else 1.0)
    after = worth(market, moves, 0 if instantaneous else 14, later) / (later if currency == "USD" else 1.0)
    assert result.base_values == pytest.approx([base.sum(), *base], rel=1e-13)
    found = revalue(result.book, 0, moves[None, :, None])[:, 0]
    assert found == pytest.approx(after - base, abs=1e-11)  # values of up to 1e4, rounded to 1e-16 some ten times


def test_shock_pnl_is_the_book_in_the_shocked_market_less_the_base(hand_market, book):
    market = hand_market()
    result = packed(book, market, [market, replace(market, fx={"USD": 125.0})])
    still = np.zeros(6)
    wanted = worth(market, still, 0, 125.0) - worth(market, still, 0, market.usdjpy)
    assert result.shock_pnl[0].tolist() == [0.0, 0.0, 0.0]
    assert result.shock_pnl[1] == pytest.approx([wanted.sum(), *wanted], rel=1e-12)


def test_spreads_fit_prices_in_the_base_market_and_stay_in_a_shocked_one(hand_market, hand_book):
    """1,000 yen in ten years, marked at 850 for the next day: in a market shocked by 1 % the spread is still the same.

    A spread fitted to the shocked market would give the mark back, and the shock would cost nothing.
    """
    marks = Marks(position=np.array([0]), settlement_day=np.array([1]), settlement_value=np.array([850.0]))
    book = hand_book([(0, "JGB", 3650, 1000.0)]).with_tables(marks)
    market, shocked = hand_market(flat=0.01), hand_market(flat=0.02)
    spread = math.log(1000.0 / 850.0) / (10.0 - 1.0 / 365.0) - 0.01
    base, after = (1000.0 * math.exp(-10.0 * (rate + spread)) for rate in (0.01, 0.02))
    result = packed(book, market, [market, shocked], instantaneous=True)
    # prices are fitted to 1e-12 of the value or better
    assert result.base_values == pytest.approx([base, base], rel=1e-11)
    assert result.shock_pnl[1] == pytest.approx([after - base] * 2, rel=1e-10)
    for scenario, wanted in ((0, 0.0), (1, after - base)):
        assert revalue(result.book, scenario, np.zeros((1, 6, 1)))[0, 0] == pytest.approx(wanted, abs=1e-8)


def test_scenarios_that_only_move_levels_share_one_walk(hand_market, book):
    market = hand_market()
    wilder = replace(market, vols=market.vols * 2.0)
    result = packed(
        book, market, [market, replace(market, fx={"USD": 125.0}), wilder, replace(wilder, fx={"USD": 125.0})]
    )
    assert result.book.run.dynamics.tolist() == [0, 0, 1, 1]
    assert result.model.decay.shape == (2, 6)


def test_a_scenario_is_the_same_alone_or_among_others(hand_market, book):
    market = hand_market()
    shocked = replace(market, fx={"USD": 125.0}, vols=market.vols * 1.5)
    paths = PathRange(first=0, n=300)

    def rows(*scenarios):
        result = packed(book, market, scenarios)
        program = NumbaBackend().prepare(
            result.model, result.book, seed=1, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
        )
        return NumbaBackend().pnl(program, paths).reshape(len(scenarios), 3, -1)

    together = rows(market, shocked, market)
    assert together[0].tobytes() == together[2].tobytes() == rows(market)[0].tobytes()
    assert together[1].tobytes() == rows(shocked)[0].tobytes()


def test_the_total_is_the_sum_of_the_books(hand_market, book):
    result = packed(book, hand_market(), direct=False)
    program = NumbaBackend().prepare(
        result.model, result.book, seed=1, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
    )
    total, one, two = NumbaBackend().pnl(program, PathRange(first=0, n=1000))
    assert total.tobytes() == (one + two).tobytes()


def test_compressed_and_direct_agree_within_the_bound(hand_market, hand_book):
    market = hand_market()
    halves = [(0, curve, 180 * k, amount) for k in range(1, 30) for curve, amount in (("JGB", 300.0), ("UST", 4.0))]
    book = hand_book(halves)
    compressed, direct = (packed(book, market, direct=direct) for direct in (False, True))
    assert direct.bounds.flows == 0.0
    assert 0.0 < compressed.bounds.flows <= 1e-10
    found = []
    for result in (compressed, direct):
        program = NumbaBackend().prepare(
            result.model, result.book, seed=1, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
        )
        found.append(NumbaBackend().pnl(program, PathRange(first=0, n=20_000)))
    gross = 1e4 + 145.04 * 1.3 * 120.0  # of flows, USD/JPY up by 30 % at most
    assert np.abs(found[0] - found[1]).max() <= (compressed.bounds.flows + 1e-15) * gross


def test_without_vol_every_path_is_the_one_that_stays(hand_market, book):
    result = packed(book, hand_market(vols=[0.0] * 6), direct=False)
    still = revalue(result.book, 0, np.zeros((1, 6, 1)))[:, 0]
    for backend in (NumbaBackend(), NumpyBackend()):
        program = backend.prepare(
            result.model, result.book, seed=1, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
        )
        pnl = backend.pnl(program, PathRange(first=0, n=50))
        assert np.abs(pnl - [[still.sum()], *still[:, None]]).max() <= 1e-10


def test_a_book_of_cash_alone_packs_without_flows(hand_market, hand_book):
    result = packed(hand_book(units=[(0, "USD", 2.0)]), hand_market(flat=0.04), direct=False)
    assert (result.book.flows.degree, result.bounds.flows) == (0, 0.0)
    pnl = revalue(result.book, 0, np.array([[[0.0]] * 5 + [[0.1]]]))
    assert pnl[0, 0] == pytest.approx(2.0 * 145.04 * np.expm1(0.1 + 0.04 * 14 / 365), rel=1e-13)  # with its interest


def test_a_usd_report_of_usd_cash_has_no_risk(hand_market, hand_book):
    result = packed(hand_book(units=[(0, "USD", 1e6)]), hand_market(flat=0.04), currency="USD")
    program = NumbaBackend().prepare(
        result.model, result.book, seed=1, n_steps=1, float32=False, centre=result.shock_pnl.ravel()
    )
    pnl = NumbaBackend().pnl(program, PathRange(first=0, n=500))
    assert np.abs(pnl - 1e6 * np.expm1(0.04 * 14 / 365)).max() <= 1e-9  # of a million: its interest alone
