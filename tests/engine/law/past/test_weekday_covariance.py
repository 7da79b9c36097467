"""Laws by the covariance of past moves: by hand, the same in runs and backtests, and simulated to closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t

from engine.backtest.laws.registry import laws_called
from engine.backtest.walk.common_draws import CommonDraws
from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.law.law import law_of
from engine.law.past.filtered import step_spans
from engine.law.past.weekday_covariance import weekday_covariance, weekday_moves
from engine.market.filtered import GivenFactor
from engine.mechanisms.law import LAW_KINDS, LawKind, Way
from engine.mechanisms.unwind import Unwind
from engine.run.walk import walk_of
from engine.scenario.scenario import Scenario
from kernels.numba.backend import NumbaBackend
from tests.engine.backtest.synthetic import usual

MARKET = load_market(bundled_market_path())
STATE = MARKET.filtered
NAMES = [factor.name for factor in MARKET.factors]
USDJPY = NAMES.index("USDJPY")
BY_COVARIANCE = ("ewma", "t")


def by_hand(name):
    """The covariance of a weekday by the recursion or the mean of 500 squares."""
    found = np.zeros((17, 17))
    for change, span in zip(STATE.moves[-500:], STATE.move_spans[-500:], strict=True):
        square = np.outer(change, change) / span
        found = 0.97 * found + 0.03 * square if name == "ewma" else found + square / 500.0
    return found


@pytest.mark.parametrize("name", BY_COVARIANCE)
def test_the_covariance_is_that_of_the_formula(name):
    found = weekday_covariance(STATE.moves, STATE.move_spans, LAW_KINDS[name])
    # the recursion starts at 0, and 500 dates leave 2e-7 of the weight to what lies before
    np.testing.assert_allclose(found, by_hand(name), rtol=3e-7, atol=1e-18)


@pytest.mark.parametrize("name", BY_COVARIANCE)
@pytest.mark.parametrize("horizon", [1, 10])
def test_the_law_spreads_the_weekdays_ahead_over_its_steps(name, horizon):
    weekdays = step_spans(MARKET.valuation_date, horizon).sum()
    wanted = by_hand(name) * weekdays
    for n_steps in {1, horizon}:
        law = law_of(MARKET, horizon, n_steps, Unwind(law=name))
        each = law.chol[0, :17, :17] @ law.chol[0, :17, :17].T
        np.testing.assert_allclose(n_steps * each, wanted, rtol=1e-6, atol=1e-16)
        assert not law.drift[0, :17].any()
        assert not law.convexity.any()
        assert (law.decay[:17] == 1.0).all()


def test_a_factor_without_a_history_keeps_its_vol_and_moves_by_its_loadings():
    moves = weekday_moves(STATE, MARKET, LAW_KINDS["ewma"])
    vol = NAMES.index("USDJPY_VOL")
    assert moves.vols[vol] == MARKET.vols[vol]
    assert not moves.held[vol]
    assert moves.correlation[vol, :17] == pytest.approx(-0.3 * moves.correlation[USDJPY, :17])
    assert np.diag(moves.correlation).tolist() == [1.0] * 18


def test_loadings_that_explain_more_than_all_are_refused():
    given = {"USDJPY_VOL": GivenFactor(loadings={"USDJPY": -1.2}, source="test")}
    with pytest.raises(InputError, match=r"loadings of USDJPY_VOL explain 1\.44 of its variance"):
        weekday_moves(replace(STATE, given=given), MARKET, LAW_KINDS["t"])


def test_a_factor_that_stood_still_draws_nothing():
    moves = STATE.moves.copy()
    moves[:, 0] = 0.0
    found = weekday_moves(replace(STATE, moves=moves), MARKET, LAW_KINDS["ewma"])
    assert found.vols[0] == 0.0
    assert np.isfinite(found.correlation).all()


@pytest.mark.parametrize("name", BY_COVARIANCE)
def test_a_run_has_the_covariance_of_the_backtest_on_the_same_date(name):
    """The backtest's moves are normals through a square root: of 17 units in their place, its covariance."""
    joint, place = usual().joint, 560

    class Units(CommonDraws):
        """Draws that are units, one a factor, whose mixing variable is that of the t's unit variance."""

        def normals(self, n_factors):
            return np.eye(n_factors)

    law = laws_called([name])[0]
    root = law.prepare(joint)(place, 1, Units(seed=1, day=1, n_paths=17)).moves
    state = replace(
        STATE,
        factors=tuple(factor.name for factor in joint.factors),
        moves=joint.changes[: place + 1],
        move_spans=joint.spans[: place + 1],
    )
    day = joint.day(place)
    market = replace(MARKET, valuation_date=day, filtered=state)
    step = law_of(market, 1, 1, Unwind(law=name))
    wanted = root @ root.T
    if name == "t":  # columns are scaled by mixing variables, the same number down a column
        draws = CommonDraws(seed=1, day=1, n_paths=17).uniforms()
        wanted = root / np.sqrt(2.0 / t_chi_square(draws))
        wanted = wanted @ wanted.T
    per_weekday = wanted / joint.spans[place + 1]
    found = step.chol[0, :17, :17] @ step.chol[0, :17, :17].T / step_spans(day, 1)[0]
    np.testing.assert_allclose(found, per_weekday, rtol=1e-9, atol=1e-9 * per_weekday.max())


