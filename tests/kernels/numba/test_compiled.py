"""A wait for the compiler is announced when it begins, with how far it is, and only then."""

import pytest

from kernels.numba import settings as numba_settings
from kernels.numba.compiled import announce_compiling
from kernels.numba.kept import ByContent, KeptCode

ONCE = "compiling kernels, once, some 40 s; `unwind warm` does it beforehand, on all cores"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(numba_settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ByContent, "folders", (tmp_path,))
    monkeypatch.setattr(ByContent, "is_written", True)
    monkeypatch.setattr(KeptCode, "n_compiled", 0)
    monkeypatch.setattr(KeptCode, "told", None)
    return tmp_path


def test_a_kernel_that_is_kept_means_no_wait_and_one_that_is_not_does(folder):
    said, code = [], KeptCode("paths.pnl_of_paths-1.py311")
    code.save("float64", "machine code")
    announce_compiling(said.append)
    assert code.load("float64") == "machine code"
    assert said == []
    assert code.load("float32") is None  # kept for one precision, it is compiled for another
    assert said == [ONCE]


def test_those_that_follow_are_counted_now_and_then(folder):
    said, now = [], [0.0]
    announce_compiling(said.append, lambda: now[0])
    code = KeptCode("paths.pnl_of_paths-1.py311")
    for key in range(25):
        code.load(key)
        now[0] += 1.0
        code.save(key, "machine code")
    assert said == [ONCE, "compiling kernels: 10 of about 70", "compiling kernels: 20 of about 70"]


def test_a_cache_that_cannot_be_written_means_a_wait_in_every_run(folder, monkeypatch):
    monkeypatch.setattr(ByContent, "is_written", False)
    said = []
    announce_compiling(said.append)
    KeptCode("paths.pnl_of_paths-1.py311").load("float64")
    assert said == [
        f"compiling kernels, some 40 s in every run: {folder} cannot be written; UNWIND_CACHE names another folder"
    ]
