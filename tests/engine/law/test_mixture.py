"""The bundled mixture against a plain loop over days, from the scenario's parameters alone: no law, no kernel."""

import math
from fnmatch import fnmatchcase

import numpy as np
import pytest
from scipy.linalg import expm

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
NAMES = [factor.name for factor in MARKET.factors]
FX = NAMES.index("USDJPY")
N = 30_000
DAY = 1.0 / 252.0


def spread(sizes, default=0.0):
    """Sizes by glob, the last wins."""
    found = np.full(len(NAMES), default)
    for glob, size in sizes:
        found[[fnmatchcase(name, glob) for name in NAMES]] = size
    return found


def one_day(regime):
    """Mean and a root of the covariance of a day's moves, mean reversion being exact."""
    vols, correlation = MARKET.vols * spread(regime.vol_multipliers, 1.0), MARKET.correlation.copy()
    for one, two, value in regime.correlations:
        first, second = (np.array([fnmatchcase(name, glob) for name in NAMES]) for glob in (one, two))
        correlation[np.outer(first, second) | np.outer(second, first)] = value
    np.fill_diagonal(correlation, 1.0)
    k = MARKET.kappas[:, None] + MARKET.kappas
    time = np.where(k > 0.0, (1.0 - np.exp(-k * DAY)) / np.where(k > 0.0, k, 1.0), DAY)
    mean = spread(regime.drifts) * DAY
    mean[FX] -= 0.5 * vols[FX] ** 2 * DAY
    return mean, np.linalg.cholesky(correlation * np.outer(vols, vols) * time)


def chain(unwind, regimes):
    """Probabilities of changes in a day, and what 1.0 of fall adds to each."""
    rates, slopes = np.zeros((2, len(regimes), len(regimes)))
    for hazard in unwind.hazards:
        at = regimes.index(hazard.start), regimes.index(hazard.end)
        rates[at], slopes[at] = hazard.per_year, hazard.per_year_per_fall * DAY
    return expm((rates - np.diag(rates.sum(axis=1))) * DAY), slopes


def plain_loop(unwind, days, rng):
    """Moves (n_factors, N) over `days`, final regimes (N,), and USD bn sold by holders and officials."""
    regimes = [regime.name for regime in unwind.regimes]
    steps = [one_day(regime) for regime in unwind.regimes]
    change, slopes = chain(unwind, regimes)
    held, impact, ministry = unwind.repatriation, unwind.impact, unwind.intervention
    shape, long_run = spread(impact.shape), impact.long_run
    weights = np.zeros(len(NAMES))
    weights[[NAMES.index(name) for name in ("JGB_30Y", "UST_3M", "UST_10Y", "JGB_1Y")]] = (1.0, 1.0, -1.0, -1.0)
    odds = np.array([study.weight for study in impact.studies])
    ranges = np.array([(study.low_bp, study.high_bp) for study in impact.studies])
    low, high = ranges[rng.choice(odds.size, N, p=odds / odds.sum())].T
    short = 1e-6 * (low + (high - low) * rng.random(N))
    ends = (impact.fx_least, 1.0, impact.fx_most)
    per_dollar = impact.fx_log_per_usd_bn * np.interp(rng.random(N), (0.0, 0.5, 1.0), ends)

    def level(total, fading):
        straight = short * (long_run * total + (1.0 - long_run) * fading)
        return straight / np.sqrt(1.0 + (straight / (impact.cap_bp * 1e-4)) ** 2)

    closes = [np.full(N, math.log(close / MARKET.usdjpy)) for close in MARKET.previous_usdjpy[::-1]]
    x, here = np.zeros((len(NAMES), N)), rng.choice(len(regimes), N, p=[regime.initial for regime in unwind.regimes])
    private, official, total, fading = np.zeros((4, N))
    for _ in range(days):
        closes.append(x[FX].copy())
        move = closes[-1] - closes[-6]
        shown = x + np.outer(shape, level(total, fading))
        loss = np.maximum(0.0, held.duration * shown[NAMES.index("UST_10Y")] - held.unhedged * x[FX])
        hazard = held.hazard + held.per_pickup * (weights @ shown) + held.per_loss * loss
        ordered = (held.stock_usd_bn - private) * DAY * np.clip(hazard, 0.0, held.most)
        leaving = change[here] + slopes[here] * np.maximum(0.0, -move)[:, None]
        leaving[np.arange(N), here] = 0.0
        edges, u = leaving.cumsum(axis=1), rng.random(N)
        here = np.where(u < edges[:, -1], (u[:, None] >= edges).sum(axis=1), here)
        z = rng.standard_normal(x.shape)
        for r, (mean, root) in enumerate(steps):
            mine = here == r
            x[:, mine] = np.exp(-MARKET.kappas * DAY)[:, None] * x[:, mine] + mean[:, None] + root @ z[:, mine]
        for jump in unwind.jumps:
            per_year = dict(jump.rates)
            count = rng.poisson(np.array([per_year.get(name, 0.0) * DAY for name in regimes])[here])
            loadings = np.array([spread(loading) for loading in jump.loadings]).T
            noise = loadings @ rng.standard_normal((loadings.shape[1], N))
            x += count * spread(jump.mean)[:, None] + np.sqrt(count) * noise
        logit = np.where(move < 0.0, ministry.rise_logit, ministry.fall_logit) + ministry.per_move * np.abs(move)
        comes = rng.random(N) < 1.0 / (1.0 + np.exp(-logit))
        size = comes * ministry.median_jpy_tn * np.exp(ministry.log_sd * rng.standard_normal(N))
        up = np.where(move < 0.0, 1.0, -1.0)
        x[FX] += up * ministry.log_move_per_jpy_tn * size
        flow = -up * size * 1e3 / MARKET.usdjpy
        official, total = official + flow, total + flow
        fading = fading * math.exp(-impact.fading_per_year * DAY) + flow
        private, total, fading = private + ordered, total + ordered, fading + ordered
        x[FX] -= per_dollar * held.unhedged * ordered
    shown = x + np.outer(shape, level(total, fading))
    return shown, here, (private, official)


def near(one, other):
    """Whether two means agree within four standard errors."""
    error = math.sqrt(one.var() / one.size + other.var() / other.size)
    return abs(one.mean() - other.mean()) < 4.0 * error


@pytest.mark.parametrize("days", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_the_mixture_is_what_its_parameters_say(days):
    scenario = load_scenario("bench/three-regimes.toml")
    moves, regime, sold = plain_loop(scenario.unwind, days, np.random.default_rng(5))
    walk = walk_of(scenario, MARKET, n_days=days, seed=11, backend=NumbaBackend())
    found = dict(zip(walk.series, walk.deviations(np.arange(N, dtype=np.uint64))[-1], strict=True))
    for r in range(3):
        there, mine = regime == r, found["regime"] == r
        assert near(there.astype(float), mine.astype(float))
        for name in ("USDJPY", "UST_2Y", "UST_10Y", "JGB_10Y", "JGB_40Y"):
            assert near(moves[NAMES.index(name), there], found[name][mine]), (r, name)
    for name, series in zip(("private_sold", "official_sold"), sold, strict=True):
        assert near(series, found[name]), name
    for name in ("USDJPY", "JGB_40Y", "UST_3M"):
        one, other = moves[NAMES.index(name)], found[name]
        assert one.std() == pytest.approx(other.std(), rel=0.03), name  # se of either 0.6 to 1 %
