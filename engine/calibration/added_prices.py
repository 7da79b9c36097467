"""Prices beside USD/JPY laid on a market: equity indices, sectors, an EM currency, with laws that a user gives."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.errors import InputError
from engine.inputs.market.price_files import PriceTable
from engine.market.correlation import check_correlation
from engine.market.factors import Factor, FactorKind
from engine.market.market import Market, joined_sources
from kernels.lanes import MAX_FACTORS


def with_prices(market: Market, prices: Sequence[PriceTable]) -> Market:
    """Return the market with `prices` after its own factors, whose law and draws stay as they are.

    A price moves with the factors that its table names, and through them with the others.

    Raises
    ------
    InputError
        A name is taken, or there are more than 64 factors; the market has no curve of a price's currency; the
        correlations given contradict one another.
    """
    names = [factor.name for factor in market.factors]
    added = [price.name for price in prices]
    _check(market, prices)
    laws = {p.name: GivenLaw(vol=p.vol, correlations=p.correlations, source=p.source) for p in prices}
    correlation = np.round(with_given_laws(market.correlation, names, laws, [*names, *added]), 6)
    check_correlation(correlation, [*names, *added], "the prices given")
    sources = {**market.sources, **{price.name: price.source for price in prices}}
    none = np.zeros(len(prices))
    return replace(
        market,
        factors=(*market.factors, *(Factor(name=p.name, kind=FactorKind.PRICE, currency=p.currency) for p in prices)),
        vols=np.concatenate([market.vols, [price.vol for price in prices]]),
        correlation=correlation,
        kappas=np.concatenate([market.kappas, none]),
        thetas=np.concatenate([market.thetas, none]),
        mus=np.concatenate([market.mus, none]),
        levels={**market.levels, **{price.name: price.level for price in prices}},
        sources=sources,
        source=joined_sources(sources),
        calibration=f"{market.calibration}; {', '.join(added)}: given, see their sources",
        filtered=None,
        no_filtered=f"{', '.join(added)} were added to it, of which its rows hold nothing",
    )


def _check(market: Market, prices: Sequence[PriceTable]) -> None:
    names = [factor.name for factor in market.factors]
    added = [price.name for price in prices]
    if taken := next((name for i, name in enumerate(added) if name in names or name in added[:i]), None):
        raise InputError(f"the market has a factor {taken!r} already")
    if len(names) + len(added) > MAX_FACTORS:
        raise InputError(f"a market has at most {MAX_FACTORS} factors, got {len(names) + len(added)}")
    currencies = sorted({curve.currency for curve in market.curves.values()})
    for price in prices:
        if price.currency not in currencies:
            raise InputError(
                f"{price.name}: the market has no curve of {price.currency!r}, only of {', '.join(currencies)}"
            )
