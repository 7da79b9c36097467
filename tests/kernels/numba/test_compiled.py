"""A wait for the compiler is announced where nothing is kept, and only there."""

import pytest

from kernels.numba import settings as numba_settings
from kernels.numba.compiled import compile_notice
from kernels.numba.kept import ByContent


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(numba_settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ByContent, "folders", (tmp_path,))
    monkeypatch.setattr(ByContent, "is_written", True)
    return tmp_path


def test_an_empty_cache_means_a_wait_and_a_kept_kernel_none(folder):
    assert compile_notice() == (
        "compiling kernels for this machine, once: some 40 s (`unwind warm` does it beforehand, on all cores)"
    )
    (folder / "paths.pnl_of_paths-1.py311-0.nbc").touch()
    assert compile_notice() is None


def test_kernels_of_an_image_mean_none_though_the_cache_is_empty(folder, monkeypatch, tmp_path_factory):
    image = tmp_path_factory.mktemp("image")
    (image / "paths.pnl_of_paths-1.py311-0.nbc").touch()
    monkeypatch.setattr(ByContent, "folders", (folder, image))
    assert compile_notice() is None


def test_a_cache_that_cannot_be_written_means_a_wait_in_every_run(folder, monkeypatch):
    monkeypatch.setattr(ByContent, "is_written", False)
    said = compile_notice()
    assert said is not None
    assert said.startswith(f"compiling kernels, some 40 s in every run: {folder} cannot be written; UNWIND_CACHE names")
