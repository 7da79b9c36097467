"""Changes of VaR and ES between two samples on the same paths, with their paired errors."""

import numpy as np
import pytest

from engine.analysis.whatif.paired_changes import paired_changes
from engine.errors import InputError
from engine.risk.measures.expected_shortfall import expected_shortfall
from engine.risk.measures.value_at_risk import value_at_risk


def drawn(seed, n, size, kind):
    """Heavy-tailed P&L, and the same with a trade: a hedge, an option far in the tail, or noise that grows with it."""
    rng = np.random.default_rng(seed)
    market, own = rng.standard_t(4, n), rng.normal(size=n)
    trade = {
        "hedge": -0.5 * market + own,
        "option": np.maximum(-market - 2.0, 0.0),
        "noise": own * np.abs(market),
    }[kind]
    return market, market + size * trade


def test_nothing_changes_without_a_trade():
    pnl = np.random.default_rng(1).normal(size=20_000)
    for change in paired_changes(pnl, pnl.copy(), (0.975, 0.99)):
        assert (change.value, change.se) == (0.0, 0.0)


def test_cash_lowers_every_loss_by_itself_without_error():
    pnl = np.random.default_rng(1).normal(size=20_000)
    for change in paired_changes(pnl, pnl + 0.25, (0.99,)):
        assert change.value == pytest.approx(-0.25)
        assert change.se < 1e-14  # rounding of a sum with 0.25


def test_twice_the_book_has_the_book_s_own_error():
    """All of the change is one more book: its error is that of the book's own VaR and ES, to what an interval tells."""
    pnl = np.random.default_rng(1).standard_t(4, 50_000)
    for change in paired_changes(pnl, 2.0 * pnl, (0.99,)):
        assert change.se == pytest.approx(change.before.se, rel=1e-9)


def test_what_both_samples_share_is_not_in_the_error():
    """Two samples of their own would have 1.4 times the error of one; a tenth of a trade has less than half of it."""
    before, after = drawn(1, 50_000, 0.1, "hedge")
    for change in paired_changes(before, after, (0.99,)):
        assert change.se < 0.5 * change.before.se


def test_samples_of_different_paths_are_refused():
    with pytest.raises(InputError, match="needs the same paths: 10 before, 9 after"):
        paired_changes(np.zeros(10), np.zeros(9), (0.9,))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hedge", "option", "noise"])
@pytest.mark.parametrize("size", [1.0, 0.1, 0.01, 0.0001])
def test_the_paired_error_covers(kind, size):
    """Over 200 seeds the interval of 1.96 errors holds the true change 95 times in 100.

    Of 200 draws at 95 % the standard deviation is 1.5 %; the spread estimated from a tail of 200 paths costs some
    more. 89 % is four of these away, and 100 % would be an error that is too wide: it must not be twice the spread.
    """
    big = [drawn(10_000 + i, 2_000_000, size, kind) for i in range(4)]
    measures = {"value_at_risk": value_at_risk, "expected_shortfall": expected_shortfall}
    true = {key: np.mean([of(after, 0.99) - of(before, 0.99) for before, after in big]) for key, of in measures.items()}
    found = [paired_changes(*drawn(seed, 20_000, size, kind), (0.99,)) for seed in range(200)]
    for k, key in enumerate(measures):
        values, ses = (np.array([getattr(each[k], name) for each in found]) for name in ("value", "se"))
        assert np.mean(np.abs(values - true[key]) < 1.96 * ses) >= 0.89
        assert 0.85 < ses.mean() / values.std() < 1.5
