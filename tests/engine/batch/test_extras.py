"""What a batch file asks for and the installation lacks is said before the night begins."""

import sys

import pytest

from engine.batch.extras import missing_extras
from engine.batch.plan import planned
from engine.inputs.batch import read_batch


@pytest.mark.parametrize(("wanted", "lacking", "n"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_only_what_is_asked_for_and_lacking_is_missing(folder, monkeypatch, wanted, lacking, n):
    if wanted:
        folder.edit("block_cells = 1", "block_cells = 1\nreport = true")
    if lacking:
        monkeypatch.setitem(sys.modules, "jinja2", None)
    else:
        pytest.importorskip("jinja2")
    found = missing_extras(read_batch(folder.file))
    assert len(found) == n
    assert all("needs jinja2, which" in text and "pip install 'unwind-risk[report]'" in text for text in found)


def test_it_is_a_fault_of_the_plan(folder, monkeypatch):
    folder.edit("block_cells = 1", "block_cells = 1\nreport = true")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    (fault,) = planned(read_batch(folder.file), lambda _: None, probe=False).faults
    assert fault.startswith("extra report: `report = true` needs jinja2")
