"""Real dask clusters: a scheduler and workers in processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, folder: Path, *tls: str) -> None:
        self.folder = folder
        self.tls = tls
        self.children: list[subprocess.Popen[bytes]] = []
        self.info = folder / "scheduler.json"
        protocol = ["--protocol", "tls"] if tls else []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", self.info,
                                     "--dashboard-address", "127.0.0.1:0", *protocol)  # fmt: skip

    @property
    def address(self) -> str:
        """Where the scheduler listens: it makes its file first, and fills it later."""
        deadline = time.monotonic() + 60
        while not (self.info.exists() and self.info.read_text().endswith("}")):
            assert time.monotonic() < deadline, "the scheduler wrote no address"
            assert self.scheduler.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        return str(json.loads(self.info.read_text())["address"])

    def worker(self, *arguments: object, root: Path = ROOT, **env: str) -> subprocess.Popen[bytes]:
        """Start one more worker, with the program at `root`."""
        return self._start("worker", "--scheduler-file", self.info, "--nthreads", 1, "--memory-limit", 0,
                           "--no-nanny", "--no-dashboard", "--local-directory", self.folder, *arguments,
                           root=root, env=env)  # fmt: skip

    def stop(self) -> None:
        """End every process."""
        for child in self.children:
            child.kill()
            child.wait()

    def _start(
        self, *arguments: object, root: Path = ROOT, env: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *map(str, arguments), *self.tls]
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])} | (env or {})
        with (self.folder / "log").open("ab") as log:
            child = subprocess.Popen(command, env=env, cwd=root, stdout=log, stderr=log)
        self.children.append(child)
        return child


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Cluster]]:
    """Start clusters, and end them after the test."""
    made: list[Cluster] = []

    def start(*tls: str) -> Cluster:
        made.append(Cluster(tmp_path_factory.mktemp("dask"), *tls))
        assert made[-1].address
        return made[-1]

    yield start
    for each in made:
        each.stop()
