"""However `unwind batch run` ends, its last line on stdout is one JSON object, and its code is the right one."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.batch import last_line
from tests.engine.batch.conftest import BatchFolder, hear_signals

KEYS = {"batch", "out", "exit_code", "message", "elapsed_s", "faults", "nights"}
SLOW = pytest.mark.slow  # a process of a second or two each
SIGNALS = [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
WITHOUT_REPORT = """
import sys
sys.modules["jinja2"] = None  # as if it were not installed
from cli.main import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> BatchFolder:
    """A small batch that was never run."""
    found = BatchFolder(tmp_path)
    found.edit("paths = 400_000", "paths = 100_000")
    return found


def command(folder: BatchFolder, *words: object) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "unwind_risk", "batch", "run", str(folder.file), *map(str, words)]


def line_of(stdout: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(stdout.splitlines()[-1])
    assert set(found) == KEYS
    return found


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["batch", "run", "nowhere.toml"], 2, "nowhere.toml"),
        pytest.param(["batch", "run", "nightly.toml", "--date", "yesterday"], 2, "'last' or 'previous'", marks=SLOW),
        pytest.param(
            ["batch", "run", "nightly.toml", "--date", "previous", "--tz", "Mars/Olympus"], 2, "time zone", marks=SLOW
        ),
        (["batch", "run", "nightly.toml", "--no-such-option"], 2, "No such option"),
        pytest.param(["batch", "run", "nightly.toml", "--shard", "9/8"], 2, "--shard must be K/N", marks=SLOW),
        pytest.param(["batch", "merge"], 2, "Missing argument", marks=SLOW),
        (["batch", "resume", "nightly.toml"], 2, "nothing of this batch was begun"),
    ],
)
def test_a_command_that_cannot_begin_ends_with_its_line(folder, unwind, words, code, said):
    done = unwind(*words, cwd=folder.folder)
    assert done.returncode == code
    found = line_of(done.stdout)
    assert (found["exit_code"], found["nights"]) == (code, [])
    assert said in str(found["message"])
    assert len(done.stdout.splitlines()) == 1


@SLOW
def test_help_and_a_dry_run_have_no_such_line(folder, unwind):
    assert "Usage" in unwind("batch", "run", "--help").stdout
    assert "Planned" in unwind("batch", "run", folder.file, "--dry-run").stdout


@pytest.mark.parametrize(("number", "code"), SIGNALS, ids=["SIGTERM", "SIGINT"])
def test_a_signal_during_the_first_imports_ends_with_the_line(folder, number, code):
    """Before that Python itself starts: what comes in its first tenth of a second nobody can answer."""
    child = subprocess.Popen(
        [sys.executable, "-X", "importtime", *command(folder)[3:]],
        env=folder.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_signals,
    )  # fmt: skip
    for text in child.stderr:  # -X importtime says what is imported, as it is
        if text.rstrip().endswith("cli.batch.last_line"):
            break
    time.sleep(0.05)  # it watches right after
    child.send_signal(number)
    stdout, _ = child.communicate(timeout=60)
    found = line_of(stdout)
    assert (child.returncode, found["exit_code"]) == (code, code)
    assert found["batch"] == str(folder.file)
    assert "start the same batch again" in found["message"]
    assert not folder.out.exists()


LOADING = """
import signal
import engine.inputs.batch
engine.inputs.batch.read_batch = lambda *_, **__: signal.raise_signal(signal.{name})
from unwind_risk.main import main
main()
"""


def test_a_signal_while_the_batch_is_loaded_is_told_as_one_and_all_lines_are_objects(unwind):
    done = unwind.python("-c", LOADING.format(name="SIGTERM"), "--log", "json", "batch", "run", "nightly.toml")
    found = line_of(done.stdout)
    assert (done.returncode, found["exit_code"]) == (143, 143)
    assert found["message"].startswith("SIGTERM: stopped")
    assert "start the same batch again" in found["message"]
    assert {json.loads(line)["level"] for line in done.stderr.splitlines()} == {"info"}


