"""Prices beside USD/JPY laid on a market: equity indices, sectors, an EM currency, with laws that a user gives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.calibration.given_laws import GivenLaw, with_given
from engine.errors import InputError
from engine.market.correlation import check_correlation
from engine.market.factors import MAX_FACTORS, Factor, FactorKind
from engine.market.market import Market, joined_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedPrice:
    """One price that a market is to have besides its own."""

    name: str  # of the factor: "SPX"
    currency: str  # code of that in which the level is quoted
    level: float
    law: GivenLaw  # its correlations may name the market's factors and prices added before it


def _example(name: str, currency: str, vol: float, **correlations: float) -> AddedPrice:
    source = "assumption: an index of 100 on the valuation date; vol and correlations rounded, in the size of 2013-2025"
    return AddedPrice(
        name=name, currency=currency, level=100.0, law=GivenLaw(vol=vol, correlations=correlations, source=source)
    )


EXAMPLE_PRICES = (  # technology, utilities and staples are the sectors of the S&P 500; MXNJPY is yen for a peso
    _example("SPX", "USD", 0.18, USDJPY=0.15, UST_10Y=0.05),
    _example("NIKKEI225", "JPY", 0.22, SPX=0.6, USDJPY=0.45),
    _example("XLK", "USD", 0.23, SPX=0.9),
    _example("XLU", "USD", 0.19, SPX=0.5, UST_10Y=-0.25),
    _example("XLP", "USD", 0.15, SPX=0.65, XLU=0.65),
    _example("MXNJPY", "JPY", 0.15, USDJPY=0.65, SPX=0.45),
)


def with_prices(market: Market, prices: Sequence[AddedPrice]) -> Market:
    """Return the market with `prices` after its own factors, whose law and draws stay as they are.

    Raises
    ------
    InputError
        A name is taken, or there are more than 64 factors; a level or vol is not positive; the correlations given
        contradict one another.
    """
    names = [factor.name for factor in market.factors]
    added = [price.name for price in prices]
    if taken := next((name for i, name in enumerate(added) if name in names or name in added[:i]), None):
        raise InputError(f"the market has a factor {taken!r} already")
    if len(names) + len(added) > MAX_FACTORS:
        raise InputError(f"a market has at most {MAX_FACTORS} factors, got {len(names) + len(added)}")
    for price in prices:
        if not (price.level > 0.0 and price.law.vol > 0.0):
            raise InputError(f"{price.name}: level and vol must be positive, got {price.level!r}, {price.law.vol!r}")
    laws = {price.name: price.law for price in prices}
    correlation = np.round(with_given(market.correlation, names, laws, [*names, *added]), 6)
    check_correlation(correlation, [*names, *added], "the prices given")
    sources = {**market.sources, **{price.name: price.law.source for price in prices}}
    none = np.zeros(len(prices))
    return replace(
        market,
        factors=(*market.factors, *(Factor(name=p.name, kind=FactorKind.PRICE, currency=p.currency) for p in prices)),
        vols=np.concatenate([market.vols, [price.law.vol for price in prices]]),
        correlation=correlation,
        kappas=np.concatenate([market.kappas, [price.law.kappa for price in prices]]),
        thetas=np.concatenate([market.thetas, [price.law.theta for price in prices]]),
        mus=np.concatenate([market.mus, none]),
        levels={**market.levels, **{price.name: price.level for price in prices}},
        sources=sources,
        source=joined_sources(sources),
        calibration=f"{market.calibration}; {', '.join(added)}: given, see their sources",
    )
