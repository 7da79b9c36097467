"""A wait for the compiler is announced where nothing is kept, and only there."""

from kernels.numba import settings as numba_settings
from kernels.numba.compiled import compile_notice


def test_an_empty_cache_means_a_wait_and_a_kept_kernel_none(monkeypatch, tmp_path):
    monkeypatch.setattr(numba_settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setitem(numba_settings.STRICT, "cache", True)
    assert compile_notice() == "compiling kernels for this machine, once: some 40 s"
    (tmp_path / "paths.simulate-1.py311.nbi").touch()
    assert compile_notice() is None


def test_a_cache_that_cannot_be_written_means_a_wait_in_every_run(monkeypatch, tmp_path):
    monkeypatch.setattr(numba_settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setitem(numba_settings.STRICT, "cache", False)
    assert compile_notice() == f"compiling kernels, some 40 s in every run: {tmp_path} cannot be written"
