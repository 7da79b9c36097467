"""`unwind init`: what it writes runs from within the folder, as its README says."""

import json

import pytest


@pytest.mark.slow  # four commands
def test_a_new_folder_is_checked_run_and_batched_from_within(unwind, tmp_path):
    done = unwind("init", tmp_path / "desk")
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "desk" / "book.csv") in done.stdout
    desk = tmp_path / "desk"
    checked = unwind("book", "check", "book.csv", "--market", "market.toml", cwd=desk)
    assert checked.returncode == 0, checked.stderr
    assert "ANNUITIES" in checked.stdout
    words = ("--book", "book.csv", "--market", "market.toml", "--scenario", "filtered", "--scenario", "scenario.toml")
    ran = unwind("run", *words, "--paths", 2000, cwd=desk)
    assert ran.returncode == 0, ran.stderr
    batch = desk / "batch.toml"
    batch.write_text(batch.read_text(encoding="utf-8").replace("100_000", "2_000"), encoding="utf-8")
    night = unwind("batch", "run", "batch.toml", cwd=desk)
    assert night.returncode == 0, night.stderr
    assert json.loads(night.stdout.splitlines()[-1])["faults"] == []
    assert unwind("report", "record", "--out", "night.html", cwd=desk).returncode == 0
    again = unwind("init", desk)
    assert again.returncode == 2
    assert "nothing is overwritten" in again.stderr
