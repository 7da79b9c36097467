"""A whole backtest on a history made by hand: kept, taken up again, shared out; what is refused."""

import json
import re
import signal
from dataclasses import replace
from datetime import date

import pytest

from engine.backtest.backtest_json import as_json
from engine.backtest.run_backtest import run_backtest
from engine.backtest.settings import BacktestSettings
from engine.backtest.walk.parts import ThisProcess
from engine.backtest.walk.workers import Processes
from engine.book.store import write_compiled
from engine.errors import InputError
from engine.inputs.book.load import bundled_book_path, load_book
from engine.inputs.market.load import bundled_market_path
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import template
from engine.sharing.stop import Stop, StoppedWorkError
from tests.engine.backtest.synthetic import frame_of, tidy_csv

N_DATES = 900
HERE = ThisProcess()


def ignore(*_):
    """How far it is does not matter here."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Two laws over the last months of a history."""
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text(tidy_csv(frame_of(N_DATES)), encoding="utf-8")
    return BacktestSettings(
        books=(bundled_book_path(),),
        market=bundled_market_path(),
        history=(path,),
        first=date(2016, 12, 1),
        last=date(2017, 5, 31),
        laws=("historical-250", "ewma"),
        horizons=(1, 10),
        n_paths=1000,
        seed=1,
        out=None,
    )


@pytest.fixture(scope="module")
def result(settings):
    return run_backtest(settings, HERE, ignore)


def test_every_law_book_and_horizon_has_a_verdict(result):
    trials = {(each.law, each.scope, each.horizon_days) for each in result.verdicts}
    scopes = ("total", "carry-fund", "life-insurer")
    assert trials == {(law, scope, h) for law in ("historical-250", "ewma") for scope in scopes for h in (1, 10)}
    assert all(each.n_days > 100 for each in result.verdicts)


def test_json_counts_each_exception_once_with_its_factor(result):
    found = json.loads(json.dumps(as_json(result), allow_nan=False))
    counts = sum(each["n_99"] for each in found["verdicts"])
    assert counts == len(found["exceptions"]) == sum(each["n_99"] for each in found["years"])
    assert counts > 0
    assert all(each["factor"] and -each["pnl"] > each["var_99"] for each in found["exceptions"])
    rows = result.rows
    assert ((rows.factor != "") == rows.failed_99).all()
    assert found["passes"] == all(each["passes"] for each in found["verdicts"])


def test_what_was_kept_is_taken_up_and_the_rest_walked_with_the_same_result(settings, result, tmp_path):
    kept = replace(settings, out=tmp_path / "out")
    seen = []
    assert as_json(run_backtest(kept, HERE, lambda done, total: seen.append((done, total)))) == as_json(result)
    first = (kept.out / "2016-12.parquet").read_bytes()
    (kept.out / "2017-02.json").unlink()  # as if it had been killed before the month's seal
    before = (kept.out / "2016-12.parquet").stat().st_mtime_ns
    again = []
    assert as_json(run_backtest(kept, HERE, lambda done, total: again.append((done, total)))) == as_json(result)
    assert (kept.out / "2016-12.parquet").stat().st_mtime_ns == before
    assert (kept.out / "2016-12.parquet").read_bytes() == first
    assert seen[0] == (0, seen[-1][1])
    assert 0 < again[0][0] < again[-1][0] == again[-1][1]
    assert run_backtest(kept, HERE, ignore).rows.pnl.tolist() == result.rows.pnl.tolist()
    with pytest.raises(InputError, match=r"holds another backtest: laws was \['historical-250', 'ewma'\], now \['t'\]"):
        run_backtest(replace(kept, laws=("t",)), HERE, ignore)


def test_a_stop_keeps_what_was_finished_and_the_same_call_goes_on(settings, result, tmp_path):
    kept, stop = replace(settings, out=tmp_path / "out"), Stop()

    def ask_after_two_months(done, _):
        """Ask for a stop as a signal does."""
        if len([*kept.out.glob("????-??.json")]) == 2:
            stop.number = signal.SIGINT

    with pytest.raises(StoppedWorkError, match="SIGINT: stopped, and what was finished is kept") as stopped:
        run_backtest(kept, HERE, ask_after_two_months, stop)
    assert stopped.value.exit_code == 130
    assert len([*kept.out.glob("????-??.parquet")]) == 2
    assert as_json(run_backtest(kept, HERE, ignore)) == as_json(result)


@pytest.mark.slow  # starts processes that load and compile for themselves
def test_two_processes_make_the_same_rows_as_one(settings, result):
    assert as_json(run_backtest(settings, Processes(2), ignore)) == as_json(result)


def test_what_cannot_be_walked_is_refused(settings, tmp_path):
    book = tmp_path / "book.csv"
    book.write_text(template([KINDS["FX_CALL"], KINDS["CASH"]]), encoding="utf-8")
    compiled = tmp_path / "book.parquet"
    write_compiled(load_book(bundled_book_path(), date(2025, 5, 28)), compiled)
    for changes, said in (
        ({"laws": ("filtred",)}, "no law is called 'filtred'; did you mean 'filtered'"),
        ({"laws": ("filtered",)}, "too few for: filtered 2,120; the history is shorter than that"),
        ({"last": date(2030, 1, 1)}, "--to 2030-01-01 lies beyond the data"),
        ({"books": (compiled,)}, "is a compiled book, of one date"),
        ({"books": (book,)}, "'FX_CALL-1' cannot be rolled to other dates: FX_CALL depend"),
        ({"first": date(2017, 4, 1), "last": date(2017, 4, 2)}, "no date with every factor"),
    ):
        with pytest.raises(InputError, match=said):
            run_backtest(replace(settings, **changes), HERE, ignore)


def test_a_bad_print_is_refused_with_its_line_until_it_is_accepted(settings, tmp_path):
    frame = frame_of(N_DATES)
    row = frame.index.get_loc("2016-03-16")
    frame.iloc[row, frame.columns.get_loc("USDJPY")] *= 1.5
    path = tmp_path / "history.csv"
    path.write_text(tidy_csv(frame), encoding="utf-8")
    bad = replace(settings, history=(path,), laws=("historical-250",), horizons=(1,), last=date(2016, 12, 5))
    with pytest.raises(InputError) as refused:
        run_backtest(bad, HERE, ignore)
    assert f"history.csv: line {row + 2}: USDJPY on 2016-03-16" in str(refused.value)
    names = re.findall(r"--accept (\S+)", str(refused.value))
    accepted = run_backtest(replace(bad, accepted=tuple(names)), HERE, ignore)
    assert any("accepted: " in note and "2016-03-16" in note for note in accepted.notes)


def test_settings_that_make_no_sense_are_refused(settings):
    for changes, said in (
        ({"first": date(2018, 1, 1)}, "--from 2018-01-01 must not be after --to 2017-05-31"),
        ({"history": ()}, "needs the files of a history"),
        ({"horizons": (11,)}, "--horizon"),
        ({"n_paths": 10}, "--paths"),
        ({"books": ()}, "--book"),
    ):
        with pytest.raises(InputError, match=said):
            replace(settings, **changes)
