"""FX calls by Black's formula under a smile, one by one, no table. Twins in numba/ and cuda/."""

import numpy as np
from scipy.special import ndtr

from kernels.layout import FxOptions, Group, Points, Run
from kernels.numpy.payoffs.points import point_value
from kernels.types import F64


def black_call(forward: F64, strike: float, std: F64, smile: F64) -> F64:
    """Return Black's formula, undiscounted: (n,) [domestic per unit of foreign].

    forward  (n,)  domestic per foreign
    strike         below 0, where std is 0: that of a put
    std      (n,)  at-the-money standard deviation of ln(forward) to expiry
    smile    (6, n)  c0 to c4 and reach of kernels.layout.Group; (6,) of all paths
    """
    if np.all(std == 0.0):
        return np.maximum(np.copysign(forward, strike) - strike, 0.0)
    moneyness = np.log(strike / forward) / std
    bent = moneyness / np.sqrt(1.0 + (moneyness / smile[5]) ** 2)
    std = std * np.polynomial.polynomial.polyval(bent, smile[:5], tensor=False)
    d1 = np.log(forward / strike) / std + 0.5 * std
    return np.asarray(forward * ndtr(d1) - strike * ndtr(d1 - std))


def log_rate(group: Group, run: Run, deviations: F64) -> F64:
    """Return the move of ln(domestic per foreign): (n,). The home currency, 0, has no factor."""
    moves = [
        deviations[run.fx_factor[currency]] if currency else np.zeros(deviations.shape[1])
        for currency in (group.foreign, group.domestic)
    ]
    return np.asarray(moves[0] - moves[1])


def add_fx_options(
    tables: FxOptions,
    run: Run,
    points: Points,
    scenario: int,
    book: int,
    currency: int,
    observed: F64,
    legs: list[F64],
    total: F64,
) -> None:
    """Add the groups of an account, paid in its currency, to `total` (n,) [currency at the horizon]."""
    owned = tables.owned[book, currency]
    for g in range(owned.first, owned.last):
        group = tables.groups[g]
        deviations, rates = observed[group.when], run.fx_start[scenario]
        discount = point_value(points, scenario, group.domestic_discount, observed)
        rate = rates[group.foreign] / rates[group.domestic] * np.exp(log_rate(group, run, deviations))
        forward = rate * point_value(points, scenario, group.foreign_discount, observed) / discount
        vol = np.full_like(forward, tables.vol[scenario, g])
        if group.vol_factor >= 0:
            vol *= np.exp(deviations[group.vol_factor])
        smile = np.tile([[group.c0], [group.c1], [group.c2], [group.c3], [group.c4], [group.reach]], forward.size)
        if group.skew_factor >= 0:
            skew = tables.skew[scenario, g] + deviations[group.skew_factor]
            smile[1] += np.clip(group.slope * skew, -group.most, group.most)
        for option in tables.options[group.first : group.last]:
            call = black_call(forward, option.strike, vol * np.sqrt(group.time), smile)
            total += group.growth * discount * option.amount * call
