"""What `make gpu` does, part by part, within a quarter of an hour; what is done is written after each part.

Starts with the standard library alone, so that a bare machine gets a list of what to bring instead of a traceback.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.gpu.needs import absent, how_to_bring, missing, newest_cuda, profiler_path

ROOT = Path(__file__).parents[2]
GPU_TESTS = (
    "tests/kernels/cuda/host/test_backend.py",
    "tests/kernels/cuda/test_filtered.py",
    "tests/kernels/cuda/test_unwind.py",
)
MINUTES = 15.0
LEAST_S = 20.0  # a part is not begun with less time left
COUNTERS = "gpu_counters"
# Parts in the order in which a machine lent for minutes is used best, with the seconds that each may take.
GPU_CASES = {"gpu_builds": 300.0, "gpu_walks": 180.0, COUNTERS: 150.0}  # on a device alone
SIDE_BY_SIDE = {"crossover": 180.0}  # end to end, numba and numpy beside it
TESTS_S = 300.0
COMMAND = ("QuantLib", "pandas", "rich", "typer")  # what the `unwind` command needs besides
# Cases without a GPU, which are left out where what they need is not there
OTHER_CASES: dict[str, tuple[str, ...]] = {
    "normals": (),
    "walk": ("QuantLib",),
    "stages": (),
    "revaluation": ("QuantLib",),
    "options": ("QuantLib",),
    "end_to_end": COMMAND,
    "start_up": COMMAND,
    "unwind": (),
    "filtered": ("QuantLib",),
    "growth": COMMAND,
    "time_to_error": ("QuantLib",),
}
TEMPORARY = 75  # exit code: it may work later


@dataclass(slots=True, kw_only=True)
class Session:
    """One call of the script: the time it has, where its result goes, what it has so far."""

    is_host: bool
    paths: tuple[Path, ...]
    until: float  # of time.monotonic
    result: dict[str, Any]
    failed: list[str] = field(default_factory=list)

    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self.until - time.monotonic()

    def part(self, name: str, limit_s: float, run: Callable[[float], list[dict[str, Any]]]) -> None:
        """Run a part within its limit and what is left, and write what it found, or why it found nothing.

        run   of the seconds that it may take: the cases that it gives
        """
        seconds = min(limit_s, self.left_s())
        begin = time.monotonic()
        if seconds < LEAST_S:
            self.leave_out(name, "no time was left")
            return
        say(f"{name}: {self.left_s():.0f} s left, {seconds:.0f} s at most")
        try:
            self.result["cases"] += run(seconds)
        except subprocess.TimeoutExpired:
            self.failed.append(name)
            self._done(name, f"failed: it took longer than {seconds:.0f} s")
        except PartError as error:
            self.failed.append(name)
            self._done(name, f"failed: {error}")
        else:
            self._done(name, f"done in {time.monotonic() - begin:.0f} s")

    def leave_out(self, name: str, why: str) -> None:
        """Say and write why a part is not run."""
        self._done(name, f"left out: {why}")

    def _done(self, name: str, how: str) -> None:
        say(f"{name}: {how}")
        self.result["parts"][name] = how
        for path in self.paths:
            write(path, self.result)


class PartError(Exception):
    """A part failed; the others go on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it all; the exit code says whether it all held."""
    chosen = _parser().parse_args(arguments)
    if chosen.host:
        return run_parts(_session(chosen, "host build"))
    packages = missing(newest_cuda())
    if packages:
        say(how_to_bring(packages))
        return 1
    from kernels.cuda.host.check import cuda_fault

    fault = cuda_fault()
    if fault:
        say(f"no GPU can run here: {fault.message}")
        return TEMPORARY if fault.is_temporary else 1
    return run_parts(_session(chosen, None))


def run_parts(session: Session) -> int:
    """Run every part; 1 where one failed."""
    flags = ("--host",) if session.is_host else ()
    for name, limit_s in GPU_CASES.items():
        if name == COUNTERS and profiler_path() is None:
            session.leave_out(name, "Nsight Compute (ncu) is not installed")
        else:
            session.part(name, limit_s, case_of("bench.gpu.child", name, *flags))
    for name, limit_s in ({} if session.is_host else SIDE_BY_SIDE).items():
        session.part(name, limit_s, case_of("bench.child", name))
    session.part("identity", TESTS_S, partial(_tests, is_host=session.is_host))
    for name, needs in ({} if session.is_host else OTHER_CASES).items():
        if lacking := absent(needs):
            session.leave_out(name, f"{', '.join(lacking)} not installed")
        else:
            session.part(name, session.left_s(), case_of("bench.child", name))
    return int(bool(session.failed))


def case_of(module: str, *arguments: str) -> Callable[[float], list[dict[str, Any]]]:
    """Return a part that runs a case in a process of its own; see `answer`."""
    return lambda seconds: [answer(module, seconds, *arguments)]


def answer(module: str, seconds: float, *arguments: str) -> dict[str, Any]:
    """Run a module in a process of its own: the JSON object on its last line.

    Raises
    ------
    PartError
        It failed; holds its words.
    subprocess.TimeoutExpired
        It took longer than `seconds`, and was ended.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)
    if done.returncode:
        raise PartError((done.stderr or done.stdout).strip()[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def say(line: str) -> None:
    """Print to stderr."""
    print(line, file=sys.stderr, flush=True)


def file_name(device: str) -> str:
    """Return `NVIDIA H200 (GPU 0), ...` as part of a file's name."""
    return device.split(" (")[0].lower().replace(" ", "-")


def write(path: Path, result: dict[str, Any]) -> None:
    """Put what there is so far into the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.gpu",
        description="Identity, builds, kernels, tails, counters and whole runs on this machine's GPUs, in one call.",
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help="in all (default: %(default)g)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the result into this folder, too")
    parser.add_argument(
        "--host",
        action="store_true",
        help="run the script on the kernels that g++ builds: each line of it, on the processor, timing nothing",
    )
    return parser


def _session(chosen: argparse.Namespace, device: str | None) -> Session:
    """Begin: facts of the machine, and a file in bench/results and in `--out`; of the host build in that alone."""
    until = time.monotonic() + 60.0 * chosen.minutes
    machine = answer("bench.child", 60.0 * chosen.minutes, "machine")
    name = f"{time.strftime('%Y-%m-%d', time.gmtime())}-{file_name(device or str(machine['gpu']))}.json"
    folders = [] if chosen.host else [ROOT / "bench" / "results"]
    if chosen.out is not None or chosen.host:
        folders.append(chosen.out or Path(tempfile.mkdtemp(prefix="unwind-gpu-")))
    paths = tuple(folder / name for folder in folders)
    say(f"results go to {' and '.join(map(str, paths))}")
    result = {"schema": 1, "machine": machine, "parts": {}, "cases": []}
    return Session(is_host=chosen.host, paths=paths, until=until, result=result)


def _tests(seconds: float, *, is_host: bool) -> list[dict[str, Any]]:
    """Run the tests that hold the kernels on a device to numba's bits; without one, find them."""
    flags = ["--collect-only"] if is_host else []
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-k", "not every_number", *flags, *GPU_TESTS]
    done = subprocess.run(tests, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)
    say(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip())
    if done.returncode:
        raise PartError(done.stdout.strip()[-2000:])
    return []
