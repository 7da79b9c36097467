"""The whole answer, and what is refused."""

import math

import pytest

from engine.errors import InputError
from engine.explain.nights.change import ChangeQuestion, nights_change
from tests.engine.explain.two_nights import ignore


def test_confidences_that_are_not_on_both_nights_are_refused_with_those_that_are(first_night, second_night):
    question = ChangeQuestion(nights=(first_night, second_night), confidences=(0.99,))
    with pytest.raises(InputError, match=r"0.99 is not recorded on both nights; --confidence takes 0.8, 0.9"):
        nights_change(question, ignore, ignore)


def test_too_few_paths_for_paired_errors_are_refused(first_night, second_night):
    question = ChangeQuestion(nights=(first_night, second_night), n_paths=3199)
    with pytest.raises(InputError, match="`paths` must be at least 3,200 for paired errors"):
        nights_change(question, ignore, ignore)


def test_a_realised_loss_is_held_against_what_is_explained(change):
    total = change.pnl.scopes[0]
    assert total.unexplained == -3e7 - total.explained
    assert math.isfinite(total.explained)
    assert change.trades.came == ("UST-1Y",)
    # par yields rose by 4 bp: 10 bn of a bond of nine and a half years lose some 8.7 mn a basis point
    assert total.parts["curve:JGB"] == pytest.approx(-8.7e6 * 4, rel=0.05)
