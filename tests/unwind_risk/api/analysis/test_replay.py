"""`uw.replay`: a path of a result, bit for bit, and as the command shows it."""

import pytest

import unwind_risk as uw
from cli.analysis.replay import replay as command


@pytest.fixture(scope="module")
def found(result):
    return uw.replay(result, 7)


def test_json_is_the_command_s(files, found, capsys):
    options = files.options()
    del options["confidence"]
    command("7", **options, as_json=True)
    assert found.to_json() == capsys.readouterr().out.rstrip("\n")


def test_the_path_s_pnl_is_the_run_s_own(result, found):
    table = found.table().set_index("scope")["pnl"]
    run = result.pnl("base").iloc[7]
    assert table["total"] == run["total"]
    assert table["book:bonds"] == run["book:bonds"]
    # positions are by full revaluation, the run is compressed: its bound is some 1e-9 of the gross value
    assert table[table.index.str.startswith("position:")].sum() == pytest.approx(run["total"], rel=1e-6)


def test_levels_are_by_date_with_their_units(found):
    levels = found.levels()
    assert list(levels.index.strftime("%Y-%m-%d")) == ["2025-05-28"]
    assert levels["USDJPY"].between(100.0, 200.0).all()
    assert levels.attrs["units"]["JGB_10Y"]
    with pytest.raises(uw.InputError, match="the replay has no scenario 'other'; it has base"):
        found.levels("other")


def test_a_recorded_run_s_path_is_the_same(night, found):
    assert uw.replay(night, 7).table()["pnl"].tolist() == found.table()["pnl"].tolist()


def test_a_path_that_is_not_there_is_refused(result):
    with pytest.raises(uw.InputError, match=r"4,?096"):
        uw.replay(result, 4096)
    for path in (1.5, True, "x"):
        with pytest.raises(uw.InputError, match="path: must be a whole number"):
            uw.replay(result, path)
    with pytest.raises(uw.InputError, match="a name chooses among the runs of a recorded night"):
        uw.replay(result, 3, name="one-day")
