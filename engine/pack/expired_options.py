"""Options that expire before the horizon settle for their payoff on their day.

A put is compiled as a call, dollars and yen (or another pair's two currencies) at delivery. Alive, they are worth the
same; once expired they are not: the dollars would go on moving with the exchange rate, and the yen earn another curve's
rate than the payoff. The same holds of an NDF once it is fixed, for which an option on no dollars stands.
"""

from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.payoffs.curves import sums
from engine.payoffs.exchanges import delivered
from engine.payoffs.fx_options import FxOptions
from kernels.types import F64, Bools, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Options as a run values them, and what is exchanged beside them."""

    options: FxOptions  # puts among those that expire before the horizon, with strikes below 0
    ratio: F64  # (n_options,) of each one's vol to the surface's
    flows_stand: Bools  # (n_flows,) which of the book's flows a run still counts
    exchanges_stand: Bools  # (n_exchanges,) which of its deliveries


def settle(book: CompiledBook, ratio: F64, horizon: int) -> Settled:
    """Return options with puts where they expire before calendar day `horizon`, written with strikes below 0.

    Dollars U and yen Y that stand beside calls struck at K_1 <= K_n are b_1 (K_1 - F) + b_n (K_n - F), and K - F is a
    put less a call.

    Parameters
    ----------
    ratio : (n_options,) of each option's vol to the surface's
    """
    options, n = book.options, len(book.position_ids)
    expired = np.zeros(n, np.bool_)
    expired[options.position[options.expiry_day < horizon]] = True
    position, currency, amounts = delivered(book)
    called, paid = (_of_positions(options, words, n) for words in (options.foreign, options.domestic))
    dollars, yen = (
        sums(position, np.where(expired[position] & (currency == own[position]), amounts, 0.0), n)
        for own in (called, paid)
    )
    needed = np.flatnonzero((dollars != 0.0) | (yen != 0.0))
    order = np.lexsort((options.strike, options.position))
    first = order[np.searchsorted(options.position[order], needed)]
    last = order[np.searchsorted(options.position[order], needed, side="right") - 1]
    low, high = options.strike[first], options.strike[last]
    one = high == low
    b_high = np.where(one, 0.0, (yen[needed] + dollars[needed] * low) / np.where(one, 1.0, high - low))
    b_low = -dollars[needed] - b_high
    rows = np.concatenate([np.arange(options.position.size), first, last, first, last])
    strike, amount = options.strike[rows], options.amount[rows]
    strike[options.position.size :] = np.concatenate([-low, -high, low, high])
    amount[options.position.size :] = np.concatenate([b_low, b_high, -b_low, -b_high])
    kept = amount != 0.0  # a fixing still to come is no option
    rows = rows[kept]
    settled = FxOptions(
        position=options.position[rows],
        foreign=options.foreign[rows],
        domestic=options.domestic[rows],
        expiry_day=options.expiry_day[rows],
        delivery_day=options.delivery_day[rows],
        strike=strike[kept],
        amount=amount[kept],
        market_vol=options.market_vol[rows],
    )
    return Settled(
        options=settled,
        ratio=ratio[rows],
        flows_stand=~expired[book.flows.position],
        exchanges_stand=~expired[book.exchanges.position],
    )


def _of_positions(options: FxOptions, words: Words, n: int) -> Words:
    """The currency of each position's options, (n,); "" without any."""
    found = np.full(n, "", words.dtype if words.size else "U3")
    found[options.position] = words
    return found
