"""Errors by sectioning."""

import numpy as np
import pytest

from engine.analysis.sectioning import N_SECTIONS, check_sectioning, sectioning_error
from engine.errors import InputError


def test_the_error_of_a_mean_is_its_standard_error():
    x = np.random.default_rng(1).normal(0.0, 2.0, 64_000)
    # a standard deviation of 32 sections is known to 1 / sqrt(62) = 13 %; allow three
    assert sectioning_error(lambda rows: float(rows.mean()), x) == pytest.approx(2.0 / np.sqrt(64_000), rel=0.4)


def test_what_two_rows_share_cancels():
    x = np.random.default_rng(2).normal(0.0, 1.0, 6_400)
    assert sectioning_error(lambda rows: float((rows[1] - rows[0]).mean()), np.stack([x, x + 3.0])) < 1e-15


def test_too_few_paths_are_refused():
    check_sectioning(32_000, (0.975, 0.99))
    with pytest.raises(InputError, match="at least 32,000 for paired errors at confidence"):
        check_sectioning(31_999, (0.975, 0.99))
    assert N_SECTIONS == 32
