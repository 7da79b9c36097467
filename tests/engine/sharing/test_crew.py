"""Workers of a cluster are asked what they are, and one that differs gets nothing to do."""

import pytest

import engine.sharing.crew as crew_module
from engine.errors import BusyError
from engine.sharing.crew import Crew
from engine.sharing.worker_facts import worker_facts


class Future:
    def __init__(self, answer: object) -> None:
        self.status = "pending" if answer is None else "finished"
        self.answer = answer

    def result(self, timeout: float) -> object:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self) -> None:
        self.status = "released"


class Client:
    """A cluster whose workers answer as they are told."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.answers, 1)

    def submit(self, function, *, workers, **_: object) -> Future:
        assert function is worker_facts
        (worker,) = workers
        return Future(self.answers[worker])


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(crew_module, "ASK_S", 0.0)


def test_only_those_that_are_as_this_process_compute_and_each_other_is_named_once():
    other = dict(worker_facts()) | {"numpy": "1.0"}
    said = []
    crew = Crew(
        Client(a=worker_facts(), b=other, c=ImportError("no module named engine"), d=None),
        "tcp://s:1",
        said.append,
        None,
    )
    for _ in range(3):
        assert crew.fit() == ("a",)
    assert len(said) == 2
    assert said[0].startswith("worker b gets no block: numpy 1.0, here ")
    assert "worker c gets no block: it cannot say what it is: ImportError" in said[1]


def test_who_leaves_is_fit_no_more_and_who_comes_is_asked():
    client = Client(a=worker_facts())
    crew = Crew(client, "tcp://s:1", lambda _: None, None)
    assert crew.fit() == ("a",)
    client.answers = {"b": worker_facts()}
    assert crew.fit() == ("b",)


def test_who_is_refused_stays_refused():
    said = []
    crew = Crew(Client(a=worker_facts(), b=worker_facts()), "tcp://s:1", said.append, None)
    assert crew.fit() == ("a", "b")
    crew.refuse("a", "its block of cell 0 is wrong")
    crew.refuse("a", "again")
    assert crew.fit() == ("b",)
    assert said == ["worker a gets no block: its block of cell 0 is wrong"]


def test_a_cluster_whose_every_worker_differs_is_given_up(monkeypatch):
    crew = Crew(Client(a=dict(worker_facts()) | {"numba": "0.1"}), "tcp://s:1", lambda _: None, None)
    assert crew.fit() == ()
    monkeypatch.setattr(crew_module, "NONE_FITS_S", -1.0)
    with pytest.raises(BusyError, match=r"every worker of tcp://s:1 differs .* a: numba 0.1, here"):
        crew.fit()


def test_a_cluster_without_workers_is_waited_for(monkeypatch):
    crew = Crew(Client(), "tcp://s:1", lambda _: None, None)
    monkeypatch.setattr(crew_module, "NONE_FITS_S", -1.0)
    assert crew.fit() == ()
    crew.close()
