"""Prices beside USD/JPY laid on a market: equity indices, sectors, an EM currency, with laws that a user gives."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.errors import InputError
from engine.inputs.market.price_files import PriceTable
from engine.market.correlation import check_correlation
from engine.market.factors import Factor, FactorKind
from engine.market.filtered import FilteredState, GivenFactor
from engine.market.market import Market, joined_sources
from engine.market.sampling_errors import SamplingErrors
from kernels.lanes import MAX_FACTORS
from kernels.types import F64

NAMED = 3  # correlations in a warning
LOST = 0.1  # of a correlation, beyond which it is said that a law does not have it


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
        filtered=_with_given(market.filtered, prices, [*names, *added], correlation),
        sampling=_with_none(market.sampling, len(prices)),
    )


def lost_links(market: Market, prices: Sequence[PriceTable]) -> tuple[str, ...]:
    """Return which prices' correlations with one another the filtered law of a market does not have, in words.

    What loadings leave of a price there is noise of its own, whatever its table says of prices above it.
    """
    state = market.filtered
    if state is None:
        return ()
    names, found = [factor.name for factor in market.factors], list[tuple[float, str]]()
    places = [names.index(name) for name in state.factors]
    known = market.correlation[np.ix_(places, places)]
    loadings = {p.name: np.array([state.given[p.name].loadings.get(n, 0.0) for n in state.factors]) for p in prices}
    for i, price in enumerate(prices):
        for other in prices[:i]:
            stated = float(market.correlation[names.index(price.name), names.index(other.name)])
            left = float(loadings[price.name] @ known @ loadings[other.name])
            if abs(stated - left) > LOST:
                found.append((-abs(stated - left), f"{price.name} with {other.name} {left:.2f} for {stated:.2f}"))
    if not found:
        return ()
    worst = [words for _, words in sorted(found)[:NAMED]]
    worst += [f"and {len(found) - NAMED} more"] * (len(found) > NAMED)
    return (
        "law 'filtered' has no history of these prices: they follow the factors that their tables name, and else noise"
        f" of their own; of their correlations with one another it has {', '.join(worst)}; a history of their closes"
        " (`unwind data build`) gives them columns, law 'gaussian' has the correlations as given",
    )


def _with_given(
    state: FilteredState | None, prices: Sequence[PriceTable], names: Sequence[str], correlation: F64
) -> FilteredState | None:
    """Return a filtered law with the prices as factors without a history, by their correlations (n_names, n_names)."""
    if state is None:
        return None
    given, roots = dict(state.given), dict[str, set[str]]()
    for price in prices:
        through = [roots.get(name, {name} & set(state.factors)) for name in price.correlations]
        roots[price.name] = set().union(*through)
        known = [name for name in state.factors if name in roots[price.name]]
        places = [names.index(name) for name in known]
        links = correlation[places, names.index(price.name)]
        weights = np.round(np.linalg.solve(correlation[np.ix_(places, places)], links), 6).tolist() if known else []
        source = f"assumption: the regression on these that its correlations imply ({price.source}); untested"
        given[price.name] = GivenFactor(loadings=dict(zip(known, weights, strict=True)), source=source)
    return replace(state, given=given)


def _with_none(sampling: SamplingErrors | None, n: int) -> SamplingErrors | None:
    """Return the errors of a market with n factors more, which are given."""
    if sampling is None:
        return None
    return replace(
        sampling, vols=np.pad(sampling.vols, (0, n)), correlation=np.pad(sampling.correlation, ((0, n), (0, n)))
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
