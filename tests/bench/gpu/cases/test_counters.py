"""Counters are read from what the profiler prints; one that posed as it runs the program, too."""

import dataclasses
import os
import sys

import pytest

from bench.gpu import needs
from bench.gpu.cases import counters
from bench.gpu.cases.counters import METRICS, counters_of, measure, metrics_there, parsed_counters
from bench.gpu.device import on_host
from engine.errors import RiskError

HEAD = '"ID","Kernel Name","Section Name","Metric Name","Metric Unit","Metric Value"'
PRINTED = f"""==PROF== Connected to process 12
{HEAD}
"0","pnl_of_paths","Command line profiler metrics","gpu__time_duration.sum","msecond","12.50"
"0","pnl_of_paths","Command line profiler metrics","smsp__inst_executed.sum","inst","12,345,678"
"0","pnl_of_paths","Command line profiler metrics","sm__warps_active.avg.pct_of_peak_sustained_active","%","24.9"
"0","pnl_of_paths","Command line profiler metrics","another__metric.sum","","1"
==PROF== Disconnected from process 12
"""


def test_counters_have_their_names_and_one_unit():
    expected = {"duration_ns": 12.5e6, "instructions": 12_345_678.0, "warps_percent": 24.9}
    assert parsed_counters(PRINTED) == expected
    assert parsed_counters("==PROF== nothing\n") == {}


@pytest.fixture
def profiler(tmp_path):
    """A program that takes the profiler's options, and prints what it would."""

    def _profiler(printed, code=0, runs="true"):
        path = tmp_path / "ncu"
        (tmp_path / "printed").write_text(printed, encoding="utf-8")
        query = "gpu__time_duration  Duration\\nsm__inst_issued  Issued"
        path.write_text(
            f'#!/bin/sh\n[ "$1" = --query-metrics ] && {{ printf "{query}\\n"; exit 0; }}\n{runs}\n'
            f"cat {tmp_path}/printed\nexit {code}\n",
            encoding="utf-8",
        )
        path.chmod(0o755)
        return str(path)

    return _profiler


def test_only_metrics_that_the_device_has_are_asked_for(profiler):
    found = metrics_there(profiler(PRINTED))
    assert found == [each for each in METRICS if each.startswith(("gpu__", "sm__inst_issued", "launch__"))]


def test_a_profiler_that_may_not_read_counters_is_quoted(profiler):
    with pytest.raises(RiskError, match=r"ncu gave no counters: ==ERROR== ERR_NVGPUCTRPERM"):
        counters_of(profiler("==ERROR== ERR_NVGPUCTRPERM\n", code=1), ["gpu__time_duration.sum"])


def test_without_a_profiler_it_says_so(monkeypatch):
    monkeypatch.setattr(counters, "profiler_path", lambda: None)
    with pytest.raises(RiskError, match="is not installed"):
        measure(on_host())


@pytest.mark.slow  # a process that loads everything, and a build by g++
def test_a_build_is_launched_under_the_profiler(profiler, monkeypatch, root):
    # The options of ncu end where Python's path begins.
    runs = f'while [ "$1" != "{sys.executable}" ]; do shift; done; "$@" || exit 3'
    path = profiler(PRINTED, runs=runs)
    monkeypatch.setenv("PATH", f"{os.path.dirname(path)}{os.pathsep}{os.environ['PATH']}")
    assert needs.profiler_path() == path
    case = measure(dataclasses.replace(on_host(), profiled=(("plain 16", "float64", (1, 4)),)))
    assert [row.name for row in case.rows] == ["plain 16, float64, 1 paths x 4 blocks"]
    assert case.rows[0].median_s == pytest.approx(0.0125)
