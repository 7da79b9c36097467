"""Candidate trades on a run: to the last bit what a run of all books says, with what they earn and where."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.analysis.final_regimes import FinalRegimes
from engine.analysis.whatif import kept_pnl
from engine.analysis.whatif.kept_pnl import Totals, keep_totals, kept_folder
from engine.analysis.whatif.whatif import regime_means, try_trades
from engine.errors import FileFaults, InputError
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.start import run

HEAD = "position_id,kind,currency,notional,coupon,maturity,rate\n"
BOOKS = HEAD + "J,JGB,JPY,5000000000,0.014,2035-03-20,\nU,UST,USD,30000000,0.0425,2035-05-15,\n"
TRADES = HEAD + "S,UST,USD,-20000000,0.04625,2055-02-15,\nF,FX_FORWARD,USD,-10000000,,2025-08-29,143.6\n"
N = 20_000


def ignore(*_: object) -> None:
    """What a run says while it works."""


class Folder:
    """Two book files, and runs of one or both."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "books.csv").write_text(BOOKS)
        self.write(TRADES)

    def write(self, text: str, name: str = "whatif.csv") -> Path:
        (self.path / name).write_text(text)
        return self.path / name

    def config(self, *scenarios: str, books=("books.csv",), **settings):
        given = {"scenario": scenarios, "paths": N, "backend": "numba", "book": [str(self.path / b) for b in books]}
        return resolve({**given, **settings}, {})

    def tried(self, *scenarios: str, **settings):
        config = self.config(*scenarios, **settings)
        return try_trades(self.path / "whatif.csv", config, load_inputs(config), ignore, ignore).found

    def full(self, *scenarios: str, **settings):
        config = self.config(*scenarios, books=("books.csv", "whatif.csv"), **settings)
        return {each.scenario: each for each in run(config, ignore, ignore).results if each.scope == "total"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "books")  # compiled kernels stay where they are
    return Folder(tmp_path)


def assert_same(found, full):
    for each in found.scenarios:
        other = full[each.scenario]
        assert each.sha256_after == other.pnl_sha256
        for change in each.changes:
            tail = next(tail for tail in other.measures if tail.confidence == change.confidence)
            assert change.after.value == tail.estimates[change.measure].value


def test_it_equals_a_run_of_all_books_bit_for_bit(folder):
    found, full = folder.tried("base", horizon_days=1), folder.full("base", horizon_days=1)
    assert_same(found, full)
    assert not found.was_kept
    again = folder.tried("base", horizon_days=1)
    assert again.was_kept
    assert again.scenarios == found.scenarios


@pytest.mark.slow
def test_it_equals_a_run_of_all_books_under_other_laws_drawn_and_exact(folder):
    scenarios = ("mixture", "unwind-loop", "repatriation-2025", "august-2024", "historical")
    found = folder.tried(*scenarios)
    assert_same(found, folder.full(*scenarios))
    assert [each.is_exact for each in found.scenarios] == [False, False, False, False, True]
    assert all(change.table_se > 0.0 for each in found.scenarios[:1] for change in each.changes)


@pytest.mark.slow
def test_exact_changes_have_the_error_of_the_table_alone(folder):
    (each,) = folder.tried("historical").scenarios
    assert {change.se for change in each.changes} == {0.0}
    assert all(change.table_se > 0.0 for change in each.changes)


def doubled(folder, scenario, **settings):
    """Try the books themselves as trades: where they lose VaR or more they lose ES, to the last move or path."""
    folder.write(BOOKS.replace("\nJ,", "\nJ2,").replace("\nU,", "\nU2,"))
    (each,) = folder.tried(scenario, horizon_days=1, **settings).scenarios
    (es,) = [change.before for change in each.changes if change.measure == "expected_shortfall"]
    return each, es


def test_where_it_hurts_begins_at_the_var_of_a_law_whose_moves_do_not_count_alike(folder):
    each, es = doubled(folder, "filtered-regimes", confidence=[0.99])
    assert each.is_exact
    assert -each.pnl_in_tail.value == pytest.approx(es.value, rel=1e-9)
    assert each.pnl_in_tail.se == 0.0


def test_where_it_hurts_has_the_error_of_a_var_that_is_estimated(folder):
    """What the books pay there is minus ES, and so is its error; mean losses at VaR are read from a quarter of it."""
    each, es = doubled(folder, "base", confidence=[0.99])
    assert -each.pnl_in_tail.value == pytest.approx(es.value, rel=5e-3)
    assert each.pnl_in_tail.se == pytest.approx(es.se, rel=0.1)


