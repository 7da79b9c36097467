"""NVRTC compiles the CUDA sources without a GPU: no register spilled, no more of them than a launch may take."""

import re

import numpy as np
import pytest

from kernels import coefficients
from kernels.cuda_source import (
    ENTRY,
    LANES,
    REGISTERS,
    THREADS,
    BuildSettings,
    coefficients_header,
    settings_for,
    sources,
)
from kernels.device import DeviceError
from kernels.nvrtc import STRICT, cubin, load_nvrtc

ARCHITECTURES = (80, 90, 100)


@pytest.fixture(scope="module")
def nvrtc():
    found = load_nvrtc()
    if found is None:
        pytest.skip("NVRTC is not installed: pip install nvidia-cuda-nvrtc")
    return found


def resources(nvrtc, settings, architecture):
    """Kernel -> (registers, bytes of spills) as ptxas prints them."""
    options = [*STRICT, f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v", *settings.options()]
    _, log = nvrtc.compile(sources(), ENTRY, options)
    names = re.findall(r"Compiling entry function '(\w+)'", log)
    spills = re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", log)
    registers = re.findall(r"Used (\d+) registers", log)
    assert len(names) == len(spills) == len(registers) == 4, log
    return {n: (int(r), int(s) + int(t)) for n, r, (s, t) in zip(names, registers, spills, strict=True)}


def build(random_model, random_book, n_factors, float32, degree=10):
    rng = np.random.default_rng(0)
    book = random_book(rng, n_factors, degree=degree)
    return settings_for(random_model(rng, n_factors), book, float32=float32)


# Ceilings: what fits at all at two paths a thread in binary64; a third more blocks at once in binary32.
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("float32", "most"), [(False, 255), (True, 168)])
def test_sixteen_factors_stay_in_registers(nvrtc, random_model, random_book, architecture, float32, most):
    if architecture == 100 and nvrtc.version < (13, 5):
        pytest.skip("NVRTC before 13.5 spills 64 bytes of replay on sm_100: the same bits, a little slower")
    settings = build(random_model, random_book, 16, float32)
    assert settings.paths == 2
    used = resources(nvrtc, settings, architecture)
    assert all(spilled == 0 for _, spilled in used.values()), used
    assert max(used["pnl_of_paths"][0], used["levels_of_paths"][0]) <= most <= REGISTERS // (THREADS * settings.blocks)
    assert max(used["reduce_cells"][0], used["keep_tails"][0]) <= 64 <= REGISTERS // (2 * LANES)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_many_factors_compile_without_spills(nvrtc, random_model, random_book, architecture):
    used = resources(nvrtc, build(random_model, random_book, 64, float32=False, degree=6), architecture)
    assert all(spilled == 0 for _, spilled in used.values()), used


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("n_factors", [1, 2, 8, 12, 17, 20, 24, 25, 32, 40, 64])
def test_no_number_of_factors_spills(nvrtc, random_model, random_book, n_factors, float32):
    for architecture in ARCHITECTURES:
        used = resources(nvrtc, build(random_model, random_book, n_factors, float32, degree=14), architecture)
        assert all(spilled == 0 for _, spilled in used.values()), (architecture, used)


def test_a_cubin_is_kept_and_found_again(nvrtc, random_model, random_book, monkeypatch, tmp_path):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path))
    settings = build(random_model, random_book, 2, float32=True, degree=0)
    first = cubin(nvrtc, settings, 90)
    monkeypatch.setattr(type(nvrtc), "compile", lambda *_: pytest.fail("compiled again"))
    assert cubin(nvrtc, settings, 90) == first
    assert first.startswith(b"\x7fELF")


def test_a_mistake_in_a_source_is_reported_with_its_line(nvrtc):
    texts = sources() | {"step.cuh": "#pragma once\nnonsense;\n"}
    with pytest.raises(DeviceError, match=r"step\.cuh\(2\)"):
        nvrtc.compile(texts, ENTRY, ["--gpu-architecture=sm_90", "-DFLOAT32=0"])


def test_the_header_holds_every_coefficient_to_the_bit():
    tables = dict(re.findall(r"(\w+)(?:\[\d+\])? = \{?([^;}]*)\}?;", coefficients_header()))
    for name, value in vars(coefficients).items():
        if isinstance(value, tuple | float):
            found = [float.fromhex(text.strip().rstrip("f")) for text in tables[name].split(",")]
            real = np.float32 if name.endswith("_F32") else np.float64
            assert found == np.atleast_1d(np.array(value, real)).astype(float).tolist(), name


def test_every_setting_is_a_macro_that_the_sources_read():
    settings = BuildSettings(
        float32=False, n_factors=1, laws=1, n_currencies=1, degree=0, paths=1, blocks=1, is_unrolled=True
    )
    text = "".join(sources().values())
    for name in settings.macros():
        assert re.search(rf"\b{name}\b", text), name
