import json
import shlex

import pytest
from typer.testing import CliRunner

from cli.analysis.reverse import reverse
from cli.main import app
from engine.errors import InputError


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "dollars.csv"
    path.write_text("position_id,kind,currency,notional\nD,CASH,USD,1000000000\n")
    return path


def printed(capsys, book, **options):
    reverse(loss="6e9", book=[book], paths="5000", backend="numba", **options)
    return capsys.readouterr()


def test_the_ways_the_market_the_level_and_the_rest_are_printed(capsys, book):
    out = printed(capsys, book, scenario=["base"], solve=["USDJPY", "JGB_2Y"], given=["USDJPY=138"]).out
    assert "base: the likeliest ways to lose JPY 6.00 bn over 10 business days from 2025-05-28" in out
    assert "by draws around the ways" in out
    lines = [line.split() for line in out.splitlines()]
    (way,) = (line for line in lines if line[:3] == ["1", "100", "%"])
    assert way[5:7] == ["6.00", "6.00"]  # in total and of the book
    market = next(line for line in lines if line[:2] == ["USDJPY", "145.04"])
    assert market[2].startswith("138.8")
    assert not any(line[:1] == ["UST_7Y"] for line in lines)  # JSON has it
    assert any(line[:2] == [market[2], "-4.3"] for line in lines)  # what USDJPY must be
    assert any(line == ["none", "-", "-", "-"] for line in lines)
    assert "No such level loses as much: the largest loss is" in out
    assert "Given USDJPY at 138.00" in out
    assert "Losses there, JPY bn, losses positive" in out


def test_json_has_every_factor_and_its_schema(capsys, book):
    done = printed(capsys, book, scenario=["filtered"], as_json=True)
    figures = json.loads(done.out)
    (result,) = figures["results"]
    assert (figures["schema"], result["method"], result["target"]) == (1, "paths", 6e9)
    assert {each["name"] for each in result["modes"][0]["market"]} >= {"UST_7Y", "JGB_40Y", "USDJPY_VOL"}
    assert result["modes"][0]["density_ratio"] is None
    assert result["probability"]["se"] > 0.0


def test_a_gain_is_refused(book):
    with pytest.raises(InputError, match="which is a gain"):
        reverse(loss="-6e9", book=[book])


def test_settings_of_a_file_count_and_a_path_is_replayed_under_a_law_by_the_command_that_is_said(capsys, book):
    settings = book.parent / "RUN.toml"
    settings.write_text('scenario = "base"\nlaw = "t"\npaths = 3000\nbackend = "numba"\nbook = "dollars.csv"\n')
    reverse(loss="6e9", settings_file=settings, as_json=True)
    (result,) = json.loads(capsys.readouterr().out)["results"]
    mode = next(mode for mode in result["modes"] if mode["command"])
    done = CliRunner().invoke(app, [*shlex.split(mode["command"])[1:], "--backend", "numba", "--json"])
    assert done.exit_code == 0, done.stderr
    (shown,) = json.loads(done.stdout)["scenarios"]
    assert -shown["pnl"]["total"] == mode["path_losses"]["total"]
