import numpy as np
import pytest

from bench.gpu.counted import COUNTED_MS
from bench.gpu.device import PRECISIONS, PROFILED, TRIED, model_of

LAWS = tuple(dict.fromkeys(law for law, _ in TRIED))


@pytest.mark.parametrize("law", LAWS)
def test_a_law_has_the_factors_that_its_name_says(law):
    model = model_of(law, 2)
    assert model.decay.shape == (1, int(law.split()[1]))
    assert np.isfinite(model.chol).all()
    assert bool(model.laws["is_filtered"].any()) == law.startswith("filtered")
    assert bool(model.laws["is_unwind"].any()) == law.startswith("mixture")


def test_every_law_is_tried_in_both_precisions_and_what_was_counted_is_tried():
    assert {law for law, _ in TRIED} == set(LAWS)
    assert len(TRIED) == len(PRECISIONS) * len(LAWS)
    # What was counted is tried: that of mixture and of plain 18 is what the product builds anyway.
    tried = {(*key, *shape) for key, shapes in TRIED.items() for shape in shapes}
    assert COUNTED_MS.keys() <= tried


def test_a_count_never_expects_less_than_what_is_issued():
    assert all(each.expected_ms >= each.issue_ms > 0.0 for each in COUNTED_MS.values())


def test_what_is_profiled_is_of_laws_that_are_tried():
    assert {(law, precision) for law, precision, _ in PROFILED} <= TRIED.keys()
