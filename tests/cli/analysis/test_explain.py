"""The command `unwind explain NIGHT1 NIGHT2`."""

import json

from typer.testing import CliRunner

from cli.main import app
from tests.engine.explain.two_nights import plain_market, record_night


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
