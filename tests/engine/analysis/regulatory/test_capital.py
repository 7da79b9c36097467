import numpy as np
import pytest

from engine.analysis.regulatory.capital import Requirement, capital, requirement
from engine.analysis.regulatory.liquidity_adjusted import Amount, ladder

DAYS = (10, 40)
FULL, REDUCED = ladder(np.array([True, True]), DAYS), ladder(np.array([True, False]), DAYS)


def test_what_the_stressed_year_lacks_scales_its_es_by_todays_ratio():
    moves = np.random.default_rng(1).standard_normal((2, 32_000))
    full = np.stack([moves.sum(axis=0), moves[1]])
    found = requirement("all", 100.0, (FULL, full), (REDUCED, moves[:1]), drawn=True)
    ratio = FULL.adjusted(full) / REDUCED.adjusted(moves[:1])
    assert ratio > 1.5
    assert found.ratio.value == ratio
    assert found.amount.value == 100.0 * ratio
    assert found.amount.se == 100.0 * found.ratio.se > 0.0


def test_a_ratio_below_one_counts_as_one():
    moves = np.random.default_rng(2).standard_normal((1, 32_000))
    hedged = np.stack([0.5 * moves[0], 0.0 * moves[0]])
    assert requirement("all", 100.0, (FULL, hedged), (REDUCED, moves), drawn=False).amount == Amount(
        value=100.0, se=0.0
    )


def test_a_class_that_the_stressed_year_lacks_has_no_figure():
    moves = np.random.default_rng(3).standard_normal((2, 32_000))
    found = requirement("equity", 0.0, (FULL, moves), None, drawn=True)
    assert (found.amount, found.ratio, found.explained) == (None, None, 0.0)
    whole = requirement("all", 100.0, (FULL, moves), (REDUCED, moves[:1]), drawn=False)
    assert capital([whole, found]).value == pytest.approx(0.5 * whole.amount.value)


def test_the_reduced_sets_share_of_the_whole_is_told():
    moves = np.random.default_rng(4).standard_normal((2, 32_000))
    full = np.stack([moves.sum(axis=0), moves[1]])
    found = requirement("all", 100.0, (FULL, full), (REDUCED, moves[:1]), drawn=False)
    assert found.explained == pytest.approx(1.0 / found.ratio.value, rel=1e-12)


def test_a_book_that_loses_nothing_divides_by_nothing():
    nothing = np.zeros((2, 32_000))
    found = requirement("all", 0.0, (FULL, nothing), (REDUCED, nothing[:1]), drawn=True)
    assert (found.ratio.value, found.amount.value, found.explained) == (1.0, 0.0, 1.0)


def test_the_requirement_is_half_the_whole_and_half_the_sum_of_classes():
    def of(value, se):
        amount = Amount(value=value, se=se)
        return Requirement(risk_class="x", stressed=amount, ratio=amount, amount=amount, explained=1.0)

    found = capital([of(10.0, 0.4), of(8.0, 0.2), of(6.0, 0.2)])
    assert (found.value, found.se) == (pytest.approx(12.0), pytest.approx(0.4))
