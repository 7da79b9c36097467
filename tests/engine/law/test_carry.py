"""Carry trades in a law: the record's fields, the cohorts at the start, rows net of sales, the record replayed."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.analysis.loop_gain import loop_gain
from engine.calibration.filtered import FilterRule, standardised_along
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.arrays import model_arrays
from engine.law.carry import carry_record, cohort_arrays, net_rows
from engine.law.law import law_of
from engine.law.part import LawSetting
from engine.law.past.filtered import row_law
from engine.market.filtered import FilteredState
from engine.market.loop_record import LoopRecord, inferred_sales
from engine.mechanisms.carry import Carry, shape_of
from engine.mechanisms.impact import Impact
from engine.mechanisms.loop import loop_strength
from engine.mechanisms.unwind import Unwind
from engine.run.walk import walk_of
from engine.scenario.apply import apply
from engine.scenario.scenario import Shock, ShockKind
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.payoffs import empty_book

MARKET = load_market(bundled_market_path())
LOOP = Unwind(law="filtered", carry=Carry(source="x"), impact=Impact(source="x"))
FX = 16  # its place among the factors


def setting_of(market, base=MARKET):
    return LawSetting(market=market, base=base, dt=1 / 252, n_steps=10)


def levels_of(law, n_steps, n_paths=512, *, float32=False):
    """Deviations and series of each step: (n_steps, n_factors + n_series, n_paths)."""
    _, model = model_arrays([law])
    return walked(model, n_steps, n_paths, float32=float32)


def walked(model, n_steps, n_paths, *, float32=False):
    n_factors = model.decay.shape[1]
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=n_factors, n_steps=n_steps)
    backend = NumbaBackend()
    program = backend.prepare(model, book, seed=1, n_steps=n_steps, float32=float32, centre=np.zeros(2))
    return backend.levels(program, np.arange(n_paths, dtype=np.uint64))[0]


def test_the_record_has_what_can_be_told_apart():
    found = carry_record(LOOP, setting_of(MARKET))
    assert found["fx_per_stock"] == pytest.approx(0.225, rel=1e-15)
    assert (found["stop_start"], found["stop_slope"]) == pytest.approx((0.03, 3.0), rel=1e-15)
    assert (found["carry_stock"], found["stop_limit"], found["stop_most"]) == (250.0, 0.05, 0.6)
    assert found["n_cohorts"] == 60
    assert carry_record(Unwind(law="filtered"), setting_of(MARKET)) == {}


def test_cohorts_start_where_the_record_leaves_them():
    moves = MARKET.filtered.loop.moves
    found = cohort_arrays(LOOP, setting_of(MARKET))
    losses = [-moves[moves.size - 60 + c + 1 :].sum() for c in range(60)]  # entered on each of the last 60 dates
    assert found.entry == pytest.approx(losses, abs=1e-14)  # rounding of sums of 60
    assert found.with_fx[FX] == 1.0
    rms = np.sqrt((MARKET.filtered.rows[:, FX] ** 2).mean())
    assert found.with_fx[17] == pytest.approx(-0.3 / rms, rel=1e-14)  # USDJPY_VOL
    assert not found.with_fx[:FX].any()


def test_a_scenarios_own_shock_stops_cohorts_and_is_sold_from_the_first_date_on():
    shocked = replace(MARKET, fx={"USD": MARKET.usdjpy * math.exp(-0.05)})
    calm, found = (cohort_arrays(LOOP, setting_of(market)) for market in (MARKET, shocked))
    assert found.entry == pytest.approx(calm.entry + 0.05, abs=1e-14)
    asked = np.maximum(np.clip(3.0 * (found.entry - 0.03), 0.0, 0.6) - calm.stopped, 0.0).mean()
    assert asked > 0.05
    assert found.waiting == pytest.approx(calm.waiting + asked, rel=1e-12)
    law = law_of(shocked, 10, 10, LOOP, MARKET)
    sold = levels_of(law, 10, 8)[0, 18 + PATH_SERIES.index("carry_sold")]
    assert sold == pytest.approx(np.full(8, 12.5), rel=1e-14)  # the limit, on every path


def test_net_rows_are_residuals_and_what_sales_did_to_them_before_the_cut():
    state = MARKET.filtered
    rows, _ = row_law(state, MARKET, 10)
    net = net_rows(LOOP, setting_of(MARKET), rows)
    sold = inferred_sales(state.loop.moves, shape_of(LOOP.carry)).sold[-1000:]
    added = net.residuals[:, FX] - state.rows[:, FX]
    assert added == pytest.approx(0.225 * sold / state.loop.sds[-1000:], abs=1e-14)
    assert (added > 0.1).sum() > 10  # the summer of 2024 and others
    assert np.array_equal(net.residuals[:, :FX], rows.residuals[:, :FX])


@pytest.mark.parametrize("float32", [False, True])
def test_without_strength_the_bits_are_those_of_the_filtered_law(float32):
    idle = replace(LOOP, impact=replace(LOOP.impact, fx_log_per_usd_bn=0.0))
    laws = [law_of(MARKET, 10, 10, unwind) for unwind in (Unwind(law="filtered"), idle)]
    one, other = (levels_of(law, 10, float32=float32)[:, :18] for law in laws)
    assert one.tobytes() == other.tobytes()
    sold = levels_of(laws[1], 10)[-1, 18 + PATH_SERIES.index("carry_sold")]
    assert sold.max() > 10.0  # counted all the same


def test_ranges_hold_nearly_every_path_of_a_loop_above_1():
    severe = replace(LOOP.carry, stock_usd_bn=400.0, leverage=6.0, stop_loss=0.1, stop_most=0.8)
    law = law_of(MARKET, 10, 10, replace(LOOP, carry=severe))
    found = levels_of(law, 10, 16_384)[-1, :18]
    far = np.abs(found - law.mean(10)[:, None]) > 8.5 * law.std(10)[:, None]
    assert far.any(axis=0).mean() < 2e-3


@pytest.mark.parametrize("strength", [0.0, 0.225])
def test_rows_net_of_sales_in_their_own_order_give_the_record_back(hand_market, strength):
    """The test against counting twice: 300 dates after the 400th of a record, from the state and the cohorts then."""
    rng, n, t, rule = np.random.default_rng(0), 700, 400, FilterRule(decays=(0.9, 0.99), weights=(0.6, 0.4))
    changes = 0.007 * rng.standard_t(4, (n, 2))
    averages, z = standardised_along(changes, np.ones(n), rule)
    gamma = np.array([[0.1], [0.05]])
    leads = np.r_[[0.0], np.clip(z[:-1], -3.0, 3.0) @ gamma[:, 0]]
    residuals = z - np.c_[np.zeros(n), leads]
    sds = np.sqrt(averages[:-1, 1] @ np.array(rule.weights))

    def state_to(end, rows):
        record = LoopRecord(
            moves=changes[:end, 1],
            sds=sds[:end],
            leads=leads[:end],
            residuals=residuals[:end, 1],
            first=date(2002, 1, 7),
            description="made",
        )
        return FilteredState(
            factors=("UST_10Y", "USDJPY"),
            decays=np.array(rule.decays),
            weights=np.array(rule.weights),
            clip=3.0,
            cap=100.0,
            leaders=("UST_10Y", "USDJPY"),
            led=("USDJPY",),
            averages=averages[end],
            gamma=gamma,
            last=np.clip(z[end - 1], -3.0, 3.0),
            rows=rows,
            moves=np.zeros((0, 2)),
            n_dates=end,
            description="made",
            loop=record,
        )

    plain = hand_market(names=("UST_10Y", "USDJPY"), vols=(0.1, 0.1), correlation=np.eye(2))
    unwind = replace(LOOP, impact=Impact(source="x", fx_log_per_usd_bn=strength / 250.0))
    then, later = (
        law_of(replace(plain, filtered=state), n - t, n - t, unwind)
        for state in (state_to(t, residuals[:t]), state_to(n, residuals[t:]))
    )
    _, model = model_arrays([then])
    model.laws["is_enumerated"], model.laws["last_row"] = 1, n - t
    in_order = model._replace(residuals=later.rows.residuals.T.copy(), root_span=np.ones((1, n - t)))
    found = walked(in_order, n - t, 1)[:, :, 0]
    moves = np.diff(found[:, :2], axis=0, prepend=0.0)
    assert np.abs(moves - changes[t:]).max() < 1e-15
    sold = inferred_sales(changes[:, 1], shape_of(unwind.carry)).sold[t:]
    assert sold.sum() > 0.2
    assert found[:, 2 + PATH_SERIES.index("carry_sold")] == pytest.approx(250.0 * sold.cumsum(), abs=1e-10)


def test_holdings_move_a_cohort_s_value_in_yen():
    equities = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
    names = [factor.name for factor in equities.factors]
    at = {name: names.index(name) for name in ("SPX", "MXNJPY", "USDJPY")}
    carry = Carry(source="x", holdings=(("SPX", 0.2), ("MXNJPY", 0.1)))
    impact = Impact(source="x", betas=(("SPX", 5.0),))
    unwind = replace(LOOP, carry=carry, impact=impact)
    found = cohort_arrays(unwind, setting_of(equities, equities))
    # stocks in dollars beside the dollar, pesos against the yen in its place
    held = {f: found.holdings[f] for f in np.flatnonzero(found.holdings)}
    assert held == pytest.approx({at["SPX"]: 0.2, at["MXNJPY"]: 0.1, at["USDJPY"]: -0.1}, rel=1e-15)
    # a unit of impact is one on the 5- and the 10-year Treasury
    assert carry_record(unwind, setting_of(equities, equities))["held_impact"] == pytest.approx(0.2 * 5.0, rel=1e-15)
    fallen = replace(equities, levels={**equities.levels, "SPX": 0.9 * equities.levels["SPX"]})
    lost = cohort_arrays(unwind, setting_of(fallen, equities)).entry - found.entry
    assert lost == pytest.approx(np.full(60, -0.2 * math.log(0.9)), rel=1e-12)


def test_losses_on_stocks_stop_trades_that_the_dollar_leaves_alone():
    """The S&P 500 falls by a fifth at once: of cohorts with 0.3 in it 3 (0.3 * 0.223 - 0.03) is stopped, and more."""
    equities = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
    crash = (Shock(factor="SPX", size=-0.2, kind=ShockKind.RELATIVE),)
    stress, ids = replace(load_scenario("unwind-loop"), shocks=crash, followers=()), np.arange(100, dtype=np.uint64)

    def sold(holdings):
        unwind = replace(stress.unwind, carry=replace(stress.unwind.carry, holdings=holdings))
        made = walk_of(replace(stress, unwind=unwind), equities, n_days=5, seed=1, backend=NumbaBackend())
        return made.deviations(ids)[:, made.series.index("carry_sold")]

    with_stocks, without = sold((("SPX", 0.3),)), sold(())
    assert with_stocks[0] == pytest.approx(np.full(100, 0.05 * 250.0))  # the limit of the first date
    assert (with_stocks[-1] > without[-1] + 10.0).all()


def test_bundled_trades_with_stocks_and_pesos_sell_what_a_plain_loop_over_their_prices_sells():
    equities = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
    made = walk_of(load_scenario("equities/unwind-loop"), equities, n_days=10, seed=1, backend=NumbaBackend())
    levels = made.deviations(np.arange(60, dtype=np.uint64))  # logarithms of prices, from the start
    dollar, stocks, peso, sold = (
        levels[:, made.series.index(name)] for name in ("USDJPY", "SPX", "MXNJPY", "carry_sold")
    )
    value = 0.5 * dollar + 0.25 * (stocks + dollar) + 0.25 * peso  # stocks in dollars, pesos in yen
    start = inferred_sales(equities.filtered.loop.moves, shape_of(LOOP.carry))  # its defaults are the scenario's own
    expected = np.zeros_like(sold)
    for path in range(sold.shape[1]):
        losses, worst, waiting, before, so_far = list(start.losses), list(start.worst), start.waiting, 0.0, 0.0
        for day, now in enumerate(value[:, path].tolist()):
            today = min(waiting, 0.05)
            waiting, so_far = waiting - today, so_far + 250.0 * today
            for c in range(60):
                losses[c] += before - now
                newly = max(worst[c], losses[c])
                waiting += (stopped_by(newly) - stopped_by(worst[c])) / 60.0
                worst[c] = newly
            losses[day % 60], worst[day % 60] = 0.0, 0.0  # the oldest are renewed at the close
            before, expected[day, path] = now, so_far
    assert (expected[-1] > 1.0).sum() > 5  # USD bn: most paths sell nothing in ten days, some a great deal
    assert sold == pytest.approx(expected, abs=1e-9)  # rounding of sums


def stopped_by(loss):
    return min(max(3.0 * (loss - 0.03), 0.0), 0.6)


def test_a_cohort_s_value_falls_with_the_dollar_by_its_followers_too():
    equities = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
    unwind = apply(load_scenario("equities/unwind-loop"), equities).unwind
    found = cohort_arrays(unwind, setting_of(equities, equities)).value_per_fx
    assert found == pytest.approx(0.75 + 0.25 * 0.81 + 0.25 * 1.5, rel=1e-12)  # betas of window-2024
    law = law_of(equities, 10, 10, unwind)
    assert loop_gain(law.unwind, 10).at_median == pytest.approx(0.675 * 1.3275, rel=1e-12)


def test_a_vol_follows_what_sales_do_to_the_dollar_by_its_beta():
    """On the first date, whose vols are those of the start; on the same rows without a follower it has its loading."""
    shocks = (
        Shock(factor="USDJPY", size=-0.05, kind=ShockKind.RELATIVE),
        Shock(factor="USDJPY_VOL", size=0.0, kind=ShockKind.RELATIVE),  # named: it starts alike in both
    )
    stress = replace(load_scenario("unwind-loop"), shocks=shocks)
    ids = np.arange(100, dtype=np.uint64)

    def walked(followers):
        made = walk_of(replace(stress, followers=followers), MARKET, n_days=1, seed=1, backend=NumbaBackend())
        return made, made.deviations(ids)[0]

    (plain, without), (_, followed) = walked(()), walked((("USDJPY_VOL", -4.5),))
    sold = without[plain.series.index("carry_sold")] / stress.unwind.carry.stock_usd_bn
    fall = loop_strength(stress.unwind.carry, stress.unwind.impact) * sold
    assert (fall > 0.001).all()  # the shock stops trades on the first date
    vol, fx = plain.series.index("USDJPY_VOL"), plain.series.index("USDJPY")
    variance = MARKET.filtered.variances[MARKET.filtered.factors.index("USDJPY")]
    sds = 0.55 / np.sqrt(261.0), np.sqrt(variance)
    rms = np.sqrt((MARKET.filtered.rows[:, MARKET.filtered.factors.index("USDJPY")] ** 2).mean())
    loading = -0.3 / rms * sds[0] / sds[1]
    # Sums of a few numbers below 1, rounded.
    np.testing.assert_allclose(followed[vol] - without[vol], (4.5 + loading) * fall, rtol=1e-9)
    np.testing.assert_array_equal(followed[fx], without[fx])
