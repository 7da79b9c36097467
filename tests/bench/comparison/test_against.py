from contextlib import nullcontext

import pytest

from bench.comparison import against
from bench.comparison.against import checked_out, run_against
from bench.machine import ROOT
from engine.errors import InputError
from tests.bench.comparison.test_results import QUIET, result

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout to take another commit from")


def test_a_commit_is_checked_out_and_taken_away_again():
    with checked_out("HEAD") as place:
        assert (place / "bench" / "child.py").exists()
    assert not place.exists()


def test_a_commit_that_is_none_is_refused():
    with pytest.raises(InputError, match="--against: git worktree add failed"), checked_out("no-such-commit"):
        pass


def test_commits_take_turns_and_the_other_one_is_before(monkeypatch, tmp_path):
    ran = []

    def run(names, say, root):
        ran.append("ours" if root == ROOT else "other")
        found = result(QUIET if root == ROOT else [1.5 * each for each in QUIET])
        return found.machine, found.cases

    monkeypatch.setattr(against, "run_cases", run)
    monkeypatch.setattr(against, "checked_out", lambda revision: nullcontext(tmp_path))
    found = run_against("HEAD", ["walk"], 5, lambda line: None)
    assert ran == ["other", "ours", "ours", "other", "other", "ours", "ours", "other", "other", "ours"]
    assert [row.band.ratio for row in found.rows] == [pytest.approx(1 / 1.5)]
