"""Factors that no history holds laid on a market, with laws that a user gives: prices, spreads, vols and skews."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.errors import InputError
from engine.inputs.market.price_files import PriceTable
from engine.inputs.market.spread_files import (
    SkewFactorTable,
    SpreadFactorTable,
    SpreadFile,
    SwaptionVolFactorTable,
)
from engine.market.correlation import check_correlation
from engine.market.factors import Factor, FactorKind
from engine.market.filtered import FilteredState, GivenFactor
from engine.market.market import Market, joined_sources
from engine.market.sampling_errors import SamplingErrors
from kernels.lanes import MAX_FACTORS
from kernels.types import F64

NAMED = 3  # correlations in a warning
LOST = 0.1  # of a correlation, beyond which it is said that a law does not have it


class FactorTable(Protocol):
    """What is given of a factor: its law, and whose figures these are."""

    @property
    def name(self) -> str:
        """Name of the factor."""

    @property
    def vol(self) -> float:
        """Vol per sqrt(year), as `Market.vols`."""

    @property
    def correlations(self) -> Mapping[str, float]:
        """Correlations with factors of the market and with those given before it."""

    @property
    def source(self) -> str:
        """Whose figures, or "assumption: ..." with the reasoning."""


def with_prices(market: Market, prices: Sequence[PriceTable]) -> Market:
    """Return the market with `prices` after its own factors, whose law and draws stay as they are.

    A price moves with the factors that its table names, and through them with the others.

    Raises
    ------
    InputError
        A name is taken, or there are more than 64 factors; the market has no curve of a price's currency; the
        correlations given contradict one another.
    """
    _check(market, prices)
    currencies = sorted({curve.currency for curve in market.curves.values()})
    for price in prices:
        if price.currency not in currencies:
            raise InputError(
                f"{price.name}: the market has no curve of {price.currency!r}, only of {', '.join(currencies)}"
            )
    sources = {**market.sources, **{price.name: price.source for price in prices}}
    priced = replace(
        market,
        levels={**market.levels, **{price.name: price.level for price in prices}},
        sources=sources,
        source=joined_sources(sources),
    )
    factors = [Factor(name=p.name, kind=FactorKind.PRICE, currency=p.currency) for p in prices]
    added = ", ".join(price.name for price in prices)
    return _with_factors(priced, factors, prices, f"{added}: given, see their sources")


def with_basis(market: Market, file: SpreadFile) -> Market:
    """Return the market with the factors of a file after its own, which keep their law. Raises InputError as these."""
    return with_skews(with_swaption_vols(with_spreads(market, file.spreads), file.swaption_vols), file.skews)


def with_spreads(market: Market, spreads: Sequence[SpreadFactorTable]) -> Market:
    """Return the market with a factor for each of some derived curves' spreads, after its own, which keep their law.

    All spreads of a curve move alike. One that reverts goes back to what it is on the market's date.

    Raises
    ------
    InputError
        The market has a factor of these spreads already, or more than 64; a curve is not derived, or moves with
        factors of its own; the correlations given contradict one another.
    """
    _check(market, spreads)
    for each in spreads:
        if each.curve not in market.spreads:
            known = ", ".join(market.spreads) or "none"
            raise InputError(f"{each.name}: {each.curve!r} is no curve that spreads derive; there are {known}")
        if own := [f.name for f in market.factors if f.kind is FactorKind.RATE and f.curve == each.curve]:
            raise InputError(f"{each.name}: {each.curve!r} moves with {own[0]!r}, a factor of its own")
    factors = [Factor(name=each.name, kind=FactorKind.SPREAD, curve=each.curve) for each in spreads]
    return _with_reverting(market, factors, spreads)


def with_swaption_vols(market: Market, vols: Sequence[SwaptionVolFactorTable]) -> Market:
    """Return the market with a factor for the normal vols of some currencies' swaptions, after its own.

    All vols of a currency move in proportion. One that reverts goes back to what it is on the market's date.

    Raises
    ------
    InputError
        As `with_spreads`; or the market has no curve of a currency.
    """
    _check(market, vols)
    currencies = sorted({curve.currency for curve in market.curves.values()})
    for each in vols:
        if each.currency not in currencies:
            known = ", ".join(currencies)
            raise InputError(f"{each.name}: the market has no curve of {each.currency!r}, only of {known}")
    sources = {**market.sources, **{each.name: each.source for each in vols}}
    levelled = replace(
        market,
        levels={**market.levels, **{each.name: each.level for each in vols}},
        sources=sources,
        source=joined_sources(sources),
    )
    factors = [Factor(name=each.name, kind=FactorKind.VOL, currency=each.currency) for each in vols]
    return _with_reverting(levelled, factors, vols)


def with_skews(market: Market, skews: Sequence[SkewFactorTable]) -> Market:
    """Return the market with a factor for the risk reversals of some currency pairs, after its own.

    All expiries of a pair move alike. One that reverts goes back to what it is on the market's date.

    Raises
    ------
    InputError
        As `with_spreads`; or the market has no vols of a pair.
    """
    _check(market, skews)
    for each in skews:
        if each.pair not in market.fx_vols:
            known = ", ".join(market.fx_vols) or "none"
            raise InputError(f"{each.name}: the market has no vols of {each.pair!r}; there are {known}")
    factors = [Factor(name=each.name, kind=FactorKind.SKEW, pair=each.pair) for each in skews]
    return _with_reverting(market, factors, skews)


class _RevertingTable(FactorTable, Protocol):
    @property
    def kappa(self) -> float:
        """Mean reversion per year."""


def _with_reverting(market: Market, factors: Sequence[Factor], given: Sequence[_RevertingTable]) -> Market:
    """Return the market with given factors (n,), each back to its state on the market's date where it reverts."""
    if not given:
        return market
    words = "; ".join(f"{each.name} given: {each.source}" for each in given)
    found = _with_factors(market, factors, given, words)
    kappas, thetas = found.kappas.copy(), found.thetas.copy()
    kappas[-len(given) :] = [each.kappa for each in given]
    thetas[-len(given) :] = [
        market.state(factor) if each.kappa > 0.0 else 0.0 for factor, each in zip(factors, given, strict=True)
    ]
    return replace(found, kappas=kappas, thetas=thetas)


