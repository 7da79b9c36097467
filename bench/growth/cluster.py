"""A dask cluster on this machine: a scheduler and workers of one core each, in processes of their own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.machine import ROOT
from engine.errors import RiskError

START_S = 60.0


@contextmanager
def local_cluster(n_workers: int) -> Iterator[str]:
    """Start a scheduler and its workers, give its address, and end them all. Raises RiskError if it does not start."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        at_any_port = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        children = [_dask(folder, "scheduler", *at_any_port)]
        try:
            address = _address(folder, children[0])
            for _ in range(n_workers):
                settings = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", name)
                children.append(_dask(folder, "worker", "--memory-limit", "0", *settings))
            yield address
        finally:
            for child in reversed(children):
                child.kill()
                child.wait()


def _dask(folder: Path, part: str, *arguments: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "dask", part, "--scheduler-file", str(folder / "scheduler.json"), *arguments]
    with (folder / "log").open("ab") as log:
        environment = {**os.environ, "PYTHONPATH": paths, "NUMBA_NUM_THREADS": "1"}
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)


def _address(folder: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Wait until the scheduler has written where it listens."""
    path, until = folder / "scheduler.json", time.monotonic() + START_S
    while not (path.exists() and path.read_text(encoding="utf-8").endswith("}")):
        if scheduler.poll() is not None or time.monotonic() > until:
            raise RiskError(f"dask's scheduler did not start: {(folder / 'log').read_text(encoding='utf-8')[-500:]}")
        time.sleep(0.05)
    return str(json.loads(path.read_text(encoding="utf-8"))["address"])
