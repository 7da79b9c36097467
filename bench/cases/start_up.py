"""From a cold process to the first answer; and, apart, what compiling the kernels takes once."""

import tempfile
from statistics import median

from bench.command import FinishedCommand, unwind
from bench.records import CaseResult, Row

ROUNDS = 3
QUICK_NAME = "unwind run --paths 1000"
QUICK = ("run", "--paths", "1000", "--json")


def measure() -> CaseResult:
    """See the module."""
    kept = unwind(*QUICK)  # compiles, if nobody did
    ran = {
        "unwind --help": [unwind("--help") for _ in range(ROUNDS)],
        QUICK_NAME: [unwind(*QUICK) for _ in range(ROUNDS)],
        "unwind demo": [unwind("demo", "--json") for _ in range(ROUNDS)],
    }
    with tempfile.TemporaryDirectory() as folder:
        cold = unwind(*QUICK, env={"UNWIND_CACHE": folder})
    if cold.digests != kept.digests:
        raise AssertionError("kernels compiled anew give another P&L")
    demo = ran["unwind demo"][-1].result
    return CaseResult(
        name="start_up",
        clock="wall",
        title="From a cold process to an answer, compiled kernels kept on disk",
        rows=(*(_row(name, runs) for name, runs in ran.items()), _row("unwind run, nothing compiled yet", [cold])),
        figures={
            **{f"{name}, processor_s": median(run.processor_s for run in runs) for name, runs in ran.items()},
            "compile_processor_s": cold.processor_s - ran[QUICK_NAME][-1].processor_s,
            "compile_s": cold.result["timing"]["compile_s"],
            "demo_n_paths": demo["run"]["n_paths"],
            "demo_load_kernels_s": demo["timing"]["compile_s"],
            "demo_simulate_s": demo["timing"]["simulate_s"],
            "demo_peak_mib": ran["unwind demo"][-1].peak_bytes / 2**20,
        },
        asserted=("kernels compiled anew and kept ones give the same sha256",),
    )


def _row(name: str, runs: list[FinishedCommand]) -> Row:
    walls = [run.wall_s for run in runs]
    return Row(name=name, unit="answers", work=1.0, median_s=median(walls), best_s=min(walls), seconds=tuple(walls))
