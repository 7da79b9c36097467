"""A reader that leaves changes nothing: not the exit code, not what is written elsewhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LEFT = """
import os
read, write = os.pipe()
os.close(read)
os.dup2(write, {fd})
from cli.main import main
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [("scenario", "show", "mixture"), ("schema", "run"), ("book", "show", "engine/book/data/sample.csv", "--json")],
    ids=lambda words: words[0],
)
def test_a_command_whose_reader_left_ends_well_and_quietly(unwind, arguments):
    done = unwind.python("-c", LEFT.format(fd=1), *arguments)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_results_that_find_no_room_are_an_error_worth_another_try():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "unwind_risk", "scenario", "list"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    message = "error: stdout cannot be written: No space left on device; what was to stand there is lost\n"
    assert (done.returncode, done.stderr) == (75, message)


def test_a_failure_keeps_its_code_though_nobody_reads_of_it(unwind):
    done = unwind.python("-c", LEFT.format(fd=2), "scenario", "show", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")


def test_what_is_written_elsewhere_is_whole_though_nobody_reads_stdout(unwind, tmp_path):
    out = tmp_path / "r.json"
    done = unwind.python("-c", LEFT.format(fd=1), "run", "--paths", 1000, "--backend", "numba", "--out", out)
    assert done.returncode == 0, done.stderr
    assert out.read_text().endswith("}\n")


SHOWN = """
from cli import streams
streams.forgive()
print("\\u22121.3 \\u00b10.2 \\u2026 \\u65e5\\u672c")
print('{"a": "\\u65e5\\u672c \\u00b1 \\U0001d11e"}')
"""


def test_a_code_page_loses_no_sign_and_json_is_ascii_there(unwind):
    """ASCII has the least: 日本 has no letters there, and a minus must not become a question mark."""
    done = unwind.python("-c", SHOWN, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    text, line = done.stdout.splitlines()
    assert text == "-1.3 +/-0.2 ... \\u65e5\\u672c"
    assert line.isascii()
    assert json.loads(line) == {"a": "日本 ± \U0001d11e"}
