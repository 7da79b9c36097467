"""What is mutated: a good file of every sort, how it is read, and what an accepted one is used for."""

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.batch.blocks.workers import ThisProcess
from engine.batch.night import run_batch
from engine.batch.one_run import How
from engine.batch.run_record import SUPERSEDED
from engine.inputs.batch import read_batch
from engine.inputs.history.check import check_series, odd_moves
from engine.inputs.history.load import read_history
from engine.inputs.history.realised_pnl import read_realised
from engine.inputs.market.load import bundled_market_path
from engine.inputs.run import RunConfig, resolve
from engine.inputs.scenario.load import bundled_scenario_names
from engine.record.manifest import read_manifest
from engine.record.read import nights, read_night
from engine.record.verify import changed_files
from engine.run import start

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "engine" / "scenario" / "bundled"
SMALL_BOOK = """position_id,kind,currency,notional,coupon,maturity,strike
P1,JGB,JPY,1000000000,0.014,2035-03-20,
P2,UST,USD,5000000,0.0425,2034-11-15,
P3,FX_CALL,USD,1000000,,2025-08-27,143
"""
RUN = """market = "market.toml"
book = ["book.csv"]
scenario = ["base", "april-2025"]
paths = 1000
horizon_days = 5
confidence = [0.975, 0.99]
seed = 7
backend = "numba"
precision = "float64"
steps = "auto"
currency = "USD"
instantaneous = false
revaluation = "compressed"
"""
BATCH = """out = "record"
market = "market.toml"
date = 2025-05-28
block_cells = 1
[[books]]
path = "book.csv"
[[runs]]
name = "ten-days"
scenario = "base"
paths = 100
horizon_days = 2
confidence = [0.975, 0.99]
"""
LIMITS = """[[limits]]
name = "VaR"
measure = "VaR"
confidence = 0.99
scenario = "base"
run = "ten-days"
amount = 20e9
[[limits]]
measure = "stress"
scenario = "august-2024"
kind = "soft"
amount = 15e9
[[limits]]
measure = "DV01"
scope = "book:*"
curve = "JGB"
amount = 500e6
currency = "USD"
"""
REALISED = "valuation_date,scope,pnl\n2025-05-27,total,-1200000\n2025-05-27,book:main,-1200000\n2025-05-28,total,5.5\n"
TIDY = "date,JGB_2Y,JGB_10Y,UST_10Y,USDJPY\n" + "".join(
    f"2025-05-{day:02},{0.7 + day / 100:.3f},{1.4 + day / 90:.3f},{4.4 + day / 80:.2f},{143 + day / 10:.2f}\n"
    for day in (1, 2, 7, 8, 9, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A sort of file: the name that it has, good ones to begin with, and its use, which raises RiskError or is fine."""

    name: str
    seeds: tuple[bytes, ...]
    use: Callable[[Path], Any]
    named: tuple[str, ...] = ()  # what a message may name in place of the file
    whole: bool = True  # an accepted file is simulated; of a record, any change must be found


def targets(folder: Path) -> tuple[Target, ...]:
    """Return every sort of file, in a folder that holds the others that it needs."""
    (folder / "market.toml").write_bytes(bundled_market_path().read_bytes())
    (folder / "book.csv").write_text(SMALL_BOOK, encoding="utf-8")
    (folder / "nightly.toml").write_text(BATCH, encoding="utf-8")
    record = folder / "record"
    _run_nights(folder / "nightly.toml", record)
    return (
        Target(name="market.toml", seeds=(bundled_market_path().read_bytes(),), use=lambda path: _run(market=path)),
        Target(name="mine.csv", seeds=_books(), use=lambda path: _run(book=path)),
        Target(name="mine.toml", seeds=_scenarios(), use=lambda path: _run(book=folder / "book.csv", scenario=path)),
        Target(
            name="RUN.toml",
            seeds=(RUN.encode(),),
            use=_run_file,
            named=("no scenario", "market", "book", "no such"),
        ),
        Target(name="nightly.toml", seeds=((BATCH + LIMITS).encode(),), use=_run_nights, named=("no valuation date",)),
        Target(name="history.csv", seeds=(TIDY.encode(),), use=_history),
        Target(name="realised.csv", seeds=(REALISED.encode(),), use=read_realised),
        *(
            Target(name=str(path.relative_to(folder)), seeds=(path.read_bytes(),), use=_record, whole=False)
            for path in (*record.rglob("manifest.json"), *record.rglob("night.json"))
        ),
    )


def _books() -> tuple[bytes, ...]:
    rows = (ROOT / "engine" / "book" / "data" / "all-kinds.csv").read_bytes().splitlines()
    few = (b"\n".join([rows[0], *rows[i : i + 4], b""]) for i in range(1, len(rows), 4))
    return (SMALL_BOOK.encode(), *few)


def _scenarios() -> tuple[bytes, ...]:
    names = [name for name in bundled_scenario_names() if (BUNDLED / f"{name}.toml").exists()]
    parts = sorted((BUNDLED / "parts").glob("*.toml"))
    return tuple(path.read_bytes() for path in [*(BUNDLED / f"{name}.toml" for name in names), *parts])


def _run(**files: Path) -> None:
    flags: dict[str, Any] = {"paths": 100, "horizon_days": 2, "backend": "numba", "confidence": [0.9]}
    flags["scenario"] = ["base"]  # unless one is given: no rows lie beside a market that was changed
    _simulate(resolve(flags | {key: [path] if key == "book" else path for key, path in _named(files).items()}, {}))


def _named(files: dict[str, Path]) -> dict[str, Any]:
    return {key: [str(path)] if key == "scenario" else path for key, path in files.items()}


def _run_file(path: Path) -> None:
    config = resolve({}, {}, path)
    few = {"n_paths": min(config.n_paths, 200), "horizon_days": min(config.horizon_days, 5), "until_se": None}
    _simulate(config.model_copy(update={**few, "backend": "numba", "scenarios": config.scenarios[:3]}))


def _simulate(config: RunConfig) -> None:
    """Run, and look at every figure."""
    result = start.run(config, lambda *_: None, lambda *_: None)
    for row in result.results:
        figures = [row.base_value, row.shock_pnl, row.mean, row.std, row.pnl_bound]
        for tail in row.measures:
            figures += [*tail.around_shock.values(), *(each.value for each in tail.estimates.values())]
        if not all(map(math.isfinite, figures)):
            raise AssertionError(f"figures that are not finite: {row}")


def _run_nights(path: Path, out: Path | None = None) -> None:
    """Run a batch into a record of its own, not the one whose files are changed; old nights do not pile up."""
    out = out or path.parent / "nights"
    shutil.rmtree(out / SUPERSEDED, ignore_errors=True)
    batch = read_batch(path)
    few = tuple(
        run.model_copy(update={"n_paths": 100, "horizon_days": min(run.horizon_days, 3), "until_se": None})
        for run in batch.runs[:2]
    )
    here = replace(batch, runs=few, nights=batch.nights[:1], out=out, prometheus=None, report=False)
    run_batch(here, How(workers=ThisProcess(), share=None, again=True, stop=_never(), say=_ignore, progress=_ignore))


def _history(path: Path) -> None:
    history = read_history([path])
    check_series(history)
    odd_moves(history)


def _record(path: Path) -> None:
    """Read a record of which a file was changed: the change must be found by `verify`."""
    record = next(parent for parent in path.parents if parent.name == "record")
    if not changed_files(record):
        raise AssertionError("a changed record counts as it was written")
    for night in nights(record):
        read_night(record, date.fromisoformat(str(night)))
    for manifest in record.rglob("manifest.json"):
        read_manifest(manifest.parent)


def _never() -> Any:
    from engine.sharing.stop import Stop

    return Stop()


def _ignore(*_: object) -> None:
    """What is said on the way is not looked at."""
