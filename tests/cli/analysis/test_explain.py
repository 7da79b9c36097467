"""`unwind explain` as a user runs it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.analysis.explain import explain
from cli.main import app
from engine.errors import InputError
from tests.engine.explain.two_nights import plain_market, record_night


def test_json_holds_the_text_the_command_for_a_path_and_every_figure(capsys):
    explain(scenario=["base"], paths="4000", confidence=["0.95"], backend="numba", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    assert found["text"].startswith("In base the worst 5 % of paths lose ")
    assert found["replay"] == "unwind replay PATH --scenario base --paths 4000"
    (base,) = found["scenarios"]
    total = base["total"]["measures"][0]
    parts = sum(each["figures"]["expected_shortfall"]["value"] for each in base["factors"])
    assert parts == pytest.approx(total["expected_shortfall"], rel=1e-9)
    assert sum(each["share"] for each in base["causes"]) == pytest.approx(1.0)


@pytest.mark.parametrize(("sources", "options", "message"), [
    (["a.toml", "b.toml"], {}, "a run is explained, or the change between two recorded nights, got a.toml, b.toml"),
    (["one", "two", "three"], {}, "got one, two, three; give one or two"),
    (["one"], {"seed": "2"}, "--seed: the recorded run 'one' has settings of its own"),
    (["one", "two"], {"seed": "2"}, "--seed: the recorded run 'one' has settings of its own"),
    (["one", "two"], {"scenario": ["a", "b"]}, "--scenario: one is compared between two nights, got a, b; give one"),
    ([], {"realised": Path("pnl.csv")}, "--realised is of two recorded nights"),
])  # fmt: skip
def test_what_cannot_be_explained_is_refused(sources, options, message):
    with pytest.raises(InputError, match=re.escape(message)):
        explain(sources=[Path(name) for name in sources], **options)


@pytest.mark.slow  # a process of its own, which loads everything
def test_on_a_terminal_the_sentence_comes_first(unwind):
    done = unwind("explain", "--scenario", "base", "--paths", 20_000, "--backend", "numba")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("VaR and ES 99 %, 10 business days from 2025-05-28, JPY\n\nIn base the worst 1 %")
    last = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"Such a path day by day: unwind replay \d+ --scenario base --paths 20000", last)


def test_a_night_against_itself_is_json_with_zeros_alone(tmp_path):
    night = record_night(tmp_path / "night", plain_market())
    done = CliRunner().invoke(app, ["explain", str(night), str(night), "--json", "--confidence", "0.9"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert {each["confidence"] for each in found["changes"]} == {0.9}
    assert not any(part["value"] for each in found["changes"] for part in each["parts"])
    assert "nothing moved but paths and settings" in done.stderr


def test_what_is_no_night_ends_with_bad_input(tmp_path):
    done = CliRunner().invoke(app, ["explain", str(tmp_path), str(tmp_path)])
    assert done.exit_code == 2
    assert "is no recorded night: give OUT/valuation_date=DATE" in done.stderr
