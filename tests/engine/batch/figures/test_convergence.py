"""Estimates from growing parts of a sample."""

import numpy as np
import pytest

from engine.batch.figures.convergence import convergence_rows
from engine.errors import InputError
from engine.record.tables import convergence_schema
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.tail import estimate_sample

NAMES = [("base", "total"), ("base", "book:a"), ("shock", "partial")]


def test_each_row_is_the_estimate_from_the_first_paths():
    pnl = np.random.default_rng(3).normal(0.0, 1.0, (3, 5000))
    rows = convergence_rows(pnl, NAMES, (0.99, 0.9), "JPY")
    assert [(row["scenario"], row["confidence"], row["n_paths"]) for row in rows] == [
        (scenario, confidence, n) for scenario in ("base", "shock") for confidence in (0.99, 0.9)
        for n in (1024, 2048, 4096, 5000)
    ]  # fmt: skip
    assert set(rows[0]) == set(convergence_schema().names)
    wanted = estimate_sample(pnl[2, :2048], 0.9)
    found = next(row for row in rows if (row["scenario"], row["confidence"], row["n_paths"]) == ("shock", 0.9, 2048))
    assert found["value_at_risk"] == wanted.of(VALUE_AT_RISK).value
    assert found["expected_shortfall_se"] == wanted.of(EXPECTED_SHORTFALL).se


@pytest.mark.parametrize(("n", "sizes"), [(10, [10]), (1024, [1024]), (1025, [1024, 1025])])
def test_a_short_run_has_its_own_size_last(n, sizes):
    rows = convergence_rows(np.arange(float(n))[None, :], NAMES[:1], (0.9,), "JPY")
    assert [row["n_paths"] for row in rows] == sizes


def test_what_is_not_finite_is_refused():
    with pytest.raises(InputError, match="must be finite"):
        convergence_rows(np.array([[np.nan, 1.0]]), NAMES[:1], (0.9,), "JPY")
