import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from engine.inputs.book.load import bundled_book_path
from engine.scenario.default_scenario import DEFAULT_SCENARIO

SMALL = ("--paths", 5_000)


def figures(done) -> dict:
    """The JSON of a run, less its timing: what must be the same again."""
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    del result["timing"]
    return result


@pytest.fixture(scope="module")
def plain(unwind):
    return figures(unwind("run", *SMALL, "--json"))


def test_json_has_the_agreed_keys(unwind, plain):
    assert plain["schema"] == 1
    assert plain["run"].keys() >= {
        "seed", "n_paths", "horizon_days", "steps", "backend", "device", "precision", "valuation_date", "currency",
        "interval_confidence", "versions",
    }  # fmt: skip
    assert {row["scenario"] for row in plain["results"]} == {DEFAULT_SCENARIO}
    assert [row["scope"] for row in plain["results"]] == ["total", "book:carry-fund", "book:life-insurer"]
    assert plain["results"][0].keys() >= {
        "scenario", "scope", "base_value", "shock_pnl", "mean", "mean_se", "std", "measures", "pnl_sha256",
    }  # fmt: skip
    assert plain["results"][0]["measures"][0].keys() >= {
        "confidence", "value_at_risk", "value_at_risk_se", "value_at_risk_low", "value_at_risk_high",
        "expected_shortfall", "expected_shortfall_se",
    }  # fmt: skip


@pytest.mark.slow
def test_neither_time_zone_nor_locale_changes_a_byte(unwind, plain):
    for env in ({"TZ": "Asia/Tokyo"}, {"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"}):
        assert figures(unwind("run", *SMALL, "--json", env=env)) == plain


def test_option_beats_environment_beats_file(unwind, tmp_path):
    file = tmp_path / "RUN.toml"
    file.write_text("paths = 5000\nseed = 7\nhorizon_days = 3\nconfidence = [0.9]\n")
    done = unwind("run", file, "--seed", 9, "--json", env={"UNWIND_SEED": "8", "UNWIND_HORIZON_DAYS": "5"})
    result = figures(done)
    assert (result["run"]["seed"], result["run"]["horizon_days"], result["run"]["n_paths"]) == (9, 5, 5000)
    assert [measure["confidence"] for measure in result["results"][0]["measures"]] == [0.9]


def test_a_compiled_book_runs_to_the_bits_of_its_source(unwind, tmp_path):
    compiled = tmp_path / "book.parquet"
    assert unwind("book", "compile", bundled_book_path(), "--out", compiled).returncode == 0
    again, before = (figures(unwind("run", *SMALL, "--json", *book)) for book in (("--book", compiled), ()))
    assert [row["pnl_sha256"] for row in again["results"]] == [row["pnl_sha256"] for row in before["results"]]


def test_out_holds_what_json_prints(unwind, plain, tmp_path):
    out = tmp_path / "result.json"
    done = unwind("run", *SMALL, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "VaR 99 %" in done.stdout
    written = json.loads(out.read_text(encoding="utf-8"))
    del written["timing"]
    assert written == plain


def test_out_does_not_replace_the_settings_of_the_run(unwind, tmp_path):
    settings = tmp_path / "run.toml"
    settings.write_text('out = "run.toml"\npaths = 1_000_000_000\n')
    done = unwind("run", settings)
    assert done.returncode == 2
    assert "which this command reads" in done.stderr
    assert settings.read_text().startswith("out")


def test_an_out_that_cannot_be_written_is_refused_before_anything_is_computed(unwind, tmp_path):
    done = unwind("run", "--paths", 10**9, "--out", tmp_path / "nowhere" / "result.json")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--paths", "0"], "at least 100"),
        (["--paths", "-5"], "at least 100"),
        (["--paths", str(10**18)], "at most 1,000,000,000"),
        (["--confidence", "99"], "0.99"),
        (["--seed", "-1"], "2^64 - 1"),
        (["--seed", str(2**64)], "2^64 - 1"),
        (["--scenario", "carry_unwind_2042"], "august-2024"),
        (["--book", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_settings_are_refused_with_the_way_out(unwind, arguments, said):
    done = unwind("run", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_with_its_code_and_leaves_nothing(unwind, tmp_path, sent, code):
    command = [sys.executable, "-c", "from cli.main import main; main()", "run", "--paths", str(10**9)]
    command += ["--json", "--out", str(tmp_path / "result.json")]
    environment = os.environ | {"PYTHONPATH": str(unwind.root)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # a shell ignores SIGINT for what it starts in the background, these tests among it
    heard = partial(signal.signal, sent, signal.SIG_DFL)
    with subprocess.Popen(command, **pipes, env=environment, preexec_fn=heard) as run:
        try:
            first = [run.stderr.readline() for _ in range(2)]  # of the law's factors without a history, then
            assert "backend" in first[1]  # the settings are read and the handlers stand
            time.sleep(1.0)
            run.send_signal(sent)
            out, err = run.communicate(timeout=120)
        finally:
            run.kill()  # where it was not heard: nobody waits for 10^9 paths
    assert run.returncode == code
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_demo_needs_no_arguments_and_says_what_the_general_account_loses_and_why(unwind):
    done = unwind("demo", "--paths", 5_000)
    assert done.returncode == 0, done.stderr
    table, why = done.stdout.split("\n\nIn filtered ")
    _, _, rows, *_ = table.split("\n\n")
    names = [line.split()[0] for line in rows.splitlines()]
    heads = [name.rstrip(":") for name in names if name.endswith(":")]
    shown = ["filtered", "flight-2024", "repatriation-2025"]
    assert heads == shown
    assert names.count("GA-JGB") == 3
    assert "In repatriation-2025 the worst 1 % of paths lose" in " ".join(why.split())
    assert "no factor" not in done.stderr  # its own market moves all that it holds


def test_demo_takes_another_bundled_book(unwind):
    done = unwind("demo", "--book", "carry-fund", "--paths", 1000, "--json")
    assert done.returncode == 0, done.stderr
    assert {row["scope"] for row in json.loads(done.stdout)["results"]} == {"total", "book:carry-fund"}
