"""The batch commands that need no run."""

import json

import pytest

from cli.batch.log import Log
from cli.machine import log
from cli.progress import HEARTBEAT_S
from engine.batch.blocks.shares import parse_share
from engine.batch.schedulers import example_names
from engine.errors import InputError


def test_examples_are_listed_and_printed(unwind):
    listed = unwind("batch", "example")
    assert tuple(listed.stdout.split()) == example_names()
    assert "SLURM_ARRAY_TASK_ID" in unwind("batch", "example", "slurm").stdout


def test_a_batch_file_with_faults_ends_with_2_and_names_them(unwind, tmp_path):
    path = tmp_path / "nightly.toml"
    path.write_text('out = "record"\nmarkt = "m.toml"\n')
    done = unwind("batch", "run", path)
    assert done.returncode == 2
    assert "line 2, markt: unknown key; did you mean 'market'?" in done.stderr
    assert done.stderr.count("this key is missing") == 3
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["exit_code"] == 2


def test_shard_and_dask_are_not_taken_together(unwind, tmp_path):
    done = unwind("batch", "run", tmp_path / "x.toml", "--shard", "1/2", "--dask", "tls://h:1")
    assert done.returncode == 2
    assert "take one" in done.stderr


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_a_share_is_k_of_n(text):
    assert parse_share("2/8") == (2, 8)
    with pytest.raises(InputError, match="K from 1 to N"):
        parse_share(text)


def test_a_heartbeat_comes_every_so_often_and_names_its_date_and_run(capsys, monkeypatch):
    monkeypatch.setattr(log._Style, "as_json", True)
    times = iter([0.0, 1.0, HEARTBEAT_S + 1.0, HEARTBEAT_S + 1.0, HEARTBEAT_S + 1.0, HEARTBEAT_S + 2.0])
    batch = Log(clock=lambda: next(times))
    with log.about(date="2025-05-28", run="a"):
        for done in (10, 20, 30):
            batch.progress(done, 100)
    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["event"], found["done"], found["total"]) == ("progress", 20, 100)
    assert (found["date"], found["run"]) == ("2025-05-28", "a")
    assert found["message"] == f"20 of 100 paths after {HEARTBEAT_S + 1.0:.0f} s"


def test_runs_of_a_folder_without_record_are_refused(unwind, tmp_path):
    done = unwind("runs", "list", tmp_path)
    assert done.returncode == 2
    assert "holds no recorded run" in done.stderr
    assert unwind("batch", "verify", tmp_path).returncode == 2


def test_the_dates_that_are_due_are_printed_for_those_who_start_shares(unwind, tmp_path):
    path = tmp_path / "nightly.toml"
    path.write_text('out = "o"\nmarket = "{date}.toml"\n[[books]]\npath = "b.csv"\n[[runs]]\nname = "a"\n')
    done = unwind("batch", "night", path, "--date", "2025-05-02", "--date", "2025-05-05")
    assert (done.returncode, done.stdout) == (0, "2025-05-02\n")
    assert "no night: Monday 2025-05-05 is no business day of Tokyo and New York, and has no market" in done.stderr
