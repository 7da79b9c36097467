"""Small recorded nights, made by the batch from files of their own: what two of them differ by is known."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from engine.batch.blocks.workers import ThisProcess
from engine.batch.night import run_batch
from engine.batch.one_run import How
from engine.inputs.batch import read_batch
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.market.market import Market
from engine.sharing.stop import Stop

FIRST, SECOND = date(2025, 5, 27), date(2025, 5, 28)
HEAD = "position_id,book,kind,currency,notional,coupon,maturity,price\n"
JGB = "JGB-10Y,bonds,JGB,JPY,10000000000,0.012,2034-12-20,\n"
UST = "UST-5Y,bonds,UST,USD,60000000,0.03875,2030-04-30,\n"
BILL = "UST-1Y,bills,UST,USD,50000000,0.04,2026-05-31,\n"
N_PATHS = 4096
FACTORS = ("JGB_2Y", "JGB_10Y", "JGB_30Y", "UST_2Y", "UST_10Y", "USDJPY", "USDJPY_VOL")

BATCH = """
out = "record"
market = "market.toml"
date = {day}

[[books]]
path = "book.csv"

[[runs]]
name = "one-day"
scenario = {scenarios}
paths = {n_paths}
horizon_days = {horizon_days}
confidence = [0.8, 0.9]
seed = {seed}
backend = "numba"
"""


def plain_market(day: date = FIRST) -> Market:
    """The bundled market of a date, without a law of past days and with a few of its factors: quick to load and run."""
    whole = load_market(bundled_market_path())
    kept = [i for i, factor in enumerate(whole.factors) if factor.name in FACTORS]
    return replace(
        whole,
        valuation_date=day,
        filtered=None,
        sampling=None,
        factors=tuple(whole.factors[i] for i in kept),
        correlation=whole.correlation[np.ix_(kept, kept)],
        **{name: getattr(whole, name)[kept] for name in ("vols", "kappas", "thetas", "mus")},
    )


def with_par(market: Market, curve: str, move: float) -> Market:
    """A market whose par yields of one curve have all moved."""
    par = market.par_curves[curve]
    return replace(market, par_curves={**market.par_curves, curve: replace(par, par_yields=par.par_yields + move)})


def with_vols(market: Market, factor: float) -> Market:
    """A market whose window vols are multiplied."""
    return replace(market, vols=market.vols * factor)


def moved_on(market: Market, day: date = SECOND) -> Market:
    """The same market on a later date, the JGB curve and vols moved: few movers, for each doubles the runs."""
    return replace(with_vols(with_par(market, "JGB", 0.0004), 1.05), valuation_date=day)


def record_night(
    folder: Path,
    market: Market,
    rows: str = JGB + UST,
    *,
    scenarios: str = '["base"]',
    n_paths: int = N_PATHS,
    horizon_days: int = 1,
    seed: int = 1,
) -> Path:
    """Run a night in a folder of its own, and return the folder of its record."""
    folder.mkdir()
    write_market(market, folder / "market.toml")
    (folder / "book.csv").write_text(HEAD + rows)
    day = market.valuation_date
    batch = BATCH.format(day=day, scenarios=scenarios, n_paths=n_paths, horizon_days=horizon_days, seed=seed)
    (folder / "nightly.toml").write_text(batch)
    how = How(workers=ThisProcess(), share=None, again=False, stop=Stop(), say=ignore, progress=ignore)
    assert run_batch(read_batch(folder / "nightly.toml", ()), how).exit_code == 0
    return folder / "record" / f"valuation_date={day}"


def ignore(*_: object) -> None:
    """What a run says while it works."""
