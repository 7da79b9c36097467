"""NVRTC compiles the CUDA sources without a GPU: no register spilled, no more of them than a launch may take."""

import re

import numpy as np
import pytest

from kernels.cuda.host.device import DeviceError
from kernels.cuda.host.nvrtc import STRICT, cubin, load_nvrtc
from kernels.cuda.host.source import (
    ENTRY,
    LANE_NAMES,
    LANES,
    REGISTERS,
    THREADS,
    BuildSettings,
    settings_for,
    sources,
)
from kernels.layout import Exchange, Exchanges
from kernels.payoffs import PAYOFFS

ARCHITECTURES = (80, 90, 100)


@pytest.fixture(scope="module")
def nvrtc():
    found = load_nvrtc()
    if found is None:
        pytest.skip("NVRTC is not installed: pip install nvidia-cuda-nvrtc")
    return found


def resources(nvrtc, settings, architecture):
    """Function -> (registers, bytes of spills) as ptxas prints them; functions that kernels call have no registers."""
    options = [*STRICT, f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v", *settings.options()]
    _, log = nvrtc.compile(settings.sources(), ENTRY, options)
    names = re.findall(r"Compiling entry function '(\w+)'", log)
    registers = dict(zip(names, map(int, re.findall(r"Used (\d+) registers", log)), strict=True))
    spills = re.findall(r"properties for (\w+)\n.*, (\d+) bytes spill stores, (\d+) bytes spill loads", log)
    assert registers.keys() <= {name for name, _, _ in spills}, log
    assert len(names) == (6 if settings.is_split else 5), log
    return {name: (registers.get(name, 0), int(stores) + int(loads)) for name, stores, loads in spills}


def build(random_model, random_book, n_factors, float32, degree=10):
    """Books of flows and exchanges: as much as the kernel that walks takes in."""
    rng = np.random.default_rng(0)
    book = random_book(rng, n_factors, degree=degree)
    held = book.of(Exchanges)._replace(exchanges=Exchange.rows(leg=[0], point=0))
    return settings_for(random_model(rng, n_factors), book.holding(held), float32=float32)


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


# Walking keeps nearly the registers of a book of flows; the kernel that revalues leaves room for three blocks at once.
# On sm_100 replay, which no run's speed hangs on, spills one number.
@pytest.mark.parametrize(("architecture", "float32"), [(80, False), (90, False), (100, False), (90, True)])
def test_books_of_every_kind_stay_in_registers(
    nvrtc, random_model, random_book, with_tables, tabulated, architecture, float32
):
    if architecture == 100 and nvrtc.version < (13, 5):
        pytest.skip("NVRTC before 13.5 spills more on sm_100: the same bits, a little slower")
    rng = np.random.default_rng(0)
    book = tabulated(rng, with_tables(rng, random_book(rng, 16, degree=10), vol_factor=14), 33, 12, 0.1)
    settings = settings_for(random_model(rng, 16), book, float32=float32)
    assert (settings.is_split, settings.vol_terms, settings.paths, settings.valued) == (True, 12, 2, 2)
    used = resources(nvrtc, settings, architecture)
    assert used.pop("levels_of_paths")[1] <= (16 if architecture == 100 else 0)
    assert all(spilled == 0 for _, spilled in used.values()), used
    assert used["walk_paths"][0] <= (168 if float32 else 255) <= REGISTERS // (THREADS * settings.blocks)
    assert used["revalue_paths"][0] <= 168 <= REGISTERS // (THREADS * settings.valued_blocks)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_many_factors_compile_without_spills(nvrtc, random_model, random_book, architecture):
    used = resources(nvrtc, build(random_model, random_book, 64, float32=False, degree=6), architecture)
    assert all(spilled == 0 for _, spilled in used.values()), used


@pytest.fixture(scope="module")
def unwind_build(random_unwind, random_book):
    """A mixture of three regimes, without a cap and its two rows; of the factors the last is a price."""

    def _build(n_factors, float32, is_split):
        rng = np.random.default_rng(0)
        model = random_unwind(rng, n_factors, off=("cap",))
        prices = np.where(np.arange(n_factors) == n_factors - 1, model.convexity, 0.0)
        book = random_book(rng, n_factors, degree=10)
        book = book.holding(book.run._replace(observations=np.arange(1, 2 + is_split)))
        return settings_for(model._replace(convexity=prices), book, float32=float32)

    return _build


# On sm_90 and sm_100 the compiler computes products of a law's constants once, before the loop over steps, and reads
# some back from local memory in each: a few of a step's 2,700 instructions.  On sm_80 four values are, a path.
@pytest.mark.parametrize(
    ("architecture", "n_factors", "float32", "is_split"),
    [(80, 18, False, True), (90, 18, False, False), (100, 18, True, True)],
)
def test_a_walk_of_three_regimes_stays_in_registers(nvrtc, unwind_build, architecture, n_factors, float32, is_split):
    if nvrtc.version < (13, 5):
        pytest.skip("NVRTC before 13.5 may spill more: the same bits, a little slower")
    settings = unwind_build(n_factors, float32, is_split)
    assert (settings.paths, settings.blocks) == (1, 4 if float32 else 3)
    registers, spilled = resources(nvrtc, settings, architecture)["walk_paths" if is_split else "pnl_of_paths"]
    assert registers <= (128 if float32 else 168) <= REGISTERS // (THREADS * settings.blocks)
    assert spilled <= (32 if architecture == 80 else 128)


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("n_factors", [2, 8, 12, 16, 18, 20, 24, 25, 40, 64])
def test_no_number_of_factors_of_an_unwind_spills_much(nvrtc, unwind_build, n_factors, float32):
    settings = unwind_build(n_factors, float32, True)
    for architecture in ARCHITECTURES:
        used = resources(nvrtc, settings, architecture)
        assert used["walk_paths"][1] <= (320 if settings.is_unrolled else 0), (architecture, used)


@pytest.mark.slow
@pytest.mark.parametrize("float32", [False, True])
@pytest.mark.parametrize("n_factors", [1, 2, 8, 12, 17, 20, 24, 25, 32, 40, 64])
def test_no_number_of_factors_spills(nvrtc, random_model, random_book, n_factors, float32):
    for architecture in ARCHITECTURES:
        used = resources(nvrtc, build(random_model, random_book, n_factors, float32, degree=14), architecture)
        # Of eight factors replay, which no run's speed hangs on, spills 104 bytes on sm_100.
        assert used.pop("levels_of_paths")[1] <= (128 if architecture == 100 else 0), (architecture, used)
        assert all(spilled == 0 for _, spilled in used.values()), (architecture, used)


def test_a_cubin_is_kept_and_found_again(nvrtc, random_model, random_book, monkeypatch, tmp_path):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path))
    settings = build(random_model, random_book, 2, float32=True, degree=0)
    first = cubin(nvrtc, settings, 90)
    monkeypatch.setattr(type(nvrtc), "compile", lambda *_: pytest.fail("compiled again"))
    assert cubin(nvrtc, settings, 90) == first
    assert first.startswith(b"\x7fELF")


def test_a_mistake_in_a_source_is_reported_with_its_line(nvrtc):
    texts = sources() | {"steps/step.cuh": "#pragma once\nnonsense;\n"}
    with pytest.raises(DeviceError, match=r"step\.cuh\(2\)"):
        nvrtc.compile(texts, ENTRY, ["--gpu-architecture=sm_90", "-DFLOAT32=0"])


def test_every_setting_is_a_macro_that_the_sources_read():
    text = "".join(sources().values())
    own = [name for name in BuildSettings.__dataclass_fields__ if name != "payoffs"]
    held = [f"HAS_{name}" for name in PAYOFFS]
    for name in [*map(str.upper, [*own, *held]), "THREADS", "UNWIND_ROWS", "N_PATH_SERIES", *LANE_NAMES]:
        assert re.search(rf"\b{name}\b", text), name
