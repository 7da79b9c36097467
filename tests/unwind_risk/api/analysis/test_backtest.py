"""`uw.backtest`: verdicts, days and exceptions as frames, of files and of books in memory alike."""

import json
from dataclasses import replace

import pytest
import typer

import unwind_risk as uw
from cli.backtest.commands import backtest as command
from tests.engine.backtest.synthetic import frame_of, tidy_csv


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text(tidy_csv(frame_of(420)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(files, history):
    return uw.backtest(history, "2015-06-01", "2015-06-30", **asked(files), book=uw.Book.read(files.book))


def asked(files):
    return {"market": files.market, "laws": "historical-250", "horizons": 1, "paths": 1000}


def test_json_is_the_command_s(files, history, found, capsys):
    options = {"law": ["historical-250"], "horizon": "1", "paths": "1000", "workers": "1", "book": [files.book]}
    with pytest.raises(typer.Exit):  # with 3: of 20 days nothing can be said
        command([history], "2015-06-01", "2015-06-30", market=files.market, days=True, as_json=True, **options)
    assert found.to_json(days=True) == capsys.readouterr().out.rstrip("\n")


def test_verdicts_days_exceptions_and_years_say_the_same(found):
    table, days = found.table().set_index("scope"), found.days()
    assert set(table["law"]) == {"historical-250"}
    assert table.loc["bonds", "n_days"] == len(days)
    exceptions = found.exceptions()
    assert table["n_99"].sum() == len(exceptions) == ((-days["pnl"]) > days["var_99"]).sum()
    assert found.years().groupby("scope")["n_99"].sum().to_dict() == table["n_99"].to_dict()
    assert [name for name in table if name.startswith("p_")]
    assert found.passes == table["passes"].all()
    assert json.loads(found.to_json())["passes"] == found.passes
    assert "Forecasts from 2015-06-01 to 2015-06-29" in found._repr_html_()


def test_a_market_that_a_program_holds_says_what_its_file_says(files, history, found):
    held = replace(uw.Market.read(files.market), path=None)
    again = uw.backtest(history, "2015-06-01", "2015-06-30", **asked(files) | {"market": held}, book=files.book)
    assert again.to_json(days=True) == found.to_json(days=True)


def test_what_cannot_be_walked_is_refused(files, history, found):
    with pytest.raises(uw.InputError, match=r"paths: must be from 1,000 to 100,000, got 10"):
        uw.backtest(history, "2015-06-01", "2015-06-30", **asked(files) | {"paths": 10})
    for wrong in ({"paths": "x"}, {"seed": 1.5}, {"seed": -1}, {"horizons": True}, {"horizons": [1, 1]}):
        with pytest.raises(uw.InputError, match=next(iter(wrong)).removesuffix("s")):
            uw.backtest(history, "2015-06-01", "2015-06-30", **asked(files) | wrong)
    with pytest.raises(uw.InputError, match="first: must be a date"):
        uw.backtest(history, "June", "2015-06-30")
    with pytest.raises(uw.InputError, match="the law 'gaussian' was not walked; there are historical-250"):
        found.plot("gaussian")


@pytest.mark.slow  # matplotlib
def test_the_picture_is_drawn(found, tmp_path):
    found.plot().save(tmp_path / "days.png")
    assert (tmp_path / "days.png").read_bytes()[:4] == b"\x89PNG"
