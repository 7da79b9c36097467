"""Counters of a kernel by Nsight Compute, where it is installed: how busy each pipe of a multiprocessor was."""

import csv
import subprocess
import sys
from collections.abc import Sequence

from bench.gpu.cases.builds import name_of
from bench.gpu.device import GpuBench
from bench.gpu.needs import profiler_path
from bench.machine import ROOT
from bench.records import CaseResult, Row
from engine.errors import RiskError

SHARE = "avg.pct_of_peak_sustained_active"
# Metric -> what it is called in the result. Shares are percents of what a multiprocessor does at most while it is busy.
METRICS = {
    "gpu__time_duration.sum": "duration",
    "smsp__inst_executed.sum": "instructions",
    f"sm__inst_issued.{SHARE}": "issue_percent",
    f"sm__inst_executed_pipe_fp64.{SHARE}": "fp64_percent",
    f"sm__inst_executed_pipe_fma.{SHARE}": "fma_percent",
    f"sm__inst_executed_pipe_alu.{SHARE}": "alu_percent",
    f"sm__inst_executed_pipe_xu.{SHARE}": "xu_percent",
    f"sm__inst_executed_pipe_lsu.{SHARE}": "lsu_percent",
    f"sm__warps_active.{SHARE}": "warps_percent",
    "launch__registers_per_thread": "registers",
    "l1tex__t_bytes_pipe_lsu_mem_local_op_ld.sum": "spill_loads",
}
NANOSECONDS = {"ns": 1.0, "nsecond": 1.0, "us": 1e3, "usecond": 1e3, "ms": 1e6, "msecond": 1e6, "s": 1e9, "second": 1e9}
LAUNCH_S = 120.0  # a program under the profiler may take so long


def measure(bench: GpuBench) -> CaseResult:
    """See the module. Raises RiskError where the profiler is not installed, or may not read counters."""
    profiler = profiler_path()
    if profiler is None:
        raise RiskError("Nsight Compute (ncu) is not installed: no counters")
    figures: dict[str, dict[str, float]] = {}
    metrics = metrics_there(profiler)
    for law, precision, (paths, blocks) in bench.profiled:
        arguments = (law, precision, str(paths), str(blocks), *(("--host",) if bench.is_host else ()))
        figures[name_of(law, precision, (paths, blocks))] = counters_of(profiler, metrics, *arguments)
    return CaseResult(
        name="gpu_counters",
        clock="wall",
        title=f"Counters of {bench.n_paths:,} paths x {bench.n_steps} steps on {bench.backend.device()}",
        rows=tuple(_row(name, found, float(bench.n_paths * bench.n_steps)) for name, found in figures.items()),
        figures=figures,
        asserted=(),
    )


def metrics_there(profiler: str) -> list[str]:
    """Return those of METRICS that the profiler knows of this device: one that it does not know would fail all."""
    done = subprocess.run([profiler, "--query-metrics"], capture_output=True, text=True, check=False, timeout=LAUNCH_S)
    known = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    named = {metric: metric.partition(".")[0] for metric in METRICS}
    return [metric for metric, base in named.items() if base in known or base.startswith("launch__")]


def counters_of(profiler: str, metrics: Sequence[str], *arguments: str) -> dict[str, float]:
    """Return the counters of the second launch of `python -m bench.gpu.launch`, by their names here.

    Raises
    ------
    RiskError
        The profiler failed, or gave no counter; holds its words.
    """
    command = [
        *(profiler, "--csv", "--metrics", ",".join(metrics)),
        *("--kernel-name", "regex:pnl_of_paths|walk_paths", "--launch-skip", "1", "--launch-count", "1"),
        *(sys.executable, "-m", "bench.gpu.launch", *arguments),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LAUNCH_S)
    found = parsed_counters(done.stdout)
    if done.returncode or not found:
        raise RiskError(f"ncu gave no counters: {(done.stderr or done.stdout).strip()[-500:]}")
    return found


def parsed_counters(text: str) -> dict[str, float]:
    """Read counters from the profiler's CSV, whatever lines stand around it; durations in nanoseconds."""
    lines = [line for line in text.splitlines() if line.startswith('"')]
    found = {}
    for row in csv.DictReader(lines):
        name = METRICS.get(row.get("Metric Name", ""))
        if name is None:
            continue
        value = float(row["Metric Value"].replace(",", ""))
        found[name] = value * NANOSECONDS[row["Metric Unit"]] if name == "duration" else value
    return {f"{name}_ns" if name == "duration" else name: value for name, value in found.items()}


def _row(name: str, found: dict[str, float], work: float) -> Row:
    seconds = 1e-9 * found["duration_ns"]
    return Row(name=name, unit="path-steps", work=work, median_s=seconds, best_s=seconds, note="under the profiler")
