"""A wait for the compiler is announced when it begins, with how far it is, and only then."""

import numpy as np
import pytest
from numba import njit

from kernels.numba import settings as numba_settings
from kernels.numba.compiled import N_PARTS, announce_compiling
from kernels.numba.kept import ByContent, KeptCode
from kernels.numba.parts import PartLowering
from kernels.numba.settings import PART

ONCE = "compiling kernels, once, some 20 s; `unwind warm` does it beforehand, on all cores"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(numba_settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ByContent, "folders", (tmp_path,))
    monkeypatch.setattr(ByContent, "is_written", True)
    monkeypatch.setattr(KeptCode, "begun", None)
    monkeypatch.setattr(PartLowering, "taken_in", None)
    return tmp_path


def test_a_kernel_that_is_kept_means_no_wait_and_one_that_is_not_does(folder):
    said, code = [], KeptCode("paths.pnl_of_paths-1.py311")
    code.save("float64", "machine code")
    announce_compiling(said.append)
    assert code.load("float64") == "machine code"
    assert said == []
    assert code.load("float32") is None  # kept for one precision, it is compiled for another
    assert code.load("float16") is None
    assert said == [ONCE]


def test_the_parts_that_it_takes_in_are_counted_now_and_then(folder):
    said, now = [], [0.0]
    announce_compiling(said.append, lambda: now[0])
    KeptCode("paths.pnl_of_paths-1.py311").load("float64")
    increment = njit(**PART)(lambda x: x + 1.0)

    @njit
    def kernel(x):
        return increment(x)

    for kind in (np.float64, np.float32, np.int64, np.uint64):
        now[0] += 4.0
        assert kernel(kind(2)) == 3.0
    said_of_parts = [f"compiling kernels: {n} of about {N_PARTS} parts" for n in (2, 4)]
    assert said == [ONCE, *said_of_parts]


def test_a_cache_that_cannot_be_written_means_a_wait_in_every_run(folder, monkeypatch):
    monkeypatch.setattr(ByContent, "is_written", False)
    said = []
    announce_compiling(said.append)
    KeptCode("paths.pnl_of_paths-1.py311").load("float64")
    assert said == [
        f"compiling kernels, some 20 s in every run: {folder} cannot be written; UNWIND_CACHE names another folder"
    ]
