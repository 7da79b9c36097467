"""`python -m bench.lone_contender BACKEND PRECISION PATHS`: one contender in a process of its own.

So its start, its first call and its memory are nobody else's. The times are JSON on the last line.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.contender import Contender, shared_work
from bench.start import answer_of
from engine.run.backend import choose_backend
from kernels.base import AbstractBackend

CALLS = 3  # after the first


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneTimes:
    """What a process measured of its contender. A call is a run of `n_paths` from constants to VaR and ES."""

    import_s: float  # the backend's modules, and its device found
    compile_s: float  # prepare: kernels compiled, or loaded where they are kept
    compile_processor_s: float  # the same by the processor's clock, which a busy machine hardly stretches
    n_paths: int
    first_call_s: float
    later_call_s: float  # median of CALLS
    peak_host_mib: float | None  # largest resident memory; None where the system does not say
    peak_device_mib: float  # what arrays took; without the driver's own
    sha256: tuple[str, ...]  # of the P&L, by row

    @property
    def start_s(self) -> float:
        """Return the seconds until the first call may begin."""
        return self.import_s + self.compile_s


def measure(choose: Callable[[], AbstractBackend], precision: str, n_paths: int) -> LoneTimes:
    """Time a contender from its choice on."""
    packed = shared_work()
    start = time.perf_counter()
    contender = Contender(backend=choose(), precision=precision, packed=packed)
    import_s = time.perf_counter() - start
    processor = time.process_time()
    compile_s, _ = _timed(contender.prepare)
    processor = time.process_time() - processor
    first_call_s, sha256 = _timed(lambda: contender.end_to_end(n_paths))
    later = [_timed(lambda: contender.end_to_end(n_paths)) for _ in range(CALLS)]
    if {digests for _, digests in later} != {sha256}:
        raise AssertionError(f"{contender.name}: calls of one seed differ")
    return LoneTimes(
        import_s=import_s,
        compile_s=compile_s,
        compile_processor_s=processor,
        n_paths=n_paths,
        first_call_s=first_call_s,
        later_call_s=median(seconds for seconds, _ in later),
        peak_host_mib=_peak_host_mib(),
        peak_device_mib=contender.peak_device_bytes / 2**20,
        sha256=sha256,
    )


def measure_in_a_process(backend: str, precision: str, n_paths: int, cache: Path) -> LoneTimes:
    """Measure in a new process whose compiled kernels are kept in `cache`. RiskError if it fails."""
    found = answer_of("bench.lone_contender", backend, precision, str(n_paths), env={"UNWIND_CACHE": str(cache)})
    return LoneTimes(**{**found, "sha256": tuple(found["sha256"])})


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def _peak_host_mib() -> float | None:
    """Read Linux's own count for this process: getrusage counts that of the process before it, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    name, precision, n_paths = sys.argv[1:]
    print(json.dumps(asdict(measure(lambda: choose_backend(name, lambda _: None), precision, int(n_paths)))))
