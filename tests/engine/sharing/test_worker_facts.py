"""A worker is as this process where its program, versions, machine and compiler's settings are."""

import pickle

import pytest

from engine.sharing.program_digest import code
from engine.sharing.worker_facts import DifferentWorkerError, differences, worker_facts


@pytest.fixture
def here():
    return dict(worker_facts())


def test_a_process_does_not_differ_from_itself(here):
    assert here["engine and kernels"] == code()["sha256"]
    assert differences(here, dict(here)) == ""


@pytest.mark.parametrize("name", ["engine and kernels", "numpy", "numba", "python", "llvmlite", "NUMBA_OPT", "machine"])
def test_each_difference_is_named_with_both_sides(here, name):
    assert differences(here, here | {name: "other"}).startswith(f"{name} other, here ")


def test_digests_are_cut_and_what_is_not_there_is_said(here):
    assert differences(here, here | {"engine and kernels": "a" * 64}).startswith("engine and kernels aaaaaaaaaaaa...,")
    del here["numba"]
    assert differences(worker_facts(), here).startswith("numba None, here ")
    assert "it answers list" in differences(here, [])


def test_the_settings_of_the_compiler_are_among_them(monkeypatch):
    monkeypatch.setenv("NUMBA_OPT", "0")
    worker_facts.cache_clear()
    try:
        assert worker_facts()["NUMBA_OPT"] == "0"
    finally:
        worker_facts.cache_clear()


def test_a_worker_s_refusal_comes_through_a_connection():
    error = pickle.loads(pickle.dumps(DifferentWorkerError("tcp://a:1", "numpy 1, here 2")))
    assert (error.worker, error.why) == ("tcp://a:1", "numpy 1, here 2")