def _with_factors(market: Market, factors: Sequence[Factor], given: Sequence[FactorTable], words: str) -> Market:
    """Return the market with given factors (n,) after its own; it has their levels already."""
    names = [factor.name for factor in market.factors]
    added = [each.name for each in given]
    laws = {each.name: GivenLaw(vol=each.vol, correlations=each.correlations, source=each.source) for each in given}
    correlation = np.round(with_given_laws(market.correlation, names, laws, [*names, *added]), 6)
    check_correlation(correlation, [*names, *added], f"{', '.join(added)} as given")
    none = np.zeros(len(given))
    return replace(
        market,
        factors=(*market.factors, *factors),
        vols=np.concatenate([market.vols, [each.vol for each in given]]),
        correlation=correlation,
        kappas=np.concatenate([market.kappas, none]),
        thetas=np.concatenate([market.thetas, none]),
        mus=np.concatenate([market.mus, none]),
        calibration=f"{market.calibration}; {words}",
        filtered=_with_given(market.filtered, given, [*names, *added], correlation),
        sampling=_with_none(market.sampling, len(given)),
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
    state: FilteredState | None, given: Sequence[FactorTable], names: Sequence[str], correlation: F64
) -> FilteredState | None:
    """Return a filtered law with given factors, which have no history, by their correlations (n_names, n_names)."""
    if state is None:
        return None
    whole, roots = dict(state.given), dict[str, set[str]]()
    for each in given:
        through = [roots.get(name, {name} & set(state.factors)) for name in each.correlations]
        roots[each.name] = set().union(*through)
        known = [name for name in state.factors if name in roots[each.name]]
        places = [names.index(name) for name in known]
        links = correlation[places, names.index(each.name)]
        weights = np.round(np.linalg.solve(correlation[np.ix_(places, places)], links), 6).tolist() if known else []
        source = f"assumption: the regression on these that its correlations imply ({each.source}); untested"
        whole[each.name] = GivenFactor(loadings=dict(zip(known, weights, strict=True)), source=source)
    return replace(state, given=whole)


def _with_none(sampling: SamplingErrors | None, n: int) -> SamplingErrors | None:
    """Return the errors of a market with n factors more, which are given."""
    if sampling is None:
        return None
    return replace(
        sampling, vols=np.pad(sampling.vols, (0, n)), correlation=np.pad(sampling.correlation, ((0, n), (0, n)))
    )


def _check(market: Market, given: Sequence[FactorTable]) -> None:
    names = [factor.name for factor in market.factors]
    added = [each.name for each in given]
    if taken := next((name for i, name in enumerate(added) if name in names or name in added[:i]), None):
        raise InputError(f"the market has a factor {taken!r} already")
    if len(names) + len(added) > MAX_FACTORS:
        raise InputError(f"a market has at most {MAX_FACTORS} factors, got {len(names) + len(added)}")