def test_a_signal_that_ends_at_once_is_an_object_on_stderr_where_json_is_asked_for(unwind):
    code = "import os, signal\nfrom cli.batch import last_line\n"
    code += "last_line.watch(['--log=json', 'batch', 'run', 'a.toml'])\nos.kill(os.getpid(), signal.SIGTERM)"
    done = unwind.python("-c", code)
    assert (done.returncode, line_of(done.stdout)["batch"]) == (143, "a.toml")
    (line,) = map(json.loads, done.stderr.splitlines())
    assert (line["level"], line["message"][:7]) == ("error", "SIGTERM")


@pytest.mark.slow
def test_signals_at_every_moment_end_with_the_line_and_lose_nothing(folder):
    """Sixty signals over the whole life of a batch, its imports and its end included; then the bits of a whole one."""
    whole = BatchFolder(folder.folder / "whole") if (folder.folder / "whole").mkdir() is None else folder
    whole.edit("paths = 400_000", "paths = 100_000")
    start = time.monotonic()
    assert subprocess.run(command(whole), env=whole.env(), capture_output=True, check=True).returncode == 0
    life = time.monotonic() - start
    n_signals, n_stopped = 60, 0
    for i in range(n_signals):
        number, code = SIGNALS[i % 2]
        child = subprocess.Popen(
            command(folder), env=folder.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=hear_signals,
        )  # fmt: skip
        time.sleep(0.15 + life * i / n_signals)  # 0.15 s: Python's own start
        child.send_signal(number)
        stdout, stderr = child.communicate(timeout=120)
        found = line_of(stdout)
        assert child.returncode == found["exit_code"], stderr
        assert child.returncode in (code, 0), stderr
        n_stopped += child.returncode == code
    assert n_stopped >= n_signals // 4
    folder.night()
    assert folder.bits() == whole.bits()


@SLOW
def test_a_second_signal_does_not_wait_for_the_block(folder):
    folder.edit("paths = 100_000", "paths = 60_000_000")
    folder.edit("block_cells = 1", "block_cells = 400")  # one block of a minute
    child = subprocess.Popen(
        command(folder), env=folder.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=hear_signals,
    )  # fmt: skip
    for text in child.stderr:
        if "blocks:" in text:
            break
    time.sleep(0.3)
    child.terminate()
    time.sleep(0.3)
    child.terminate()
    stdout, _ = child.communicate(timeout=60)
    assert child.returncode in (143, -signal.SIGTERM)
    assert line_of(stdout)["exit_code"] == 143


@pytest.mark.parametrize("closed", [pytest.param("1", marks=SLOW), pytest.param("2", marks=SLOW), "0 1 2"])
def test_streams_that_are_closed_change_neither_record_nor_code(folder, closed):
    redirections = " ".join(f"{number}>&-" for number in closed.split())
    shell = f'exec "$@" {redirections}'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *command(folder)], env=folder.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert folder.manifest()["complete"]
    if "1" not in closed:
        assert line_of(done.stdout)["exit_code"] == 0
        assert len(done.stdout.splitlines()) == 1  # what would go to stderr does not come here


@pytest.mark.parametrize("stream", ["stdout", pytest.param("stderr", marks=SLOW)])
def test_a_reader_that_left_changes_neither_record_nor_code(folder, stream):
    read, write = os.pipe()
    os.close(read)
    other = "stderr" if stream == "stdout" else "stdout"
    done = subprocess.run(
        command(folder), env=folder.env(), text=True, check=False, **{stream: write, other: subprocess.PIPE}
    )
    os.close(write)
    assert done.returncode == 0
    assert folder.manifest()["complete"]
    if stream == "stderr":
        assert line_of(done.stdout)["exit_code"] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_stream_without_room_changes_neither_record_nor_code_and_the_line_goes_to_the_other(folder, stream):
    other = "stderr" if stream == "stdout" else "stdout"
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command(folder), env=folder.env(), text=True, check=False, **{stream: full, other: subprocess.PIPE}
        )
    assert done.returncode == 0
    assert folder.manifest()["complete"]
    if stream == "stderr":
        assert line_of(done.stdout)["exit_code"] == 0
    else:
        assert '"exit_code": 0' in done.stderr


