"""No text of other people gives the terminal an order, whichever command prints it."""

import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from cli.terminal import HarmlessStream, harmless, one_line, styled
from engine.inputs.market.load import bundled_market_path
from tests.conftest import ROOT

ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e\u2066\x7f"  # a title, a clean screen, colour, a number turned around
BASIC = "\\u001b]0;owned\\u0007\\u001b[2J\\r\\u009b31m\\u202e\\u2066\\u007f"  # the same in a TOML file


def test_orders_are_spelt_and_letters_are_not():
    assert harmless("a\tb\n日本 é ±") == "a\tb\n日本 é ±"
    assert harmless("\x1b[31m\x9b\u202e\r") == "\\u001b[31m\\u009b\\u202e\\u000d"
    assert not ORDERS.search(harmless(EVIL))
    assert one_line("a\nb\t") == "a\\u000ab\\u0009"


def test_a_spelt_order_in_json_is_the_same_text():
    line = json.dumps({"title": EVIL}, ensure_ascii=False)
    assert json.loads(harmless(line)) == {"title": EVIL}


def test_who_draws_on_a_terminal_may_give_it_orders_of_his_own():
    stream = HarmlessStream(io.BytesIO(), encoding="utf-8", write_through=True)
    stream.write("\x1b[1m")
    styled(stream).write("\x1b[0m")
    assert stream.buffer.getvalue() == b"\\u001b[1m\x1b[0m"
    assert styled(sys.__stdout__) is sys.__stdout__


SCENARIO = f"""
title = "t {BASIC}"
description = "d {BASIC}"
source = "s {BASIC}"
[[shocks]]
factor = "USDJPY"
size = -0.1
kind = "relative"
"""
BATCH = f"""
out = "record"
market = "market.toml"
date = 2025-05-28
[[books]]
path = "book.csv"
[[runs]]
name = "all"
paths = 1000
backend = "numba"
scenario = ["base", "evil.toml"]
[[limits]]
name = "limit {BASIC}"
measure = "stress"
scenario = "evil.toml"
amount = 1
[[limits]]
measure = "VaR"
confidence = 0.5
run = "{BASIC}"
amount = 1
"""


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evil") / f"f{EVIL}"
    folder.mkdir()
    market = bundled_market_path().read_text("utf-8")
    column = EVIL.replace("\r", "")
    text = market.replace('source = "', f'source = "{BASIC}')
    (folder / "market.toml").write_text(text, encoding="utf-8")
    (folder / "evil.toml").write_text(SCENARIO)
    (folder / "bad.toml").write_text(SCENARIO + f'"{BASIC}" = 1\n')
    (folder / "book.csv").write_text(f"position_id,kind,currency,notional,{column}\nA,CASH,USD,5e6,x\n")
    (folder / "bad.csv").write_text(f"position_id,kind,currency,notional\nA,CASH,{EVIL},5e6\n")
    (folder / "history.csv").write_text(f"date,usdjpy,{column}\n2025-05-01,1{EVIL},1\n")
    (folder / "batch.toml").write_text(BATCH)
    return folder


COMMANDS = [
    "scenario check evil.toml",
    "scenario show evil.toml",
    "scenario show bad.toml",
    f"scenario show {EVIL}",
    "stress --scenario evil.toml --market market.toml --book book.csv",
    "stress --scenario evil.toml --json",
    "run --paths 1000 --backend numba --scenario evil.toml --market market.toml --book book.csv",
    "run --paths 1000 --backend numba --scenario evil.toml --market market.toml --book book.csv --json",
    f"run --market {EVIL}",
    f"run {EVIL}",
    "book check book.csv",
    "book check bad.csv",
    "book show book.csv --json",
    "book compile book.csv --out there.parquet",
    "data check history.csv",
    "batch plan batch.toml",
    "batch run batch.toml",
    "batch run batch.toml --log-json",
    "batch status batch.toml",
    "batch verify record",
    f"batch verify record --expect {EVIL}",
    "runs list record",
    "runs show record",
    f"runs show record --where {EVIL}",
    "report record --out report.html",
    "reproduce record/valuation_date=2025-05-28/run=all",
    "reproduce absent.json",
]


def printed(unwind, evil, command):
    words = [str(evil / word) if "." in word or word.startswith("record") else word for word in command.split(" ")]
    done = unwind(*words)
    assert not ORDERS.search(done.stdout + done.stderr), command
    assert "Traceback" not in done.stderr, command
    return done


@pytest.mark.parametrize(
    "command", ["scenario show evil.toml", "book check bad.csv", "batch plan batch.toml", f"run {EVIL}"], ids=repr
)
def test_a_command_prints_no_order_of_others_to_the_terminal(command, evil, unwind):
    done = printed(unwind, evil, command)
    assert "\\u001b]0;owned" in done.stdout + done.stderr or "\\x1b]0;owned" in done.stderr


@pytest.mark.slow  # 27 commands in processes of their own, a minute; they share a record, which one of them makes
def test_no_command_prints_an_order_of_others_to_the_terminal(evil, unwind):
    codes = {command: printed(unwind, evil, command).returncode for command in COMMANDS}
    wanted = ("scenario show evil.toml", "book check book.csv", "runs list record", "batch verify record")
    assert [codes[command] for command in wanted] == [0, 0, 0, 0]
    assert codes["batch run batch.toml"] == 4  # the limit of no run


def test_a_terminal_gets_the_drawing_but_no_order_of_others(evil):
    parent, child = pty.openpty()
    words = ["scenario", "show", evil / "evil.toml", "--market", evil / "market.toml"]
    command = [sys.executable, "-m", "unwind_risk", *map(str, words)]
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=child, stderr=child, cwd=ROOT, env=env) as done:
        os.close(child)
        seen = b""
        while True:
            try:
                seen += os.read(parent, 65536)
            except OSError:  # the other end is closed
                break
    os.close(parent)
    assert done.returncode == 0, seen
    text = seen.decode()
    assert "\x1b[" in text  # rich's own
    assert not any(order in text for order in ("\x1b]0;", "\x9b", "\u202e", "\x1b[2J"))
    assert "\\u001b]0;owned" in text
