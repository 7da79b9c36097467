"""Every figure of a record has a sign."""

import pytest

from engine.record.tables import GAIN, LOSS, SIZE, sign_of
from engine.risk.measures.registry import MEASURES


@pytest.mark.parametrize("key", MEASURES)
def test_a_measure_is_a_loss_however_it_is_taken(key):
    assert [sign_of(name) for name in (key, f"{key}_around_shock", f"component_{key}")] == [LOSS, LOSS, LOSS]


def test_other_figures_have_the_sign_of_their_kind():
    assert [sign_of(name) for name in ("mean", "std", "dv01")] == [GAIN, SIZE, LOSS]


def test_a_figure_that_there_is_not_has_none():
    with pytest.raises(KeyError, match="value_at_rsik"):
        sign_of("value_at_rsik")
