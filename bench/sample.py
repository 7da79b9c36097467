"""The model and the book that cases share: 16 factors, and 12,000 distinct flow dates on two curves."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.book.compiled import CompiledBook
from engine.conventions.currencies import DOLLAR, HOME, currency_of_curve
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor, FactorKind
from engine.market.market import Market
from engine.pack.pack import Packed, pack
from engine.payoffs.flows import Flows
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.registry import empty_tables
from kernels.layout import Book
from kernels.payoffs import empty_book

HORIZON_DAYS = 10
N_POSITIONS = 400
FLOWS_EACH = 30
N_OPTIONS, N_EXPIRIES = 1_000, 24
LONGEST_DAYS = {"JGB": 40 * 365, "UST": 30 * 365}  # no flow beyond a curve's last pillar

THREE_REGIMES = Path(__file__).parent / "three-regimes.toml"  # normal moves with everything that an unwind may have


def market_of_16() -> Market:
    """Return the bundled market without UST_3M, curves on whole years only: node dates that QuantLib can repeat."""
    market = load_market(bundled_market_path())
    pairs = [(i, factor) for i, factor in enumerate(market.factors) if factor.kind is not FactorKind.VOL]
    kept = [i for i, factor in pairs if factor.pillar is None or factor.pillar >= 1.0]
    return replace(
        market,
        curves={name: _whole_years(market.curves[name]) for name in LONGEST_DAYS},
        spreads={},
        levels={},
        fx_vols={},
        factors=tuple(market.factors[i] for i in kept),
        vols=market.vols[kept],
        correlation=market.correlation[np.ix_(kept, kept)],
        kappas=market.kappas[kept],
        thetas=market.thetas[kept],
        mus=market.mus[kept],
    )


def market_with_index() -> Market:
    """Return the bundled market and the S&P 500, uncorrelated with the rest; its vol is this bench's own."""
    market = load_market(bundled_market_path())
    n = len(market.factors)
    correlation = np.eye(n + 1)
    correlation[:n, :n] = market.correlation
    return replace(
        market,
        factors=(*market.factors, Factor(name="SPX", kind=FactorKind.PRICE, currency=DOLLAR)),
        levels={**market.levels, "SPX": 5888.55},
        vols=np.append(market.vols, 0.18),
        kappas=np.append(market.kappas, 0.0),
        thetas=np.append(market.thetas, 0.0),
        mus=np.append(market.mus, 0.0),
        correlation=correlation,
        sampling=None,  # of the index there is none
    )


def book_with_options(market: Market) -> CompiledBook:
    """Return the book of 12,000 flows and 1,000 calls on dollars, bought and sold, at 24 month ends."""
    draws = np.random.default_rng(1_000)
    expiry = 30 * (1 + np.arange(N_OPTIONS) % N_EXPIRIES)
    return book_of_12000(market).with_tables(
        FxOptions(
            position=np.zeros(N_OPTIONS, np.int64),
            foreign=np.full(N_OPTIONS, DOLLAR),
            domestic=np.full(N_OPTIONS, HOME),
            expiry_day=expiry,
            delivery_day=expiry + 2,
            strike=draws.uniform(120.0, 165.0, N_OPTIONS),
            amount=draws.uniform(-2e7, 2e7, N_OPTIONS),
            market_vol=np.full(N_OPTIONS, np.nan),
        )
    )


def _whole_years(curve: ZeroCurve) -> ZeroCurve:
    whole = curve.times == np.round(curve.times)
    return replace(curve, times=curve.times[whole], zero_rates=curve.zero_rates[whole])


def book_of_12000(market: Market) -> CompiledBook:
    """Return 400 positions of 30 flows, half on each curve; within a curve no two flows fall on one day."""
    half, n = N_POSITIONS // 2, N_POSITIONS // 2 * FLOWS_EACH
    draws = np.random.default_rng(12_000)
    parts = []
    for first, (curve, longest) in zip((0, half), LONGEST_DAYS.items(), strict=True):
        days = 1 + np.arange(n) * (longest - 1) // (n - 1)
        position = first + np.arange(n) % half  # each position's flows are spread over the whole curve
        order = np.lexsort((days, position))
        parts.append((position[order], curve, days[order], draws.uniform(0.5, 1.5, n)))
    size = {"JGB": 145e6, "UST": 1e6}
    flows = Flows(
        position=np.concatenate([position for position, _, _, _ in parts]),
        curve=np.repeat([curve for _, curve, _, _ in parts], n),
        currency=np.repeat([str(currency_of_curve(curve)) for _, curve, _, _ in parts], n),
        day=np.concatenate([days for _, _, days, _ in parts]),
        amount=np.concatenate([size[curve] * amounts for _, curve, _, amounts in parts]),
    )
    return CompiledBook(
        valuation_date=market.valuation_date,
        position_ids=tuple(f"P{i:03d}" for i in range(N_POSITIONS)),
        books=("bench",) * N_POSITIONS,
        kinds=("JGB",) * half + ("UST",) * half,
        tables=empty_tables().replaced(flows),
        business_days=np.array([day for day in range(1, 400) if day % 7 not in (3, 4)], np.int64),
        sha256="0" * 64,
    )


def packed_book(market: Market, *, direct: bool) -> Packed:
    """Return the book of 12,000 flows over 10 business days, revalued at once, so that nothing is collected as cash."""
    return pack_once(book_of_12000(market), market, direct=direct)


def pack_once(book: CompiledBook, market: Market, *, direct: bool) -> Packed:
    """Return a book over 10 business days, revalued at once."""
    return pack(
        book,
        market,
        [market],
        horizon_days=HORIZON_DAYS,
        n_steps=1,
        currency=HOME,
        instantaneous=True,
        direct=direct,
    )


def dollar_book(n_factors: int, usdjpy: float, n_steps: int = 1) -> Book:
    """Return one dollar held, the last factor moving it: what is left of a run when only the walk is to be timed."""
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=2, n_factors=n_factors, n_steps=n_steps)
    run = book.run._replace(
        fx_factor=np.array([0, n_factors - 1], np.int64),
        fx_start=np.array([[1.0, usdjpy]]),
        base_value=np.array([usdjpy]),
        cash=np.array([[[0.0, 1.0]]]),
    )
    return book.holding(run)
