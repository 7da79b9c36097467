import sys
from pathlib import Path

import pytest

from bench.plot import check_plot, draw_plot
from bench.records import CaseResult, Row
from engine.errors import InputError


def test_a_plot_needs_the_case_that_it_shows():
    with pytest.raises(InputError, match="a plot shows the case 'crossover'"):
        check_plot(Path("a.png"), ["normals"])


def test_a_plot_is_refused_for_a_file_that_is_no_picture():
    with pytest.raises(InputError, match=r"must end in \.png, \.svg or \.pdf"):
        check_plot(Path("a.json"), ["crossover"])


def test_without_matplotlib_the_way_out_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install 'unwind-risk\[plot\]'"):
        check_plot(Path("a.png"), ["crossover"])


def test_a_plot_is_written(tmp_path):
    pytest.importorskip("matplotlib")
    rows = tuple(
        Row(name=f"{name}, {n} paths, {kind}", unit="paths", work=n, median_s=1e-6 * n, best_s=1e-6 * n, note=kind)
        for name in ("numba float64", "cuda float64")
        for kind in ("kernel", "end to end")
        for n in (100, 1000)
    )
    draw_plot(
        (CaseResult(name="crossover", title="Cost", clock="wall", rows=rows),), "a machine", tmp_path / "cost.svg"
    )
    drawn = (tmp_path / "cost.svg").read_text(encoding="utf-8")
    assert "<svg" in drawn
    assert all(f"<!-- {text} -->" in drawn for text in ("numba float64", "cuda float64", "kernel", "end to end"))
