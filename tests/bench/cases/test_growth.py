import pytest

from bench.cases import growth
from bench.growth.ladder import Ladder
from bench.timing import WALL, Work


def ladder(name):
    rungs = {n: Work(call=lambda: None, units=float(n)) for n in (1, 2)}
    return Ladder(name=name, rungs=rungs, clock=WALL, asserted=f"{name}: equal")


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(growth, "_kernels", lambda: (lambda: ladder("paths"),))
    monkeypatch.setattr(growth, "book_ladders", lambda folder, what, sizes, n: [ladder(f"{what}: pack")])
    monkeypatch.setattr(growth, "threads_ladder", lambda cores, n_paths: ladder("threads"))


def test_each_ladder_has_rows_an_exponent_and_what_was_asserted(made, monkeypatch):
    def without(cores, n_paths):
        raise growth.InputError("--dask needs dask's distributed")

    monkeypatch.setattr(growth, "n_cores", lambda: 2)
    monkeypatch.setattr(growth, "workers_ladder", without)
    case = growth.measure()
    assert list(case.figures) == ["paths", "positions: pack", "books: pack", "threads"]
    assert [row.name for row in case.rows[:2]] == ["paths, 1", "paths, 2"]
    assert case.asserted[0] == "paths: equal"
    assert case.absent == ("workers: --dask needs dask's distributed",)


def test_one_core_has_no_ladder_of_cores(made, monkeypatch):
    monkeypatch.setattr(growth, "n_cores", lambda: 1)
    assert growth.measure().absent == ("threads and workers: there is one core",)
