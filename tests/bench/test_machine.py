import os
from datetime import date

from bench import machine


def test_facts_name_date_processor_cores_and_versions():
    facts = machine.facts("a device", "a GPU")
    assert date.fromisoformat(facts["date"])
    assert facts["cpu"]
    assert (facts["device"], facts["gpu"]) == ("a device", "a GPU")
    assert 1 <= facts["cores"] <= os.cpu_count()
    assert {"numpy", "numba"} <= facts["versions"].keys()


def test_outside_a_checkout_there_is_no_commit(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    assert machine.facts("a device", None)["commit"] is None
