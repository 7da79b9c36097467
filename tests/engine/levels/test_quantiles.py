"""Quantiles by day: numpy's own of the same paths, and the normal law."""

from fractions import Fraction

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels import quantiles as simulate
from engine.levels.quantiles import DEFAULT_QUANTILES, exact_probabilities, replays, summarise
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
PATHS = PathRange(first=700, n=1000)


def walk(scenario, n_days=4):
    return walk_of(load_scenario(scenario), MARKET, n_days=n_days, seed=1, backend=NumbaBackend())


def summary(of, paths=PATHS, words=DEFAULT_QUANTILES):
    return summarise(of, paths, exact_probabilities(words), lambda done, wanted: None)


@pytest.fixture(scope="module")
def mixture():
    return walk("bench/three-regimes.toml")


@pytest.fixture(scope="module")
def levels(mixture):
    return mixture.levels(np.arange(PATHS.first, PATHS.first + PATHS.n, dtype=np.uint64))


def test_quantiles_and_means_are_numpys_of_the_same_paths(mixture, levels):
    found = summary(mixture)
    kept = [i for i, name in enumerate(mixture.series) if name != "regime"]
    wanted = np.quantile(levels[:, kept], found.probabilities, axis=2, method="inverted_cdf")
    np.testing.assert_array_equal(found.quantiles, np.moveaxis(wanted, 0, -1))
    np.testing.assert_allclose(found.means, levels[:, kept].mean(axis=2), rtol=1e-12, atol=1e-15)


def test_quantiles_of_an_exact_law_are_those_of_all_its_paths_without_error():
    history = walk_of(load_scenario("historical"), MARKET, n_days=2, seed=1, backend=NumbaBackend(), whole=True)
    found = summary(history, history.paths(0, 1000))
    kept = [i for i, name in enumerate(history.series) if name != "regime"]
    levels = history.levels(np.arange(500, dtype=np.uint64))[:, kept]
    wanted = np.quantile(levels, found.probabilities, axis=2, method="inverted_cdf")
    np.testing.assert_array_equal(found.quantiles, np.moveaxis(wanted, 0, -1))
    assert found.paths.n == 500
    assert not found.quantile_ses.any()
    assert not found.mean_ses.any()


def test_shares_count_the_paths_in_each_regime(mixture, levels):
    number = levels[:, mixture.series.index("regime")]
    wanted = np.stack([(number == k).mean(axis=1) for k in range(3)], axis=1)
    np.testing.assert_array_equal(summary(mixture).regime_shares, wanted)


def test_what_does_not_fit_at_once_is_walked_again_to_the_same_figures(mixture, monkeypatch):
    whole = summary(mixture)
    monkeypatch.setattr(simulate, "BUFFER_BYTES", 8 * PATHS.n * 40)
    monkeypatch.setattr(simulate, "CHUNK_BYTES", 2**16)
    assert replays(mixture, PATHS.n) == 3  # 4 days of 23 series, 40 at a time
    parts = summary(mixture)
    for name in ("quantiles", "quantile_ses", "means", "mean_ses", "regime_shares"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


def test_quantiles_of_the_base_are_the_normal_laws_within_their_errors():
    of = walk("base", 4)
    found = summary(of, PathRange(first=0, n=40_000), ["0.05", "0.5", "0.95"])
    at = of.series.index("UST_10Y")
    sigma = float(MARKET.vols[at]) * np.sqrt(4 / 252)
    wanted = of.start.level(of.factors[at]) + sigma * np.array([-1.6448536, 0.0, 1.6448536])
    assert (np.abs(found.quantiles[-1, at] - wanted) < 4.0 * found.quantile_ses[-1, at]).all()
    # sqrt(p (1 - p) / n) / density: 2.1132 and 1.2533 standard deviations over the root of n; the estimate's own spread
    # is that of a spacing of some sqrt(n p (1 - p)) order statistics, a tenth or less
    wanted_se = sigma / 200.0 * np.array([2.1132, 1.2533, 2.1132])
    np.testing.assert_allclose(found.quantile_ses[-1, at], wanted_se, rtol=0.25)


def test_an_error_that_the_sample_does_not_bound_is_infinite(mixture):
    found = summary(mixture, PathRange(first=0, n=100), ["0.001", "0.5"])
    assert np.isinf(found.quantile_ses[..., 0]).all()
    assert np.isfinite(found.quantile_ses[..., 1]).all()


@pytest.mark.parametrize(("words", "message"), [(["5"], "5 % is 0.05"), (["0"], "between 0 and 1"), (["x"], "got 'x'"),
    (["nan"], "got 'nan'"), (["0.1", "0.10"], "there twice"), ([], "give 1 to 99"), ([""], "got ''")])  # fmt: skip
def test_a_probability_that_is_none_is_refused(words, message):
    with pytest.raises(InputError, match=message):
        exact_probabilities(words)


def test_probabilities_are_taken_as_decimals_and_sorted():
    assert exact_probabilities(["0.99", " 0.01"]) == (Fraction(1, 100), Fraction(99, 100))


def test_too_few_and_too_many_paths_are_refused(mixture):
    with pytest.raises(InputError, match="at least 100 for quantiles, got 99"):
        replays(mixture, 99)
    with pytest.raises(InputError, match="take fewer paths or days"):
        replays(mixture, 10**9)
