"""Two commits in turns: the cases of this checkout beside those of another commit, process after process."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.comparison.results import BenchResult, Comparison, compared, pooled
from bench.machine import ROOT
from bench.start import run_cases
from engine.errors import InputError


def run_against(revision: str, names: Sequence[str], turns: int, say: Callable[[str], None]) -> Comparison:
    """Run the named cases of a commit and of this checkout in turns, and compare: the commit is `before`.

    Each turn runs both, the other one first each time, so that a machine that warms up or slows down favours neither.

    Raises
    ------
    InputError
        There is no such commit, or this is no checkout.
    RiskError
        A case failed.
    """
    with checked_out(revision) as other:
        found: dict[Path, list[BenchResult]] = {other: [], ROOT: []}
        for turn in range(turns):
            for root in (other, ROOT) if turn % 2 == 0 else (ROOT, other):
                say(f"turn {turn + 1} of {turns}: {revision if root == other else 'this checkout'}")
                machine, cases = run_cases(names, say, root=root)
                found[root].append(BenchResult(machine=machine, cases=cases))
    return compared(pooled(found[other]), pooled(found[ROOT]))


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Check a commit out beside this one, for as long as it is needed. Raises InputError where git refuses."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "checkout"
        _git("worktree", "add", "--quiet", "--detach", str(place), revision)
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*arguments: str) -> None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InputError(f"--against needs git: {error}") from error
    if done.returncode:
        raise InputError(f"--against: git {arguments[0]} {arguments[1]} failed: {done.stderr.strip()}")
