"""Tornadoes: shares of variance that are known by hand."""

import numpy as np
import pytest

from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.tornado import tornado_of

NAMES = ("large", "small", "none")


def figures(values):
    return SetFigures(
        scope="total", confidence=0.99, measure="value_at_risk", values=tuple(values), ses=(0.0,) * len(values)
    )


def scores(n, seed=1):
    return np.random.default_rng(seed).normal(size=(n, 3))


def by_name(tornado):
    return {bar.parameter: bar for bar in tornado.bars}


def test_shares_of_independent_parameters_are_those_of_their_variances():
    x = scores(1000)
    found = tornado_of(figures(np.exp(0.4 * x[:, 0] + 0.2 * x[:, 1])), NAMES, x)
    bars = by_name(found)
    # the figure's logarithm is a normal sum of variances 0.16 and 0.04; a thousand draws of it scatter by 2 %
    assert [bars["large"].share, bars["small"].share] == pytest.approx([0.8, 0.2], abs=0.04)
    assert bars["none"].share < 0.001
    assert found.together == pytest.approx(found.r2, abs=0.01)
    assert [bar.parameter for bar in found.bars[:2]] == ["large", "small"]


def test_what_grows_with_a_parameter_counts_whole_however_curved_and_falls_count_alike():
    x = scores(64)
    for values in (np.exp(5.0 * x[:, 0]), 1.0 / (1.0 + np.exp(x[:, 0])), -np.exp(x[:, 0])):
        found = tornado_of(figures(values), NAMES, x)
        assert (found.bars[0].parameter, found.bars[0].share, found.r2) == (
            "large",
            pytest.approx(1.0),
            pytest.approx(1.0),
        )
        assert (found.bars[0].at_low < found.bars[0].at_high) == (values[x[:, 0].argmax()] == values.max())


def test_errors_of_shares_are_as_large_as_shares_vary():
    shares, ses = [], []
    for seed in range(60):
        x = scores(64, seed)
        noise = np.random.default_rng(1000 + seed).normal(size=64)
        bars = by_name(tornado_of(figures(np.exp(0.3 * x[:, 0] + 0.2 * x[:, 1] + 0.2 * noise)), NAMES, x))
        shares.append(bars["large"].share)
        ses.append(bars["large"].share_se)
    # 0.09 of 0.09 + 0.04 + 0.04; the mean of 60 has an error of se / 7.7 and ranks of 64 blur by 2 %, the spread of
    # 60 has an error of 9 %
    assert np.mean(shares) == pytest.approx(0.09 / 0.17, abs=3.0 * np.std(shares) / np.sqrt(60) + 0.02)
    assert np.mean(ses) == pytest.approx(np.std(shares), rel=0.3)


def test_noise_alone_gives_a_parameter_no_share_on_average():
    rng = np.random.default_rng(5)
    shares = [
        by_name(tornado_of(figures(np.exp(0.1 * rng.normal(size=64))), NAMES, rng.normal(size=(64, 3))))
        for _ in range(40)
    ]
    # without the correction of the squares it would be 1 / 64 each, 5 % together
    assert np.mean([each["none"].share for each in shares]) < 0.02


def test_a_figure_that_does_not_vary_and_a_parameter_without_width_have_shares_of_exactly_nothing():
    x = scores(32)
    still = tornado_of(figures([5.0] * 32), NAMES, x)
    assert {(bar.share, bar.share_se) for bar in still.bars} == {(0.0, 0.0)}
    assert (still.together, still.r2) == (0.0, 0.0)
    assert [bar.at_low for bar in still.bars] == pytest.approx([5.0] * 3)
    x[:, 2] = 1.25
    bars = by_name(tornado_of(figures(np.exp(x[:, 0])), NAMES, x))
    assert (bars["none"].share, bars["none"].share_se) == (0.0, 0.0)


def test_figures_at_a_parameters_ends_are_those_of_the_sets_there():
    n = 41
    x = np.column_stack([np.linspace(1.0, 2.0, n), np.tile([1.0, -1.0, 0.0], 14)[:n], np.zeros(n)])
    bar = by_name(tornado_of(figures(x[:, 0] ** 3), NAMES, x))["large"]
    # it alone decides: ranks 2.05 and 38.95 of 41, so 1.55 places of 1 / 40 from either end; between two sets a line in
    # scores is not one in ranks, by a tenth of the way of 7 %
    assert bar.at_low == pytest.approx(1.03875**3, rel=0.007)
    assert bar.at_high == pytest.approx(1.96125**3, rel=0.007)


def test_too_few_sets_have_no_tornado():
    x = scores(32)
    assert tornado_of(figures(x[:11, 0]), NAMES, x[:11]) is None
    assert tornado_of(figures(x[:12, 0]), NAMES, x[:12]) is not None
