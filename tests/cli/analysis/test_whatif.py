"""`unwind whatif`: its tables, and what it refuses."""

import json

import pytest

from cli.analysis.whatif import whatif
from engine.analysis.whatif import kept_pnl
from engine.errors import InputError

HEAD = "position_id,kind,currency,notional,coupon,maturity\n"
BOOK = HEAD + "U,UST,USD,30000000,0.0425,2035-05-15\n"
TRADES = HEAD + "S,UST,USD,-20000000,0.0425,2035-05-15\n"
LIMITS = '[[limits]]\nname = "shortfall"\nmeasure = "ES"\nconfidence = 0.99\nscenario = "base"\namount = 1e8\n'


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "kept" / "books")
    for name, text in (("books.csv", BOOK), ("trades.csv", TRADES), ("limits.toml", LIMITS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def settings(files):
    return {"book": [files / "books.csv"], "scenario": ["base"], "paths": "1000", "backend": "numba"}


def test_the_tables_say_change_payments_carry_and_limits(files, capsys):
    whatif(files / "trades.csv", limits=files / "limits.toml", **settings(files))
    out = capsys.readouterr().out
    assert "What 1 trade would change over 10 business days from 2025-05-28" in out
    assert "1,000 paths, one step, seed 1" in out
    for title in ("What the trades pay", "Value and carry of the trades", "Limits before and after"):
        assert title in out
    assert "ES 99 % base total" in out
    assert "within: new" in out


def test_json_alone_is_on_stdout(files, capsys):
    whatif(files / "trades.csv", as_json=True, **settings(files))
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["trades"][0]["book"], found["limits"]) == (1, "whatif", [])


def test_a_night_takes_no_settings_beside_it(files):
    with pytest.raises(InputError, match="--night has its own settings: leave out book, scenarios, paths, backend"):
        whatif(files / "trades.csv", night=files, **settings(files))
