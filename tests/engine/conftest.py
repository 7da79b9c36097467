"""Markets and books made by hand, as files too, for whole runs."""

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.book.compiled import CompiledBook
from engine.book.store import write_compiled
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.inputs.run import RunConfig, resolve
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.template import example_row
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor, FactorKind, parse_factor
from engine.market.market import Market
from engine.payoffs.flows import Flows
from engine.payoffs.registry import empty_tables
from engine.risk.results import RunResult
from engine.run.start import run
from tests.engine.hand_made import make_book as make_book
from tests.engine.hand_made import make_market as make_market
from tests.engine.hand_made import make_positions as make_positions

DATE = date(2025, 5, 28)
BUSINESS_DAYS = np.array([1, 2, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 19, 20])  # from Wednesday 28 May 2025
NODES = {
    "JGB": ([0.5, 2.0, 5.0, 10.0, 20.0, 40.0], [0.004, 0.007, 0.0105, 0.0155, 0.0245, 0.0345]),
    "UST": ([0.25, 2.0, 10.0, 30.0], [0.0435, 0.0393, 0.045, 0.0505]),
}
NAMES = ("JGB_2Y", "JGB_10Y", "JGB_40Y", "UST_3M", "UST_10Y", "USDJPY")
VOLS = (0.0025, 0.0042, 0.0063, 0.0064, 0.0107, 0.11)


def hand_market(
    names: Sequence[str] = NAMES,
    vols: Sequence[float] = VOLS,
    correlation: np.ndarray | None = None,
    kappas: Sequence[float] | None = None,
    thetas: Sequence[float] | None = None,
    mus: Sequence[float] | None = None,
    flat: float | None = None,
    usdjpy: float = 145.04,
) -> Market:
    """Two curves, flat at `flat` if it is given; factors correlated 0.9^|i - j| unless told otherwise."""
    n = len(names)
    places = np.arange(n)
    curves = {
        name: ZeroCurve(
            name=name,
            currency="JPY" if name == "JGB" else "USD",
            times=np.array(times),
            zero_rates=np.array(rates) if flat is None else np.full(len(rates), flat),
        )
        for name, (times, rates) in NODES.items()
    }
    return Market(
        valuation_date=DATE,
        par_curves={},
        curves=curves,
        fx={"USD": usdjpy},
        factors=tuple(parse_factor(name) for name in names),
        vols=np.array(vols),
        correlation=0.9 ** np.abs(places[:, None] - places) if correlation is None else correlation,
        kappas=np.zeros(n) if kappas is None else np.array(kappas),
        thetas=np.zeros(n) if thetas is None else np.array(thetas),
        mus=np.zeros(n) if mus is None else np.array(mus),
        source="made for this test",
        calibration="made for this test",
    )


def hand_book(
    flows: Sequence[tuple[int, str, int, float]] = (),
    units: Sequence[tuple[int, str, float]] = (),
    books: Sequence[str] = ("main",),
) -> CompiledBook:
    """Flows are (position, curve, day, amount) in the curve's currency, units (position, currency, amount) held now."""
    currency_of = {"JGB": "JPY", "UST": "USD"}
    held = [(i, curve, 0, amount) for i, code, amount in units for curve, own in currency_of.items() if own == code]
    rows = sorted([*flows, *held], key=lambda flow: (flow[0], flow[2]))
    return CompiledBook(
        valuation_date=DATE,
        position_ids=tuple(f"P{i}" for i in range(len(books))),
        books=tuple(books),
        kinds=("CASH",) * len(books),
        tables=empty_tables().replaced(
            Flows(
                position=np.array([row[0] for row in rows], np.int64),
                curve=np.array([row[1] for row in rows], np.str_),
                currency=np.array([currency_of[row[1]] for row in rows], np.str_),
                day=np.array([row[2] for row in rows], np.int64),
                amount=np.array([row[3] for row in rows], np.float64),
            ),
        ),
        business_days=BUSINESS_DAYS,
        sha256="0" * 64,
    )


def bundled_with(**levels: object) -> Market:
    """The bundled market with other levels: `usdjpy_vol`, or any field of Market."""
    market = load_market(bundled_market_path())
    vol = levels.pop("usdjpy_vol", None)
    if vol is not None:
        names = [factor.name for factor in market.factors]
        levels["vols"] = np.where(np.array(names) == "USDJPY", vol, market.vols)
    return replace(market, **levels)


def ignore(*_: object) -> None:
    """What a run reports while it works is not looked at."""


def market_with_an_index() -> Market:
    """The bundled market and an equity index: figures of this test, not of a publisher."""
    market = load_market(bundled_market_path())
    n = len(market.factors)
    correlation = np.eye(n + 1)
    correlation[:n, :n] = market.correlation
    return replace(
        market,
        factors=(*market.factors, Factor(name="SPX", kind=FactorKind.PRICE, currency="USD")),
        levels={**market.levels, "SPX": 5888.55},
        correlation=correlation,
        **{
            name: np.append(getattr(market, name), value)
            for name, value in (("vols", 0.18), ("kappas", 0.0), ("thetas", 0.0), ("mus", 0.0))
        },
    )


def option_rows(maturity: str, n: int, seed: int = 1) -> list[dict[str, str]]:
    """Cells of so many FX calls of one maturity, bought and sold, strikes 125 to 160."""
    draw = random.Random(seed)
    return [
        example_row(KINDS["FX_CALL"])
        | {"position_id": f"{maturity}-{i}", "maturity": maturity, "strike": f"{draw.uniform(125, 160):.2f}"}
        | {"notional": f"{draw.uniform(-3e7, 3e7):.0f}", "premium": ""}
        for i in range(n)
    ]


def csv_book(rows: Sequence[Mapping[str, str]], market: Market, folder: Path) -> CompiledBook:
    """The compiled book of these cells."""
    path = folder / "book.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return load_book(path, market.valuation_date)


def run_files(market: Market | None, book: CompiledBook | None, folder: Path, **settings: object) -> RunResult:
    """A whole run from files to result; None takes the bundled file."""
    if market is not None:
        write_market(market, folder / "market.toml")
        settings["market"] = folder / "market.toml"
    if book is not None:
        write_compiled(book, folder / "book.parquet")
        settings["book"] = folder / "book.parquet"
    return run(config(**settings), ignore, ignore)


def config(**settings: object) -> RunConfig:
    """Checked settings; lists as lists. Unless one is named the scenario is `base`, whose law has closed forms."""
    return resolve({"backend": "numba", "scenarios": ["base"], **settings}, {}, None)


@pytest.fixture(name="hand_market", scope="session")
def _hand_market() -> Callable[..., Market]:
    return hand_market


@pytest.fixture(name="hand_book", scope="session")
def _hand_book() -> Callable[..., CompiledBook]:
    return hand_book


@pytest.fixture(name="bundled_with", scope="session")
def _bundled_with() -> Callable[..., Market]:
    return bundled_with


@pytest.fixture(name="run_files")
def _run_files(tmp_path: Path) -> Callable[..., RunResult]:
    return lambda market, book, **settings: run_files(market, book, tmp_path, **settings)


@pytest.fixture(scope="session")
def index_market() -> Market:
    """The bundled market and an equity index."""
    return market_with_an_index()


@pytest.fixture(name="option_rows", scope="session")
def _option_rows() -> Callable[..., list[dict[str, str]]]:
    return option_rows


@pytest.fixture(name="csv_book", scope="session")
def _csv_book(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., CompiledBook]:
    return lambda rows, market: csv_book(rows, market, tmp_path_factory.mktemp("book"))
