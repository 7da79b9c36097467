"""Markets between two nights: each mover as one of the two has it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.explain.nights.movers import AGEING, BASIS, CORRELATIONS, CURVE, LAW, LEAD, PRICES, VOLS, base_curves
from engine.market.factors import FactorKind
from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.market.spread import with_derived

Pick = Callable[[str], Market]  # key of a mover -> the market that it is taken from

_TEXTS = ("source", "description", "calibration", "quotes")  # of a market's parts: what no figure is made of
_LAW_ALIKE = ("factors", "leaders", "led")  # of a filtered state: what its arrays are counted by
_OF_VOLS = (FactorKind.VOL, FactorKind.SKEW)  # kinds of factors that go with the vols
_LAW_STATE = {  # where fields of a filtered state belong
    VOLS: ("averages",),
    CORRELATIONS: (
        *("rows", "moves", "move_spans", "gamma", "gamma_se", "given"),
        *("first", "n_dates", "description", "stressed", "regimes", "cap_jumps"),
    ),
    LEAD: ("last",),
    PRICES: ("loop",),
    LAW: ("decays", "weights", "clip", "cap"),
}


def mixed_market(first: Market, second: Market, taken: Collection[str]) -> Market:
    """Return the first market with some movers as the second has them.

    Parameters
    ----------
    first, second : that `check_mixable` lets pass
    taken : keys of movers, `engine.explain.nights.movers`; those of books and of the scenario are nothing here

    Returns
    -------
    Market
        With no mover the first, with all of them the second, bit for bit.
    """

    def of(key: str) -> Market:
        return second if key in taken else first

    spreads = of(BASIS).spreads
    curves = {name: of(CURVE + name).curves[name] for name in base_curves(first)}
    par = {name: of(CURVE + name).par_curves for name in curves}
    is_vol = np.array([factor.kind in _OF_VOLS for factor in first.factors])
    names = [factor.name for factor in first.factors if factor.kind is FactorKind.VOL]
    return replace(
        of(AGEING),
        par_curves={name: found[name] for name, found in par.items() if name in found},
        curves=with_derived(curves, spreads),
        spreads=spreads,
        fx=of(PRICES).fx,
        previous_usdjpy=of(PRICES).previous_usdjpy,
        levels={name: of(VOLS if name in names else PRICES).levels[name] for name in first.levels},
        fx_vols=of(VOLS).fx_vols,
        vols=of(VOLS).vols,
        sampling=of(VOLS).sampling,
        correlation=of(CORRELATIONS).correlation,
        kappas=of(LAW).kappas,
        mus=of(LAW).mus,
        thetas=np.where(is_vol, of(VOLS).thetas, of(LAW).thetas),
        filtered=_mixed_state(of),
    )


def moves(first: Market, second: Market, key: str) -> bool:
    """Return whether a mover of markets is another on the second night."""
    return not is_same(_content(first, key), _content(second, key))


def check_mixable(first: Market, second: Market) -> None:
    """Refuse markets whose parts do not fit one another. Raises InputError, with the way out."""
    names = [{factor.name: factor for factor in market.factors} for market in (first, second)]
    only = [name for name in {**names[0], **names[1]} if names[0].get(name) != names[1].get(name)]
    if only or first.factors != second.factors:
        what = f"factors that only one of them has, {', '.join(only)}" if only else "factors in another order"
        raise _unmixable(first, second, what)
    curves = set(base_curves(first)) ^ set(base_curves(second))
    if curves or set(first.levels) != set(second.levels):
        lone = sorted(curves | (set(first.levels) ^ set(second.levels)))
        raise _unmixable(first, second, f"levels that only one of them has, {', '.join(lone)}")
    states = [first.filtered, second.filtered]
    if None in states and any(states):
        raise _unmixable(first, second, "a law of past days that only one of them has")
    for key in _LAW_ALIKE:
        if getattr(states[0], key, None) != getattr(states[1], key, None):
            raise _unmixable(first, second, f"laws of past days with other {key}")
    shapes = [() if state is None else state.averages.shape for state in states]
    if shapes[0] != shapes[1]:
        raise _unmixable(first, second, f"laws of past days with {shapes[0]} and {shapes[1]} averages")


def _unmixable(first: Market, second: Market, what: str) -> InputError:
    return InputError(
        f"the markets of {first.valuation_date} and {second.valuation_date} cannot be mixed: {what}; make both alike,"
        " by one `unwind data build` or `unwind calibrate --like`, and run the nights again"
    )


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values hold the same figures, arrays and all; texts about them do not count."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind == "f")
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        names = [each.name for each in fields(one) if each.name not in _TEXTS]
        return all(is_same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def _content(market: Market, key: str) -> object:
    """Return all that a mover of a market is made of."""
    if key.startswith(CURVE):
        name = key.removeprefix(CURVE)
        return market.curves[name], market.par_curves.get(name)
    is_vol = np.array([factor.kind in _OF_VOLS for factor in market.factors])
    vol_levels = {each.name: market.levels.get(each.name) for each in market.factors if each.kind is FactorKind.VOL}
    own: Mapping[str, object] = {
        AGEING: market.valuation_date,
        PRICES: (market.fx, {n: v for n, v in market.levels.items() if n not in vol_levels}, market.previous_usdjpy),
        VOLS: (market.vols, market.fx_vols, vol_levels, market.thetas[is_vol]),
        CORRELATIONS: market.correlation,
        LEAD: (),
        BASIS: market.spreads,
        LAW: (market.kappas, market.mus, market.thetas[~is_vol]),
    }
    state = [getattr(market.filtered, name) for name in _LAW_STATE.get(key, ()) if market.filtered is not None]
    return own[key], state


def _mixed_state(of: Pick) -> FilteredState | None:
    base = of(AGEING).filtered
    if base is None:
        return None
    parts: dict[str, Any] = {
        name: getattr(of(key).filtered, name) for key, names in _LAW_STATE.items() for name in names
    }
    return replace(base, **parts)


def aligned(first: Market, second: Market) -> Market:
    """Return the second market with the residuals of its law in an order in which dates stand where the first has them.

    Rows are drawn all alike, or by weights that go with them: their order is nothing to the law. Where it is kept, the
    same draw takes the same past day on both nights, and a difference between them has a small error. As it is where
    the tables are not of one window that was moved on.
    """
    one, other = first.filtered, second.filtered
    if one is None or other is None or one.first != other.first or one.rows.shape != other.rows.shape:
        return second
    by = other.n_dates - one.n_dates
    if not 0 < by < len(other.rows):
        return second
    regimes = other.regimes and replace(other.regimes, memberships=np.roll(other.regimes.memberships, by, axis=0))
    return replace(second, filtered=replace(other, rows=np.roll(other.rows, by, axis=0), regimes=regimes))
