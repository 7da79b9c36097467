"""Laws, their reductions and their tails on the kernels that g++ builds."""

import dataclasses
import shutil

import numpy as np
import pytest

from bench.gpu.cases import walks
from bench.gpu.cases.walks import measure, tail_brackets
from bench.gpu.device import on_host


@pytest.fixture(scope="module")
def bench():
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    return dataclasses.replace(on_host(), tried={("plain 16", "float64"): ()})


def test_a_bracket_keeps_the_lowest_paths():
    pnl = np.arange(200.0).reshape(2, 100)
    (low, high), _ = tail_brackets(pnl)[:, 0]
    assert (low, int((pnl[0] <= high).sum())) == (-np.inf, 3)


def test_kernel_reduction_tail_whole_run_and_cores_are_timed(bench, monkeypatch):
    monkeypatch.setattr(walks, "PRECISIONS", ("float64",))
    case = measure(bench)
    whats = ["kernel", "with moments and digests", "with the tail too", "whole run", "all cores"]
    assert [row.name for row in case.rows] == [f"plain 16, float64: {what}" for what in whats]
    figures = case.figures["plain 16, float64"]
    cores = {row.name: row for row in case.rows}["plain 16, float64: all cores"]
    assert figures["times_cores"] == pytest.approx(1e3 * cores.median_s * 10.0 / figures["kernel_ms"])
    assert case.asserted == ("plain 16, float64: moments, digests and tail of 300 paths are numba's",)


def test_a_tail_that_is_not_numbas_gives_no_result(bench, monkeypatch):
    reduce = type(bench.backend).reduce

    def wrong(self, *arguments):
        found = reduce(self, *arguments)
        return dataclasses.replace(found, kept_pnl=found.kept_pnl + 1.0)

    monkeypatch.setattr(type(bench.backend), "reduce", wrong)
    with pytest.raises(AssertionError, match="the tail that is kept is not numba's"):
        measure(bench)