def t_chi_square(uniforms):
    """Quantiles of a chi-square with four degrees of freedom."""
    from scipy.stats import chi2

    return chi2(4).ppf(uniforms)


@pytest.mark.parametrize(("name", "horizon"), [("ewma", 1), ("ewma", 10), ("t", 1), ("t", 10)])
def test_quantiles_of_a_linear_book_are_those_of_the_closed_form(run_files, hand_book, name, horizon):
    """A million dollars: the loss at a quantile of ln USD/JPY, normal or t, in one step or day by day."""
    book = hand_book(units=[(0, "USD", 1e6)])
    sd = np.sqrt(by_hand(name)[-1, -1] * step_spans(MARKET.valuation_date, horizon).sum())
    result = run_files(
        MARKET,
        book,
        laws=[name],
        horizon_days=horizon,
        instantaneous=True,
        n_paths=2**18,
        steps="daily" if horizon == 10 else "auto",
    )
    for tail in result.results[0].measures:
        quantile = norm.ppf(tail.confidence) if name == "ewma" else t(4).ppf(tail.confidence) / np.sqrt(2.0)
        wanted = 1e6 * MARKET.usdjpy * -np.expm1(-quantile * sd)
        found = tail.estimates["value_at_risk"]
        assert abs(found.value - wanted) < 4.0 * found.se  # four errors: one trial of 16,000 lies beyond


def test_one_step_is_enough_and_draws_are_common_with_other_laws():
    """No scenario makes a covariance law walk day by day, and vol multipliers scale it."""
    wide = Scenario(
        name="wide", title="w", description="w", source="w", vol_multipliers=(("*", 2.0),), unwind=Unwind(law="ewma")
    )
    plain = replace(wide, name="plain", vol_multipliers=())
    paths = np.arange(512, dtype=np.uint64)
    moves = [
        walk_of(each, MARKET, n_days=3, seed=1, backend=NumbaBackend()).deviations(paths)[-1, :17]
        for each in (plain, wide)
    ]
    np.testing.assert_allclose(moves[1], 2.0 * moves[0], rtol=1e-9, atol=1e-15)


def test_a_law_of_another_window_is_one_line():
    kind = LawKind(name="t6", meaning="t with 6 degrees", way=Way.COVARIANCE, n_moves=250, nu=6.0)
    with LAW_KINDS.registered(kind):
        law = law_of(MARKET, 1, 1, Unwind(law="t6"))
    daily = STATE.moves[-250:] / np.sqrt(STATE.move_spans[-250:])[:, None]
    assert np.square(law.chol[0, 16]).sum() == pytest.approx((daily[:, 16] ** 2).mean(), rel=1e-12)
