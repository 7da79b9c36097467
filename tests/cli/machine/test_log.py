"""Lines on stderr as JSON objects: what machines read of a command."""

import json
import re
import sys
import time
from datetime import datetime

import pytest

from cli.machine import log
from cli.progress import heartbeat
from engine.errors import Fault, FileFaults, InputError, RiskError


@pytest.fixture
def as_json(monkeypatch):
    """JSON on whatever stands for stderr when it is called; put back afterwards."""
    monkeypatch.setattr(log._Style, "as_json", False)
    monkeypatch.setattr(log._Style, "about", {})

    def begin() -> None:
        monkeypatch.setattr(sys, "stderr", sys.stderr)
        log.choose("json")

    return begin


def lines(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_line_has_time_level_event_and_what_it_is_about(capsys, as_json):
    as_json()
    with log.about(date="2025-05-28", run="ten-days"):
        log.write("info", "note", "a message", done=3)
    log.write("warning", "warning", "another", nothing=None)
    first, second = lines(capsys)
    assert datetime.fromisoformat(first.pop("ts")).tzinfo is not None
    assert first.pop("seconds") >= 0.0
    about = {"date": "2025-05-28", "run": "ten-days"}
    assert first == {"level": "info", "event": "note", **about, "done": 3, "message": "a message"}
    assert {"ts", "seconds", "level", "event", "message"} == set(second)


def test_an_error_of_a_file_has_file_line_key_and_value(capsys, as_json):
    as_json()
    faults = [
        Fault(message="must be a whole number, got '1.5'; write 1", line=3, where="paths"),
        Fault(message="this key is missing"),
    ]
    log.error(FileFaults("run.toml", faults))
    log.error(InputError("--seed: must lie in 0 to 9, got 10"))
    first, second, third = lines(capsys)
    assert [first[name] for name in ("file", "line", "where", "value")] == ["run.toml", 3, "paths", "1.5"]
    assert (second["file"], "line" in second, "value" in second) == ("run.toml", False, False)
    assert (third["level"], third["value"], "file" in third) == ("error", "10", False)


def test_what_others_print_is_an_object_too(capsys, as_json):
    as_json()
    print("Usage: unwind run\nTry --help", file=sys.stderr)
    assert [line["message"] for line in lines(capsys)] == ["Usage: unwind run", "Try --help"]


def test_neither_an_object_of_others_nor_a_line_without_its_end_is_taken_for_ours_or_lost(capsys, as_json):
    as_json()
    print('{"a": 1}', file=sys.stderr)
    print("half", end="", file=sys.stderr)
    log.write("info", "note", "ours")
    print("a last one", end="", file=sys.stderr)
    sys.stderr.flush()
    found = lines(capsys)
    assert [line["message"] for line in found] == ['{"a": 1}', "half", "ours", "a last one"]
    assert [line["event"] for line in found] == ["text", "text", "note", "text"]


def test_bad_usage_before_a_command_is_objects_too(unwind):
    done = unwind("--log", "json", "nosuch")
    assert done.returncode == 2
    assert any("nosuch" in json.loads(line)["message"] for line in done.stderr.splitlines())


def test_what_only_looks_like_an_object_and_a_last_line_without_an_end_are_objects(capsys, as_json):
    as_json()
    print("{'no': JSON}", file=sys.stderr)
    sys.stderr.write("cut off")
    sys.stderr.flush()
    assert [line["message"] for line in lines(capsys)] == ["{'no': JSON}", "cut off"]


def test_progress_has_counts_and_the_last_is_always_said(capsys, as_json):
    as_json()
    report = heartbeat(time.monotonic)
    report(65_536, 131_072)
    report(131_072, 131_072)
    (line,) = lines(capsys)
    assert (line["event"], line["done"], line["total"], line["counted"]) == ("progress", 131_072, 131_072, "paths")


def test_text_is_as_it_was(capsys):
    log.write("info", "note", "a message", done=3)
    log.write("warning", "warning", "careful")
    log.error(RiskError("it failed"))
    log.record("started", "nobody reads this")
    assert capsys.readouterr().err == "a message\nwarning: careful\nerror: it failed\n"


def test_another_style_is_refused(monkeypatch):
    with pytest.raises(InputError, match=r"--log: must be text or json, got 'xml'"):
        log.choose("xml")


def test_a_command_logs_its_begin_its_errors_and_its_end(unwind, tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('paths = "many"\n')
    done = unwind("run", path, env={"UNWIND_LOG": "json"})
    assert done.returncode == 2
    started, error, ended = map(json.loads, done.stderr.splitlines())
    assert (started["event"], ended["event"], ended["exit_code"]) == ("started", "ended", 2)
    assert (error["file"], error["line"], error["where"], error["value"]) == (str(path), 1, "paths", "many")


def test_every_event_that_is_written_is_documented(root):
    """Those that the code names; `night` and `run` are laid into `_started` and `_ended`."""
    page = (root / "docs/how-to/platforms.md").read_text(encoding="utf-8")
    call = re.compile(r'(?:\.record\(|write\("(?:info|warning|error)", ?)f?"([a-z_{}]+)"')
    found = {name for path in (root / "cli").rglob("*.py") for name in call.findall(path.read_text(encoding="utf-8"))}
    events = {name.replace("{what}", what) for name in found for what in ("night", "run")}
    assert {"summary", "limit", "batch_read", "run_ended", "progress", "error"} <= events
    assert {name for name in events if f"`{name}`" not in page} == set()
