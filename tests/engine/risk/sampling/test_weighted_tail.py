"""VaR and ES of weighted samples, by hand and beside the unweighted ones."""

import numpy as np
import pytest

import engine.risk.sampling.weighted_tail as weighted
from engine.errors import InputError
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL as ES
from engine.risk.measures.value_at_risk import VALUE_AT_RISK as VAR
from engine.risk.sampling.weighted_tail import Replicates, weighted_tail


def test_equal_weights_give_the_unweighted_figures():
    pnl = np.random.default_rng(5).normal(size=4000)
    sample = Replicates(losses=-pnl.reshape(4, 1000), weights=np.ones((4, 1000)))
    for confidence in (0.975, 0.99):
        tail = weighted_tail(sample, confidence, 0.0)
        assert tail.of(VAR).value == VAR.of_sample(pnl, confidence)
        assert tail.of(ES).value == pytest.approx(ES.of_sample(pnl, confidence), rel=1e-12)


def test_weights_by_hand():
    """A loss of 10 has a probability of 0.1, one of 6 0.3: at 0.8, VaR 6 and ES (10 x 0.1 + 6 x 0.1) / 0.2."""
    one = np.array([10.0, 6.0, 2.0, 0.0])
    weights = 4.0 * np.array([0.1, 0.3, 0.3, 0.3])
    tail = weighted_tail(Replicates(losses=np.stack([one, one]), weights=np.stack([weights, weights])), 0.8, 1.0)
    assert tail.of(VAR).value == 6.0
    assert tail.of(ES).value == pytest.approx(8.0)
    assert tail.around_shock == {VAR.key: 7.0, ES.key: pytest.approx(9.0)}
    assert tail.rough
    assert tail.of(VAR).se == 0.0


def test_the_interval_is_of_a_t_between_replicates():
    """Two replicates of one path each, 1 and 3: mean 2, error 1, and t of one degree of freedom 12.706."""
    mean = Replicates(losses=np.array([[1.0], [3.0]]), weights=np.ones((2, 1))).mean
    assert (mean.value, mean.se) == (2.0, 1.0)
    assert mean.high - mean.value == pytest.approx(12.7062, abs=1e-4)


def test_plain_paths_of_plain_paths_are_about_their_number():
    """By 200 replicates an error is right to 5 %, its square to 10 %; four of these."""
    losses = np.random.default_rng(1).normal(size=(200, 2000))
    plain = weighted_tail(Replicates(losses=losses, weights=np.ones_like(losses)), 0.95, 0.0).plain_paths
    assert plain == {key: pytest.approx(400_000, rel=0.4) for key in (VAR.key, ES.key)}


def test_a_measure_that_knows_no_weights_is_refused(monkeypatch):
    monkeypatch.setattr(weighted, "MEASURES", {VAR.key: VAR, "toy": VAR})
    with pytest.raises(InputError, match="toy cannot be read off weighted paths"):
        weighted.check_measures()
