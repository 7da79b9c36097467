"""`uw.calibrate`: a market that runs, and every parameter with its error, as the command writes them."""

import json

import pytest

import unwind_risk as uw
from cli.data.calibrate import calibrate as command
from tests.engine.backtest.synthetic import frame_of, tidy_csv

LAST = "2022-12-09"


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text(tidy_csv(frame_of(2330)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(files, history):
    return uw.calibrate(history, LAST, like=files.market)


@pytest.mark.slow  # regimes of days and their errors take seconds
def test_json_and_market_are_the_command_s(files, history, found, tmp_path, capsys):
    command([history], LAST, tmp_path / "theirs", like=files.market, as_json=True)
    theirs = json.loads(capsys.readouterr().out)
    mine = found.write(tmp_path / "mine")
    assert json.loads(mine.to_json()) == theirs | {"market": str(tmp_path / "mine" / f"{LAST}.toml")}
    assert uw.Market.read(theirs["market"]) == uw.Market.read(mine.market.path)


@pytest.mark.slow  # regimes of days and their errors take seconds
def test_parameters_are_a_frame_with_errors(found):
    table = found.table().set_index(["name", "of"])
    vol = table.loc[("vol", "USDJPY")]
    assert 0.0 < vol["se"] < 0.1 * vol["value"]
    assert found.market.valuation_date.isoformat() == LAST
    assert found.market.path is None
    assert json.loads(found.to_json())["market"] is None
    assert f"Law of {LAST}" in found._repr_html_()


@pytest.mark.slow  # regimes of days and their errors take seconds
def test_the_market_runs_as_it_is(files, found):
    book = uw.Book.of(uw.positions.CASH(position_id="D", currency="USD", notional=1e6))
    result = uw.run(book, found.market, "filtered", paths=1000, horizon_days=1, backend="numba")
    assert result.table()["value"].notna().all()


def test_what_cannot_be_calibrated_is_refused(history):
    with pytest.raises(uw.InputError, match="date: must be a date, YYYY-MM-DD"):
        uw.calibrate(history, "yesterday")
