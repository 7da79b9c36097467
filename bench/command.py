"""Run the `unwind` command as a user would, in a process of its own: its time, its memory, its answer."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.machine import ROOT
from engine.errors import RiskError

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCommand:
    """One run of the command."""

    wall_s: float
    processor_s: float  # of all threads: what a busy machine does not stretch
    peak_bytes: int  # largest resident memory
    stdout: str

    @property
    def result(self) -> dict[str, Any]:
        """Return the JSON object on stdout."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def digests(self) -> tuple[str, ...]:
        """Return the P&L digest of each result."""
        return tuple(row["pnl_sha256"] for row in self.result["results"])


def unwind(*arguments: str, env: Mapping[str, str] | None = None) -> FinishedCommand:
    """Run `unwind`; RiskError with its words if it fails.

    The peak counts this process too, up to the moment that the other one starts: keep it small, import no numba here.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *_python_path()]), **(env or {})}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        command = [sys.executable, "-P", "-m", "unwind_risk", *arguments]  # -P: whatever stands in the current folder
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RiskError(f"unwind {' '.join(arguments)} ended with {process.returncode}: {errors.read().decode()}")
        processor_s = usage.ru_utime + usage.ru_stime
        return FinishedCommand(
            wall_s=wall_s,
            processor_s=processor_s,
            peak_bytes=usage.ru_maxrss * MAXRSS_BYTES,
            stdout=out.read().decode(),
        )


def _python_path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
