"""A small batch on files of its own: the bundled market under two dates, one or two books of two positions."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.batch.blocks.workers import AbstractWorkers, ThisProcess
from engine.batch.night import Outcome, run_batch, summary
from engine.batch.one_run import How
from engine.inputs.batch import read_batch
from engine.inputs.market.load import bundled_market_path
from engine.sharing.stop import Stop

ROOT = Path(__file__).parents[3]
CHILD = Path(__file__).parent / "batch_child.py"
DATE = "2025-05-28"
HERE = ThisProcess()

BOOKS = {
    "bonds": "JGB-10Y,JGB,JPY,10000000000,0.012,2034-12-20\nUST-5Y,UST,USD,180000000,0.03875,2030-04-30\n",
    "bills": "UST-1Y,UST,USD,50000000,0.04,2026-05-31\n",
}
HEAD = "position_id,kind,currency,notional,coupon,maturity\n"

BATCH = """
out = "record"
market = "markets/{date}.toml"
date = 2025-05-28
block_cells = 1

[[books]]
path = "books/*.csv"

[[runs]]
name = "ten-days"
scenario = ["base", "august-2024"]
paths = 400_000
confidence = 0.99
backend = "numba"
"""


EXACT = """
[[runs]]
name = "one-day"
scenario = ["filtered", "historical"]
horizon_days = 1
backend = "numba"

[[runs]]
name = "mixed"
scenario = ["base", "historical", "filtered", "filtered-regimes"]
horizon_days = 1
paths = 100_000
confidence = 0.99
backend = "numba"
"""


def ignore(*_: object) -> None:
    """What a run says while it works."""


def hear_signals() -> None:
    """A shell ignores SIGINT for what it starts in the background, these tests among it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class BatchFolder:
    """A folder with a batch file, and the command run on it in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "nightly.toml"
        self.out = folder / "record"
        for name in ("markets", "books"):
            (folder / name).mkdir()
        for name, rows in BOOKS.items():
            self.write_book(name, rows)
        self.write_market(DATE)
        self.file.write_text(BATCH)

    def copied(self, folder: Path, *, with_record: bool = False) -> "BatchFolder":
        """Return the same batch in another folder, which must not exist."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(*([] if with_record else ["record"])))
        copy = object.__new__(BatchFolder)
        copy.folder, copy.file, copy.out = folder, folder / self.file.name, folder / self.out.name
        return copy

    def write_book(self, name: str, rows: str) -> None:
        """Write a book of CSV rows."""
        (self.folder / "books" / f"{name}.csv").write_text(HEAD.replace("\n", ",book\n") + _with_book(rows, name))

    def write_market(self, date: str, change: Callable[[str], str] = lambda text: text) -> None:
        """Write the bundled market as of a date, changed."""
        text = bundled_market_path().read_text(encoding="utf-8").replace(DATE, date)
        (self.folder / "markets" / f"{date}.toml").write_text(change(text), encoding="utf-8")
        for table in bundled_market_path().parent.glob(f"{date}.*.npy"):  # what its laws of past days draw from
            shutil.copy(table, self.folder / "markets")

    def edit(self, old: str, new: str) -> None:
        """Change the batch file."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def env(self, settings: dict[str, Any] | None = None) -> dict[str, str]:
        """Environment of the command; `settings` are patched in, see batch_child.py."""
        found = {name: value for name, value in os.environ.items() if not name.startswith("UNWIND_")}
        found["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        return found | {"BATCH_CHILD": json.dumps(settings or {})}

    def command(self, *arguments: object, group: str = "batch") -> list[str]:
        """The words of `unwind batch ...`."""
        return [sys.executable, "-W", "error", str(CHILD), *([group] if group else []), *map(str, arguments)]

    def start(self, *arguments: object, settings: dict[str, Any] | None = None) -> subprocess.Popen[str]:
        """Start `unwind batch ...`."""
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(self.command(*arguments), env=self.env(settings), preexec_fn=hear_signals, **pipes)

    def run(
        self,
        *arguments: object,
        settings: dict[str, Any] | None = None,
        preexec: Callable[[], None] | None = None,
        group: str = "batch",
        env: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run `unwind batch ...` to its end."""
        return subprocess.run(
            self.command(*arguments, group=group),
            env=self.env(settings) | (env or {}),
            preexec_fn=preexec,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def night(
        self, *dates: str, code: int = 0, again: bool = False, settings: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the batch in this process, or with `settings` in another; it must end with `code`. Its summary."""
        if settings is None:
            return self._night_here(dates, code, again)
        done = self.run("run", self.file, settings=settings)
        assert done.returncode == code, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _night_here(self, dates: tuple[str, ...], code: int, again: bool) -> dict[str, Any]:
        outcome = self.work(dates=dates, again=again)
        assert outcome.exit_code == code, outcome
        found: dict[str, Any] = json.loads(json.dumps(summary(outcome), allow_nan=False))
        return found

    def work(
        self,
        *,
        dates: tuple[str, ...] = (),
        workers: AbstractWorkers | None = HERE,
        share: tuple[int, int] | None = None,
        again: bool = False,
        say: Callable[[str], None] = ignore,
    ) -> Outcome:
        """Run the batch in this process."""
        how = How(workers=workers, share=share, again=again, stop=Stop(), say=say, progress=ignore)
        return run_batch(read_batch(self.file, dates), how)

    def manifest(self, run: str = "ten-days", date: str = DATE) -> dict[str, Any]:
        """A run's manifest."""
        path = self.out / f"valuation_date={date}" / f"run={run}" / "manifest.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def files(self) -> set[str]:
        """Files of the record and its checkpoints, but for locks; they may come and go meanwhile."""
        found = {os.path.join(home, name) for home, _, names in os.walk(self.out) for name in names}
        return {path for path in found if ".lock" not in path}

    def wait_for_block(self, child: subprocess.Popen[str]) -> None:
        """Wait until a block is kept, or the child has ended."""
        while child.poll() is None and not any("block-" in path for path in self.files()):
            time.sleep(0.005)

    def bits(self, run: str = "ten-days", date: str = DATE) -> dict[str, Any]:
        """What must be the same however a run came about: digests of files, blocks and P&L."""
        return {key: self.manifest(run, date)[key] for key in ("files", "blocks", "pnl_sha256", "problem_sha256")}


def _with_book(rows: str, name: str) -> str:
    return "".join(f"{row},{name}\n" for row in rows.splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> BatchFolder:
    """A small batch that was never run."""
    return BatchFolder(tmp_path)


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> BatchFolder:
    """A night of exact scenarios, alone and beside one that is simulated; only to be read."""
    batch = BatchFolder(tmp_path_factory.mktemp("exact"))
    batch.file.write_text(BATCH[: BATCH.index("[[runs]]")] + EXACT)
    batch.night()
    return batch


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> BatchFolder:
    """A small batch that has run to its end; only to be read."""
    batch = BatchFolder(tmp_path_factory.mktemp("done"))
    batch.night()
    return batch