def test_states_and_plans_as_json_are_one_object_each(folder, unwind):
    state = json.loads(unwind("batch", "status", folder.file, "--json").stdout)
    assert (state["schema"], state["written_by"]) == (1, None)
    assert {row["state"] for row in state["runs"]} == {"not begun"}
    planned = json.loads(unwind("batch", "plan", folder.file, "--json").stdout)
    assert [(row["valuation_date"], row["run"]) for row in planned["runs"]] == [
        (row["valuation_date"], row["run"]) for row in state["runs"]
    ]
    assert planned["faults"] == []


@pytest.mark.slow
def test_a_missing_extra_is_a_fault_of_plan_and_run(folder, unwind):
    folder.edit("block_cells = 1", "block_cells = 1\nreport = true")
    planned = unwind.python("-c", WITHOUT_REPORT, "batch", "plan", folder.file)
    assert planned.returncode == 2
    assert "pip install 'unwind-risk[report]'" in planned.stderr
    done = unwind.python("-c", WITHOUT_REPORT, "batch", "run", folder.file)
    found = line_of(done.stdout)
    assert (done.returncode, found["exit_code"]) == (4, 4)
    (fault,) = found["faults"]
    assert (fault["kind"], fault["subject"]) == ("report", "2025-05-28")
    assert "unwind-risk[report]" in fault["message"]
    assert folder.manifest()["complete"]


@SLOW
def test_metrics_that_cannot_be_written_are_a_fault(folder):
    folder.edit("block_cells = 1", 'block_cells = 1\nprometheus = "books"')  # a folder
    done = subprocess.run(command(folder), env=folder.env(), capture_output=True, text=True, check=False)
    found = line_of(done.stdout)
    assert (done.returncode, [fault["kind"] for fault in found["faults"]]) == (4, ["metrics"])


def test_an_exception_outside_of_every_run_ends_with_1_and_the_line(folder):
    done = subprocess.run(
        folder.command("run", folder.file), env=folder.env({"cli.batch.log:Log": None}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = line_of(done.stdout)
    assert (done.returncode, found["exit_code"]) == (1, 1)
    assert "TypeError" in found["message"]
    assert "Traceback" in done.stderr


@SLOW
def test_an_exception_in_closing_a_night_costs_the_night(folder):
    done = subprocess.run(
        folder.command("run", folder.file), env=folder.env({"engine.batch.night:use_limits": None}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = line_of(done.stdout)
    assert (done.returncode, found["nights"][0]["faults"][0]["kind"]) == (4, "internal")


def test_only_commands_that_run_a_batch_are_watched(monkeypatch):
    monkeypatch.setattr(last_line.signal, "signal", lambda *_: None)
    assert last_line.watch(["batch", "run", "--date", "last", "nightly.toml"])
    assert last_line._Said.batch == "nightly.toml"
    for words in (["batch"], ["batch", "plan", "a.toml"], ["run"], ["batch", "run", "--help"]):
        assert not last_line.watch(words)


@SLOW
def test_a_file_size_that_is_used_up_still_gives_the_line(folder):
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        command(folder), env=folder.env(), capture_output=True, text=True, check=False, preexec_fn=small
    )
    assert (done.returncode, line_of(done.stdout)["exit_code"]) == (75, 75)


def test_nothing_that_comes_after_the_line_changes_the_code():
    """As a library's thread that aborts, or a signal, while the interpreter takes itself apart."""
    code = (
        "import atexit, os, signal, sys\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGKILL)\n"
        "sys.argv = ['unwind', 'batch', 'run', 'nowhere.toml']\n"
        "from unwind_risk.main import main\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert line_of(ended.stdout)["exit_code"] == 2