def test_how_often_a_regime_ends_has_its_binomial_error():
    ends = FinalRegimes(names=("CALM", "FLIGHT"), numbers=np.repeat([0, 1], [75, 25]))
    calm, flight = regime_means(ends, np.arange(100.0))
    assert (calm.probability, flight.probability) == (0.75, 0.25)
    assert calm.probability_se == flight.probability_se == pytest.approx(np.sqrt(0.75 * 0.25 / 100), rel=1e-15)


def test_a_trade_and_its_opposite_change_nothing_beyond_the_bound(folder):
    row = "UST,USD,{}20000000,0.04625,2055-02-15,\n"
    folder.write(HEAD + "L," + row.format("") + "S," + row.format("-"))
    (each,) = folder.tried("base").scenarios
    assert all(abs(change.value) <= each.pnl_bound for change in each.changes)
    assert abs(each.pnl.value) <= each.pnl_bound < 1.0  # JPY, of 3 bn each way
    assert folder.tried("base").carry_a_day == 0.0


@pytest.mark.slow
def test_a_trade_that_needs_daily_steps_has_the_books_walked_daily_too(folder):
    """An option that expires within the horizon: in one step its day would not be seen."""
    head = "position_id,kind,currency,notional,maturity,strike\n"
    folder.write(head + "P,FX_PUT,USD,10000000,2025-06-04,143\n")
    found = folder.tried("base")
    assert found.steps == "daily"
    assert_same(found, folder.full("base"))


@pytest.mark.slow
def test_kept_totals_of_other_ranges_are_not_added_to(folder):
    """Where trades narrow the polynomials, the sum of two runs is not the run of both: all books are walked."""
    folder.tried("base")
    (path,) = kept_folder().iterdir()
    head = json.loads(path.read_bytes()[64:].split(b"\n")[0])
    values = np.frombuffer(path.read_bytes().split(b"\n", 1)[1], np.float64)
    pnl, ranges = values[:N], values[N:] * 2.0
    keep_totals(Totals(pnl={"base": pnl}, ranges={"base": ranges}), head["key"])
    said: list[str] = []
    config = folder.config("base")
    found = try_trades(folder.path / "whatif.csv", config, load_inputs(config), ignore, said.append).found
    assert found.was_kept
    assert any("narrow the ranges" in each for each in said)
    assert_same(found, folder.full("base"))


@pytest.mark.slow
def test_a_damaged_kept_file_is_walked_again(folder):
    first = folder.tried("base")
    (path,) = kept_folder().iterdir()
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(data)
    again = folder.tried("base")
    assert not again.was_kept
    assert again.scenarios == first.scenarios


@pytest.mark.slow
def test_other_settings_are_other_totals(folder):
    folder.tried("base")
    for settings in ({"seed": 2}, {"horizon_days": 5}, {"currency": "USD"}, {"paths": 10_000}):
        assert not folder.tried("base", **settings).was_kept
    assert folder.tried("base", confidence=[0.95]).was_kept  # of the same P&L


@pytest.mark.slow
def test_what_the_trades_pay_is_said_by_scenario_and_where_the_books_lose_most(folder):
    folder.write(HEAD + "S,JGB,JPY,-3000000000,0.014,2035-03-20,\n")  # a flight's fall of yields costs it
    base, flight = folder.tried("base", "august-2024").scenarios
    assert flight.pnl.value < 0.0 < base.pnl_in_tail.value
    assert 0.0 < base.pnl.se < base.pnl_in_tail.se


def test_a_book_of_the_run_s_own_name_is_refused(folder):
    rows = TRADES.replace("notional,", "notional,book,").replace("0000,", "0000,books,")
    folder.write(rows)
    with pytest.raises(InputError, match=r"whatif.csv: the run holds a book called 'books' already: give the trades"):
        folder.tried("base")


def test_a_trade_file_with_errors_is_refused_with_its_lines(folder):
    folder.write(TRADES.replace("UST,USD", "USTT,USD"))
    with pytest.raises(FileFaults, match=r"whatif.csv: line 2, kind: "):
        folder.tried("base")


def test_too_many_paths_to_hold_are_refused_with_how_many_fit(folder):
    with pytest.raises(InputError, match=r"`paths` must be at most 89,478,485 here: 3 P&L vectors are held at once"):
        folder.tried("base", paths=200_000_000)
