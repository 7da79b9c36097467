"""The inputs of a market, each with how the market looks after a small change of it: what gradients are taken by.

Published quotes first: a change of one par yield is bootstrapped anew, so that its effect lands where that bond's
tenor is, in the par domain. Smiles keep their shape in moneyness when curves, spots or at-the-money vols move.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from engine.conventions.currencies import fx_quote
from engine.market.bootstrap import bootstrap
from engine.market.correlation import is_semidefinite
from engine.market.factors import FactorKind, tenor_label
from engine.market.market import Market
from engine.market.spread import with_derived
from engine.mechanisms.law import Way, way_of
from engine.mechanisms.unwind import Unwind
from kernels.types import F64

BASIS_POINT, PERCENT = 1e-4, 1e-2

Changed = Callable[[float], Market]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketInput:
    """One figure of a market, and the market after a change of it."""

    group: str  # "par yields of JGB"
    name: str  # "10Y"
    unit: str  # a gradient is by so much: "1 bp"
    per_unit: float  # of `changed`'s argument
    step: float  # of it, up and down, for a difference
    changed: Changed
    is_level: bool = True  # False: of the law of moves alone, which no value of a book today depends on


def market_inputs(market: Market, unwind: Unwind | None) -> tuple[MarketInput, ...]:
    """Return every input of a market that a scenario's law depends on.

    Vols are of the factors' moves, under a law of past days' rows the variance of the valuation date; what plain
    history and covariances of past moves are made of is no input. Correlations are inputs of the normal law alone.
    """
    found = [*_par_yields(market), *_spreads(market), *_prices(market), *_implied_vols(market)]
    way = way_of(unwind)
    if way in (Way.DIFFUSION, Way.ROWS):
        found += _vols(market)
    if way is Way.DIFFUSION:
        found += _correlations(market)
    return tuple(found)


def _par_yields(market: Market) -> Iterator[MarketInput]:
    for curve, par in market.par_curves.items():
        for k, years in enumerate(par.times.tolist()):
            changed = partial(_with_par_yield, market, curve, k)
            yield _rate_input(f"par yields of {curve}", tenor_label(years), changed)


def _spreads(market: Market) -> Iterator[MarketInput]:
    for curve, spread in market.spreads.items():
        for k, years in enumerate(spread.times.tolist()):
            changed = partial(_with_spread, market, curve, k)
            yield _rate_input(f"spreads of {curve} over {spread.parent}", tenor_label(years), changed)


def _rate_input(group: str, name: str, changed: Changed) -> MarketInput:
    return MarketInput(group=group, name=name, unit="1 bp", per_unit=BASIS_POINT, step=BASIS_POINT, changed=changed)


def _prices(market: Market) -> Iterator[MarketInput]:
    for code in market.fx:
        yield _price_input("exchange rates", fx_quote(code).factor, partial(_with_rate, market, code))
    for factor in market.factors:
        if factor.kind is FactorKind.PRICE and factor.name in market.levels:
            yield _price_input("prices", factor.name, partial(_with_price, market, factor.name))


def _price_input(group: str, name: str, changed: Changed) -> MarketInput:
    return MarketInput(group=group, name=name, unit="1 %", per_unit=PERCENT, step=0.1 * PERCENT, changed=changed)


def _implied_vols(market: Market) -> Iterator[MarketInput]:
    for pair, surface in market.fx_vols.items():
        for k, years in enumerate(surface.times.tolist()):
            yield MarketInput(
                group=f"implied vols of {pair}",
                name=tenor_label(years),
                unit="1 point",
                per_unit=PERCENT,
                step=0.1 * PERCENT,
                changed=partial(_with_implied_vol, market, pair, k),
            )
    for pair in market.fx_vols:
        yield MarketInput(
            group="risk reversals",
            name=pair,
            unit="0.01 of the vol at the money",
            per_unit=PERCENT,
            step=0.1 * PERCENT,
            changed=partial(_with_skew, market, pair),
        )


def _vols(market: Market) -> Iterator[MarketInput]:
    for f, factor in enumerate(market.factors):
        if market.vols[f] > 0.0:
            yield MarketInput(
                group="vols of moves",
                name=factor.name,
                unit="1 % of it",
                per_unit=PERCENT,
                step=PERCENT,
                changed=partial(_with_vol, market, f),
                is_level=False,
            )


def _correlations(market: Market) -> Iterator[MarketInput]:
    step = 0.1 * PERCENT
    for i, factor in enumerate(market.factors):
        for j in range(i):
            changed = partial(_with_correlation, market, i, j)
            both = [changed(by).correlation for by in (-step, step)]
            if all(is_semidefinite(each) and abs(each[i, j]) <= 1.0 for each in both):
                name = f"{market.factors[j].name}, {factor.name}"
                yield MarketInput(
                    group="correlations",
                    name=name,
                    unit="0.01",
                    per_unit=PERCENT,
                    step=step,
                    changed=changed,
                    is_level=False,
                )


def _with_par_yield(market: Market, curve: str, k: int, by: float) -> Market:
    par = market.par_curves[curve]
    moved = replace(par, par_yields=_added(par.par_yields, k, by))
    roots = {name: each for name, each in market.curves.items() if name not in market.spreads}
    curves = with_derived({**roots, curve: bootstrap(moved)}, market.spreads)
    return replace(market, par_curves={**market.par_curves, curve: moved}, curves=curves)


def _with_spread(market: Market, curve: str, k: int, by: float) -> Market:
    spread = market.spreads[curve]
    spreads = {**market.spreads, curve: replace(spread, spreads=_added(spread.spreads, k, by))}
    roots = {name: each for name, each in market.curves.items() if name not in spreads}
    return replace(market, spreads=spreads, curves=with_derived(roots, spreads))


def _with_rate(market: Market, code: str, by: float) -> Market:
    return replace(market, fx={**market.fx, code: market.fx[code] * (1.0 + by)})


def _with_price(market: Market, name: str, by: float) -> Market:
    return replace(market, levels={**market.levels, name: market.levels[name] * (1.0 + by)})


def _with_implied_vol(market: Market, pair: str, k: int, by: float) -> Market:
    old = market.fx_vols[pair]
    moved = replace(old, atm=_added(old.atm, k, by), quotes=())
    of_pair = [each.name for each in market.factors if each.kind is FactorKind.VOL and each.pair == pair]
    levels = dict.fromkeys(of_pair, moved.level)
    return replace(market, fx_vols={**market.fx_vols, pair: moved}, levels={**market.levels, **levels})


def _with_skew(market: Market, pair: str, by: float) -> Market:
    surface = market.fx_vols[pair]
    return replace(market, fx_vols={**market.fx_vols, pair: replace(surface, skew=surface.skew + by, quotes=())})


def _with_vol(market: Market, f: int, by: float) -> Market:
    """Return the market with the vol of a factor's moves `1 + by` times: of the normal law, and today's of the rows."""
    vols = market.vols.copy()
    vols[f] *= 1.0 + by
    state, name = market.filtered, market.factors[f].name
    if state is not None and name in state.factors:
        averages = state.averages.copy()
        averages[state.factors.index(name)] *= (1.0 + by) ** 2
        state = replace(state, averages=averages)
    return replace(market, vols=vols, filtered=state)


def _with_correlation(market: Market, i: int, j: int, by: float) -> Market:
    correlation = market.correlation.copy()
    correlation[i, j] += by
    correlation[j, i] += by
    return replace(market, correlation=correlation)


def _added(values: F64, k: int, by: float) -> F64:
    changed = values.copy()
    changed[k] += by
    return changed
