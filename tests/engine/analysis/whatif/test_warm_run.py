"""A run kept in memory: the figures of trades are to the last bit those without it."""

import pytest

from engine.analysis.whatif import kept_pnl
from engine.analysis.whatif.warm_run import warm_run
from engine.analysis.whatif.whatif import try_trades
from engine.inputs.run import resolve
from engine.run.load import load_inputs

HEAD = "position_id,kind,currency,notional,coupon,maturity,strike\n"


def ignore(*_: object) -> None:
    """What a run says while it works."""


@pytest.fixture
def begun(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "books")
    (tmp_path / "books.csv").write_text(HEAD + "J,JGB,JPY,5000000000,0.014,2035-03-20,\n")
    (tmp_path / "trades.csv").write_text(HEAD + "U,UST,USD,30000000,0.0425,2035-05-15,\n")
    flags = {"scenario": ["base", "repatriation-2025"], "paths": 2_000, "book": [str(tmp_path / "books.csv")]}
    config = resolve({**flags, "backend": "numba"}, {})
    return tmp_path, config, load_inputs(config)


def test_trades_on_a_warm_run_have_the_bits_of_those_on_a_cold_one(begun):
    folder, config, inputs = begun
    warm = warm_run(config, inputs, ignore, ignore)
    cold = try_trades(folder / "trades.csv", config, inputs, ignore, ignore).found
    assert try_trades(folder / "trades.csv", config, inputs, ignore, ignore, warm).found == cold


def test_a_run_of_other_steps_does_not_fit(begun):
    _, config, inputs = begun
    warm = warm_run(config, inputs, ignore, ignore)
    assert warm.fits(10, "numba")
    assert not warm.fits(1, "numba")
    assert not warm.fits(10, "numpy")
