"""`uw.whatif`: trades from a file or a frame on a result, as the command tries them on the same run."""

import json

import pandas as pd
import pytest

import unwind_risk as uw
from cli.analysis.whatif import whatif as command

TRADES = "position_id,kind,currency,notional,coupon,maturity\nS,UST,USD,-20000000,0.03875,2030-04-30\n"
LIMITS = '[[limits]]\nname = "tail"\nmeasure = "ES"\nconfidence = 0.9\nscenario = "base"\namount = 1e8\n'


@pytest.fixture(scope="module")
def trades(files):
    path = files.folder / "trades.csv"
    path.write_text(TRADES)
    (files.folder / "limits.toml").write_text(LIMITS)
    return path


@pytest.fixture(scope="module")
def found(files, result, trades):
    return uw.whatif(result, trades, limits=files.folder / "limits.toml")


def test_json_is_the_command_s(files, trades, found, capsys):
    command(trades, limits=files.folder / "limits.toml", **files.options(), as_json=True)
    theirs = json.loads(capsys.readouterr().out)
    assert json.loads(found.to_json()) | {"was_kept": True} == theirs  # the second call finds the totals kept


def test_a_frame_of_trades_is_the_file(result, trades, found):
    frame = pd.read_csv(trades)
    assert uw.whatif(result, frame).table().equals(found.table())


def test_the_total_after_is_that_of_a_run_of_all_books(files, trades, found):
    every = files.run([files.book, trades]).table()
    table = every[every["scope"] == "total"].set_index("measure")["value"]
    after = found.table().set_index("measure")["after"]
    assert dict(after) == {name: table[name] for name in after.index}


def test_trades_payments_and_limits_are_frames(found):
    assert found.trades()["position"].tolist() == ["S"]
    assert found.payments()["regime"].tolist() == [""]
    (limit,) = found.limits().to_dict("records")
    assert (limit["limit"], limit["measure"], limit["scope"]) == ("tail", "ES", "total")
    assert limit["after"] < limit["before"]
    assert "What 1 trade would change from 2025-05-27, JPY mn" in found._repr_html_()


def test_a_recorded_run_has_limits_of_its_own(files, night, trades):
    with pytest.raises(uw.InputError, match="a recorded run has limits of its own"):
        uw.whatif(night, trades, limits=files.folder / "limits.toml")
    table = uw.whatif(night, trades).table()
    assert set(table["confidence"]) == {0.8, 0.9}


def test_books_of_several_files_are_no_candidates(result, trades, files):
    with pytest.raises(uw.InputError, match="candidate trades are one file or frame, got a book of 2"):
        uw.whatif(result, uw.Book.read(trades, files.book))
