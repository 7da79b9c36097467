"""Two recorded nights as they are read, and all that is wrong with them."""

import shutil
from dataclasses import replace

import pytest

from engine.errors import InputError
from engine.explain.nights import recorded_night
from engine.explain.nights.recorded_night import two_nights
from engine.record.read import read_run
from tests.engine.explain.two_nights import FIRST, SECOND, plain_market, record_night


def test_nights_are_read_with_their_inputs(first_night, second_night):
    first, second = two_nights(first_night, second_night / "run=one-day", None, None)
    assert (first.valuation_date, second.valuation_date) == (FIRST, SECOND)
    assert [name for name, _ in second.books] == ["book"]
    assert first.scenario.name == "base"
    assert list(second.scopes) == ["total", "book:bonds", "book:bills"]


def test_what_is_no_night_is_refused_with_the_way_out(tmp_path, first_night, second_night):
    with pytest.raises(InputError, match="is no recorded night: give OUT/valuation_date=DATE"):
        two_nights(tmp_path, second_night, None, None)
    with pytest.raises(InputError, match="give the earlier night first"):
        two_nights(second_night, first_night, None, None)


def test_a_run_or_scenario_that_is_not_there_is_refused_with_those_that_are(first_night, second_night):
    with pytest.raises(InputError, match="the night of 2025-05-27 has no run 'weekly'; on both nights: one-day"):
        two_nights(first_night, second_night, "weekly", None)
    with pytest.raises(InputError, match="scenario 'mixture' is not on both nights; --scenario takes base"):
        two_nights(first_night, second_night, None, "mixture")
    with pytest.raises(InputError, match="two runs are named"):
        two_nights(first_night / "run=one-day", second_night, "weekly", None)


def test_inputs_that_are_gone_or_changed_are_refused_with_the_way_out(tmp_path, second_night):
    folder, scenario = tmp_path / "own", tmp_path / "base.toml"
    scenario.write_text(
        'title = "Higher"\ndescription = "Vols."\nsource = "this test"\n'
        'vol_multipliers = [{ factor = "JGB_*", multiplier = 1.2 }]\n'
    )
    home = record_night(folder, plain_market(), scenarios=f'["{scenario}"]')
    two_nights(home, second_night, None, None)
    for path, old, new, why in (
        (folder / "book.csv", "UST-5Y", "UST-5X", r"its book book was changed since, .*; put the file back as it was"),
        (folder / "market.toml", "schema = 1", "schema = 1 ", "its market was changed since"),
        (scenario, "1.2", "1.3", "its scenario base says something else now; .* keep one file a version"),
    ):
        text = path.read_text()
        path.write_text(text.replace(old, new))
        with pytest.raises(InputError, match=why):
            two_nights(home, second_night, None, None)
        path.write_text(text)
    (folder / "market.toml").unlink()
    with pytest.raises(InputError, match="the night of 2025-05-27 cannot be run again: its market is not there any"):
        two_nights(home, second_night, None, None)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("horizon_days", 10, r"another horizon in business days on the two nights: .* by --run"),
        ("currency", "USD", "another currency on the two nights"),
        ("revaluation", {"instantaneous": True}, "another way of ageing to the horizon"),
    ],
)
def test_runs_that_do_not_compare_are_refused(first_night, second_night, monkeypatch, key, value, why):
    def read_other(folder):
        run = read_run(folder)
        if str(FIRST) in str(folder):
            return run
        facts = {**run.manifest["facts"], key: value}
        return replace(run, manifest={**run.manifest, "facts": facts})

    monkeypatch.setattr(recorded_night, "read_run", read_other)
    with pytest.raises(InputError, match=why):
        two_nights(first_night, second_night, None, None)


def test_a_record_that_was_changed_is_refused(tmp_path, first_night, second_night):
    copy = tmp_path / first_night.name
    shutil.copytree(first_night, copy)
    results = copy / "run=one-day" / "results.parquet"
    results.write_bytes(results.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"results\.parquet"):
        two_nights(copy, second_night, None, None)
