"""Builds of other shapes on the kernels that g++ makes: the same bits, and what NVRTC says of them."""

import dataclasses
import shutil

import pytest

from bench.gpu.cases import builds
from bench.gpu.cases.builds import is_counted, measure, resources_of
from bench.gpu.counted import COUNTED_MS
from bench.gpu.device import TRIED, on_host, program_of, shaped
from engine.errors import RiskError
from kernels.cuda.host.nvrtc import load_nvrtc

KEY = ("plain 16", "float64")


@pytest.fixture(scope="module")
def nvrtc():
    found = load_nvrtc()
    if found is None:
        pytest.skip("NVRTC is not installed: pip install nvidia-cuda-nvrtc")
    return found


@pytest.fixture(scope="module")
def bench(nvrtc):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    return dataclasses.replace(on_host(), tried={KEY: ((1, 4),)})


@pytest.fixture(scope="module")
def program(bench):
    return program_of(bench.backend, *KEY, bench.n_steps)


def test_every_shape_is_timed_beside_the_products_and_has_numbas_bits(bench):
    case = measure(bench)
    own, other = case.rows
    assert (own.name, own.ours) == ("plain 16, float64, 2 paths x 2 blocks", None)
    assert (other.name, other.ours) == ("plain 16, float64, 1 paths x 4 blocks", own.name)
    assert case.asserted[0].startswith("plain 16, float64: 2 builds have numba's sha256 of 300 paths")
    # One path and four blocks leave a thread 128 registers; of two paths each has all that there are.
    assert case.figures[own.name]["blocks_that_fit"] == 2
    assert case.figures[other.name]["registers"] <= 128
    assert case.figures[other.name]["blocks_that_fit"] == 4
    assert case.figures[other.name]["counted_expected_ms"] is None  # of the processor nothing was counted


def test_another_pnl_than_numbas_gives_no_result(bench, monkeypatch):
    monkeypatch.setattr(builds, "_compiled", lambda bench, settings: {})  # before it anything is timed
    monkeypatch.setattr(builds, "rebuilt", lambda program, settings: dataclasses.replace(program, seed=2))
    with pytest.raises(AssertionError, match="P&L is not numba's"):
        measure(bench)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("NVIDIA H200 (GPU 0)", True),
        ("NVIDIA H200 (GPU 0), NVIDIA H200 (GPU 1)", False),
        ("NVIDIA B200 (GPU 0)", False),
    ],
)
def test_counts_are_of_one_device(devices, expected):
    assert is_counted(devices) is expected


def test_what_ptxas_does_not_say_is_an_error(program, nvrtc):
    class Silent:
        def compile(self, *_):
            return b"", ""

    with pytest.raises(RiskError, match="NVRTC does not say what pnl_of_paths needs"):
        resources_of(Silent(), program.model.settings, 90)


@pytest.mark.slow  # compiles each
@pytest.mark.parametrize(("law", "precision"), TRIED)
def test_what_is_tried_on_a_chip_compiles_for_it(law, precision, nvrtc, bench):
    """A shape that spills is tried too: what it costs is to be measured. Counted ones stay below 100 bytes."""
    program = program_of(bench.backend, law, precision, bench.n_steps)
    for shape in TRIED[law, precision]:
        found = resources_of(nvrtc, shaped(program.model.settings, shape), 90)
        assert found["blocks_that_fit"] >= shape[1]
        if (law, precision, *shape) in COUNTED_MS:
            assert found["spilled_bytes"] <= 100, (shape, found)
