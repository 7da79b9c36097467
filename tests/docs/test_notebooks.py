"""The notebooks of the pages run from a clean kernel, without anything beside them, and show what they are for."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.source_files import ROOT

FOLDER = ROOT / "docs" / "notebooks"
SHOWN = {  # notebook -> what its outputs must hold
    "tonight": (
        "18 factors on 2025-05-28",
        "coupon: must be at least 0 and below 0.1, got 4.25; is 0.0425 meant?",
        "<Result of 10,000 paths over 10 business days from 2025-05-28: filtered, repatriation-2025>",
        "life-insurer",
        "image/png",
    ),
    "why": (
        "In base the worst 1 % of paths lose ",
        "JGB yields rise together",
        "<Replay of path ",
        "<WhatIf of 1 trade on 2025-05-28>",
        "<Hedge on 2025-05-28: ",
        "ways to lose JPY 25,000,000,000",
    ),
    "backtest": (
        "<Market of 2025-05-28: 18 factors; made in memory>",
        "rows are of the last 1,000",
        "<Backtest of historical-250, gaussian from 2025-01-06 to 2025-05-14>",
        "2025-04-07",
        "image/png",
    ),
}


def outputs(name, monkeypatch):
    """Run a notebook and return all that its cells show, as one text."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "notebooks are kept without outputs"
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(f"{each.get('text', '')} {each.get('data', '')}" for each in shown)


def test_every_notebook_is_run():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SHOWN)


def test_tonight_reads_checks_runs_and_draws(monkeypatch):
    assert_shown("tonight", monkeypatch)


@pytest.mark.parametrize("name", ["why", "backtest"])
def test_the_others_show_what_they_are_for(name, monkeypatch):
    assert_shown(name, monkeypatch)


def assert_shown(name, monkeypatch):
    shown = outputs(name, monkeypatch)
    assert [each for each in SHOWN[name] if each not in shown] == []
    assert str(ROOT) not in shown
