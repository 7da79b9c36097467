"""The statistics beside those of `vetted` and `arch`, on series of every sort; skipped where these are not installed.

They are no dependencies, of tests neither: `pip install vetted arch` beside the rest, and this file runs. What is
published stands in `tests/data/backtests.json`, and is held to without them.
"""

import numpy as np
import pytest

from engine.backtest.statistics.acerbi_szekely import z1, z2
from engine.backtest.statistics.coverage import kupiec
from engine.backtest.statistics.independence import conditional_coverage, independence, transitions
from engine.backtest.statistics.scores import fz0_losses, long_run_variance, pinball_losses
from engine.backtest.statistics.traffic_light import is_desk_eligible, multiplier, traffic_light

CHANCE = 0.025


def series(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """P&L with heavy tails and clustered spread, and VaR and ES that are somewhat too small."""
    rng = np.random.default_rng(seed)
    spread = np.exp(0.4 * np.sin(np.arange(750) / 40.0) + 0.1 * rng.standard_normal(750))
    return spread * rng.standard_t(5, 750), 1.9 * spread, 2.5 * spread


@pytest.mark.parametrize("seed", range(5))
def test_coverage_independence_shortfall_and_scores_are_those_of_vetted(seed):
    var = pytest.importorskip("vetted.var", reason="an oracle of tests alone: pip install vetted")
    es = pytest.importorskip("vetted.es", reason="an oracle of tests alone: pip install vetted")

    pnl, at_risk, shortfall = series(seed)
    failed = -pnl > at_risk
    ours, theirs = kupiec(pnl.size, int(failed.sum()), CHANCE), var.kupiec(pnl, at_risk, CHANCE)
    # all are closed forms of a few sums: equal but for rounding
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.p_value), rel=1e-9)
    both = var.christoffersen(pnl, at_risk, CHANCE)
    ours = conditional_coverage(failed, CHANCE)
    assert (ours.statistic, ours.p_value) == pytest.approx((both.statistic, both.p_value), rel=1e-9)
    assert independence(transitions(failed)).statistic == pytest.approx(both.detail["lr_ind"], rel=1e-9)
    found = es.acerbi_szekely(pnl, at_risk, shortfall, CHANCE).detail
    assert z1(pnl, at_risk, shortfall) == pytest.approx(found["z1"], rel=1e-9)
    assert z2(pnl, at_risk, shortfall, CHANCE) == pytest.approx(found["z2"], rel=1e-9)
    assert fz0_losses(pnl, at_risk, shortfall, CHANCE) == pytest.approx(es.fz0_loss(pnl, at_risk, shortfall, CHANCE))
    assert pinball_losses(pnl, at_risk, CHANCE) == pytest.approx(var.quantile_loss(pnl, at_risk, CHANCE))


def test_zones_multipliers_and_desks_are_those_of_vetted():
    frtb = pytest.importorskip("vetted.frtb", reason="an oracle of tests alone: pip install vetted")
    for n in range(40):
        pnl = np.where(np.arange(250) < n, -2.0, 0.0)
        found = frtb.traffic_light(np.ones(250), pnl).detail
        assert (traffic_light(250, n, 0.99).zone, multiplier(n)) == (found["zone"], found["multiplier"])
        for other in (0, 30, 31):
            wide = np.where(np.arange(250) < max(n, other), -2.0, 0.0)  # beyond the 97.5 % VaR of 1, and of n the 99 %
            at_99 = np.where(np.arange(250) < n, 1.0, 3.0)
            desk = frtb.desk_backtest(at_99, np.ones(250), wide).detail["zone"]
            assert is_desk_eligible(n, max(n, other)) == (desk == "eligible")


@pytest.mark.parametrize("lags", [1, 4, 9])
def test_long_run_variances_are_those_of_arch(lags):
    kernel = pytest.importorskip("arch.covariance.kernel", reason="an oracle of tests alone: pip install arch")
    values = np.random.default_rng(1).standard_normal(500).cumsum()[::2]
    found = kernel.Bartlett(values, bandwidth=lags, center=True, df_adjust=0).cov.long_run
    assert long_run_variance(values, lags) == pytest.approx(float(np.asarray(found).item()), rel=1e-10)
