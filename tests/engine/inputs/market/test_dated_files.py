"""Market files of several dates: all of them, read back, or none."""

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import InputError
from engine.inputs.market.dated_files import write_dated_markets
from engine.inputs.market.load import bundled_market_path, load_market

BUNDLED = load_market(bundled_market_path())
BARE = replace(BUNDLED, filtered=None)


def test_each_market_is_read_back_and_has_its_date(tmp_path):
    other = replace(BARE, valuation_date=date(2025, 5, 27))
    paths = write_dated_markets([other, BARE], tmp_path)
    assert [path.name for path in paths] == ["2025-05-27.toml", "2025-05-28.toml"]
    assert load_market(paths[0]).valuation_date == date(2025, 5, 27)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-05-27.toml", "2025-05-28.toml"]


def test_a_market_that_a_run_would_refuse_costs_all_of_them_and_leaves_what_was_there(tmp_path):
    (tmp_path / "2025-05-28.toml").write_text("older", encoding="utf-8")
    bad = replace(BUNDLED, valuation_date=date(2025, 5, 29), vols=BUNDLED.vols * 40.0)  # 450 % for USD/JPY
    with pytest.raises(InputError, match=r"2025-05-29.toml was not written: a run would refuse it.*vol of JGB_20Y"):
        write_dated_markets([BUNDLED, bad], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["2025-05-28.toml"]
    assert (tmp_path / "2025-05-28.toml").read_text(encoding="utf-8") == "older"


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot be written"):
        write_dated_markets([BUNDLED], tmp_path / "absent")


def test_a_market_with_its_law_has_its_rows_beside_it(tmp_path):
    (path,) = write_dated_markets([BUNDLED], tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        f"2025-05-28.{end}" for end in ("loop.npy", "memberships.npy", "moves.npy", "rows.npy", "stressed.npy", "toml")
    ]  # fmt: skip
    assert load_market(path).filtered.rows.tobytes() == BUNDLED.filtered.rows.tobytes()


def test_a_market_that_is_built_anew_leaves_no_file_of_the_old_behind(tmp_path):
    write_dated_markets([BUNDLED], tmp_path)
    (tmp_path / "2025-05-28.notes.txt").touch()  # a user's own stays
    write_dated_markets([replace(BUNDLED, filtered=replace(BUNDLED.filtered, stressed=None, loop=None))], tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        f"2025-05-28.{end}" for end in ("memberships.npy", "moves.npy", "notes.txt", "rows.npy", "toml")
    ]


def test_a_market_without_a_law_says_why_when_it_is_read(tmp_path):
    why = "the history has 259 changes, and 2,120 are needed"
    (path,) = write_dated_markets([replace(BARE, no_filtered=why)], tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["2025-05-28.toml"]
    read = load_market(path)
    assert (read.filtered, read.no_filtered) == (None, why)
