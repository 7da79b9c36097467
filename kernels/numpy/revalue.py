"""The oracle's revaluation: every flow, bond and option by its formula, one by one; no polynomial, no table."""

import numpy as np
from scipy.special import ndtr

from kernels.layout import BookArrays
from kernels.types import F64


def book_pnl(book: BookArrays, scenario: int, observed: F64) -> F64:
    """P&L of each book on each path, (n_books, n); observed (n_observations, n_factors, n) deviations."""
    n_books, n_currencies, n = book.base_value.size, book.fx_factor.size, observed.shape[2]
    fx = np.ones((n_currencies, n))
    for c in range(1, n_currencies):
        fx[c] = book.fx_start[scenario, c] * np.exp(observed[-1, book.fx_factor[c]])
    legs = [leg_value(book, scenario, leg, observed) for leg in range(book.leg_when.size)]
    values = np.zeros((n_books, n))
    for (b, c), cash in np.ndenumerate(book.cash[scenario]):
        total = cash + legs[b * n_currencies + c]
        for k in range(*book.unit_range[b, c]):
            total += book.unit_value[scenario, k] * np.exp(observed[book.unit_when[k], book.unit_factor[k]])
        for j in range(*book.future_range[b, c]):
            total += future_pnl(book, scenario, j, observed, legs)
        for j in range(*book.swap_range[b, c]):
            total += swaptions_value(book, j, legs)
        values[b] += fx[c] * total
    for b, groups in enumerate(book.group_range):
        for g in range(*groups):
            values[b] += group_value(book, scenario, g, observed)
    return values / fx[book.reporting] - book.base_value[:, None]


def leg_value(book: BookArrays, scenario: int, leg: int, observed: F64) -> F64:
    """Sum of a leg's flows, (n,), in their currency."""
    deviations = observed[book.leg_when[leg]]
    total = np.zeros(deviations.shape[1])
    for g in range(*book.leg_range[leg]):
        flows = slice(*book.flow_range[g])
        below, above = deviations[book.segment_factors[g]]
        exponents = book.flow_exponents[flows]
        growth = np.exp(np.outer(exponents[:, 0], below) + np.outer(exponents[:, 1], above))
        total += book.flow_value[scenario, flows] @ growth
    return total


def point_value(book: BookArrays, scenario: int, point: int, observed: F64) -> F64:
    """A discount factor or its inverse, (n,)."""
    deviations = observed[book.point_when[point]]
    exponent = book.point_exponents[point] @ deviations[book.point_factors[point]]
    value: F64 = book.point_start[scenario, point] * np.exp(exponent)
    return value


def future_pnl(book: BookArrays, scenario: int, j: int, observed: F64, legs: list[F64]) -> F64:
    """P&L of a bond future since its reference price, (n,): the price is the cheapest deliverable's."""
    growth = point_value(book, scenario, book.future_growth[j], observed)
    prices = [
        (legs[book.deliverable_leg[d]] * growth - book.deliverable_accrued[d]) / book.deliverable_factor[d]
        for d in range(*book.basket_range[j])
    ]
    pnl: F64 = book.future_quantity[j] * (np.min(prices, axis=0) - book.future_basis[j] - book.future_reference[j])
    return pnl


def swaptions_value(book: BookArrays, j: int, legs: list[F64]) -> F64:
    """Swaptions on swap j by Bachelier's formula on the forward swap rate, (n,)."""
    annuity = legs[book.swap_annuity[j]]
    rate = legs[book.swap_float[j]] / annuity
    total = np.zeros(rate.size)
    for k in range(*book.swaption_range[j]):
        gain, std = book.swaption_payer[k] * (rate - book.swaption_strike[k]), book.swaption_std[k]
        if std == 0.0:
            value = np.maximum(gain, 0.0)
        else:
            d = gain / std
            value = gain * ndtr(d) + std * np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi)
        total += book.swaption_quantity[k] * annuity * value
    return total


def group_value(book: BookArrays, scenario: int, g: int, observed: F64) -> F64:
    """Value of a group of FX calls, (n,) [JPY at the horizon]."""
    deviations = observed[book.group_when[g]]
    discount = point_value(book, scenario, book.group_domestic[g], observed)
    usdjpy = book.fx_start[scenario, 1] * np.exp(deviations[book.fx_factor[1]])
    forward = usdjpy * point_value(book, scenario, book.group_foreign[g], observed) / discount
    vol = np.full_like(forward, book.group_vol[scenario, g])
    if book.group_vol_factor[g] >= 0:
        vol *= np.exp(deviations[book.group_vol_factor[g]])
    std = vol * np.sqrt(book.group_time[g])
    options = range(*book.option_range[g])
    calls = [book.option_amount[j] * call(forward, book.option_strike[j], std, book.group_smile[g]) for j in options]
    return book.group_growth[g] * discount * np.sum(calls, axis=0)


def call(forward: F64, strike: float, std: F64, smile: F64) -> F64:
    """Black's formula, (n,), undiscounted; std is the at-the-money standard deviation of ln(forward) to expiry."""
    if np.all(std == 0.0):
        return np.maximum(np.copysign(forward, strike) - strike, 0.0)  # a strike below 0 is that of a put
    moneyness = np.log(strike / forward) / std
    bent = moneyness / np.sqrt(1.0 + (moneyness / smile[5]) ** 2)
    std = std * np.polynomial.polynomial.polyval(bent, smile[:5])
    d1 = np.log(forward / strike) / std + 0.5 * std
    value: F64 = forward * ndtr(d1) - strike * ndtr(d1 - std)
    return value
