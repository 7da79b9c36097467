"""Market files of several dates: all of them, read back, or none."""

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import InputError
from engine.inputs.market.dated_files import write_calibrated_market, write_dated_markets
from engine.inputs.market.load import bundled_market_path, load_market

BUNDLED = load_market(bundled_market_path())


def test_each_market_is_read_back_and_has_its_date(tmp_path):
    other = replace(BUNDLED, valuation_date=date(2025, 5, 27))
    paths = write_dated_markets([other, BUNDLED], tmp_path)
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
    path = write_calibrated_market(BUNDLED, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "2025-05-28.memberships.npy", "2025-05-28.moves.npy", "2025-05-28.rows.npy", "2025-05-28.toml"
    ]  # fmt: skip
    assert load_market(path).filtered.rows.tobytes() == BUNDLED.filtered.rows.tobytes()
    bad = replace(BUNDLED, valuation_date=date(2025, 5, 29), vols=BUNDLED.vols * 40.0)
    with pytest.raises(InputError, match=r"2025-05-29.toml was not written: a run would refuse it"):
        write_calibrated_market(bad, tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    with pytest.raises(InputError, match="cannot be written"):
        write_calibrated_market(BUNDLED, tmp_path / "absent")
