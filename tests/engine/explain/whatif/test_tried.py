"""Candidate trades against limits, and against a recorded night."""

import sys
from pathlib import Path

import pytest

from engine.analysis.whatif import kept_pnl
from engine.errors import InputError
from engine.explain.whatif.tried import check_alone, check_settings, on_a_night, on_a_run
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from tests.engine.batch.conftest import BatchFolder

HEAD = "position_id,kind,currency,notional,coupon,maturity\n"
BOOK = HEAD + "U,UST,USD,30000000,0.0425,2035-05-15\n"
TRADES = HEAD + "S,UST,USD,-20000000,0.0425,2035-05-15\n"
LIMITS = """
[[limits]]
name = "shortfall"
measure = "ES"
confidence = 0.99
scenario = "base"
amount = {amount}
[[limits]]
name = "dv01"
measure = "DV01"
curve = "UST"
amount = 1e9
[[limits]]
name = "flight"
measure = "stress"
scenario = "april-2025"
amount = 1e9
[[limits]]
name = "one book"
measure = "VaR"
confidence = 0.99
scenario = "base"
scope = "book:books"
amount = 1e9
"""


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "kept" / "books")


def tried(folder: Path, amount: float, say=ignore):
    for name, text in (("books.csv", BOOK), ("trades.csv", TRADES), ("limits.toml", LIMITS.format(amount=amount))):
        (folder / name).write_text(text)
    flags = {"scenario": ["base"], "paths": 1_000, "backend": "numba", "book": [str(folder / "books.csv")]}
    config = resolve(flags, {})
    return on_a_run(folder / "trades.csv", config, load_inputs(config), folder / "limits.toml", ignore, say)


def test_two_thirds_of_the_same_bond_sold_take_two_thirds_of_every_limit_s_use(tmp_path):
    said: list[str] = []
    found, uses = tried(tmp_path, 1e9, said.append)
    by_name = {each.after.name: each for each in uses}
    assert list(by_name) == ["shortfall", "dv01", "flight"]
    for each in by_name.values():
        # the bound of polynomials is 1e-10 of the gross value, here some thousandths of a yen of hundreds of millions
        assert each.after.value == pytest.approx(each.before.value / 3.0, rel=1e-6)
    assert any("left out are limits on single books, which the trades do not move: one book" in each for each in said)
    after = next(change for change in found.scenarios[0].changes if change.measure == "expected_shortfall")
    assert by_name["shortfall"].before.state == by_name["shortfall"].after.state == "within"
    assert after.after.value == pytest.approx(after.before.value / 3.0, rel=1e-6)


def test_a_dv01_limit_on_every_book_has_its_use_before_where_the_trades_move_nothing(tmp_path, monkeypatch):
    every_book = '[[limits]]\nname = "each"\nmeasure = "DV01"\ncurve = "UST"\nscope = "book:*"\namount = {amount}\n'
    monkeypatch.setattr(sys.modules[__name__], "LIMITS", every_book)
    by_scope = {each.after.scope: each for each in tried(tmp_path, 1e9)[1]}
    assert by_scope["book:books"].before.value == by_scope["book:books"].after.value > 0.0
    assert by_scope["book:whatif"].before is None


def test_a_limit_file_with_errors_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"limits.toml: .*must be a positive loss, got -1"):
        tried(tmp_path, -1.0)


def test_what_one_call_cannot_do_is_refused():
    with pytest.raises(InputError, match="until_se: candidate trades are tried on a number of paths"):
        check_settings(resolve({"until_se": "1%"}, {}))
    with pytest.raises(InputError, match="--night has its own settings: leave out paths; or give these without"):
        check_alone(["paths"])


def test_a_folder_that_is_no_record_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no manifest.json; give a recorded run's own folder"):
        on_a_night(tmp_path / "t.csv", tmp_path, ignore, ignore)


@pytest.mark.slow
def test_a_night_s_total_is_the_recorded_one_and_its_limits_are_held_before_and_after(tmp_path):
    (tmp_path / "night").mkdir()
    batch = BatchFolder(tmp_path / "night")
    batch.edit("date = 2025-05-28\n", f'date = 2025-05-28\nlimits = "{tmp_path}/limits.toml"\n')
    limits = LIMITS.format(amount=1e9).replace('scope = "book:books"', 'scope = "book:*"')
    (tmp_path / "limits.toml").write_text(limits)
    (tmp_path / "trades.csv").write_text(TRADES)
    batch.work()
    folder = batch.out / "valuation_date=2025-05-28" / "run=ten-days"
    found, uses = on_a_night(tmp_path / "trades.csv", folder, ignore, ignore)
    recorded = batch.manifest()["pnl_sha256"]
    assert {f"{each.scenario}/total": each.sha256_before for each in found.scenarios}.items() <= recorded.items()
    scopes = [(each.after.name, each.after.scope, each.before is None) for each in uses]
    assert ("one book", "book:bonds", False) in scopes
    assert ("one book", "book:whatif", True) in scopes
    batch.write_book("bonds", "JGB-10Y,JGB,JPY,10000000001,0.012,2034-12-20\n")
    with pytest.raises(InputError, match="the P&L of base, august-2024 is not what was recorded: an input or the"):
        on_a_night(tmp_path / "trades.csv", folder, ignore, ignore)
