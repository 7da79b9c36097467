"""What a compiled book is worth in one market, position by position. Needs no QuantLib."""

from collections.abc import Iterator

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.spreads import check_dates, named
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums, zero_curve
from engine.payoffs.flows import float_amounts, flow_amounts
from engine.payoffs.futures import model_prices
from engine.payoffs.fx_options import option_values
from engine.payoffs.swaptions import swaption_values
from engine.payoffs.units import holding_values
from kernels.types import F64, I64

ODD_RATE = 0.3  # from spot, beyond which an exchange rate or a strike is pointed out
ODD_SWAP = 0.03  # per year of life: the value of a swap, as a part of its notional, beyond which it is pointed out
_SWAPS = ("OIS", "SWAP", "XCCY_SWAP", "XCCY_MTM_SWAP")


def position_values(book: CompiledBook, market: Market, fits: Fits | None = None) -> F64:
    """Value of every position on the valuation date.

    Parameters
    ----------
    book : compiled for the market's date
    market : levels
    fits : what the base market fixed (`engine.book.fit.fit`); None: this market is the base

    Returns
    -------
    (n_positions,) [JPY]. A future is worth its profit since the base market: nothing there.

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks what the book needs, or a price cannot be fitted.
    """
    return values_on(book, market, fit(book, market) if fits is None else fits, day=0, before=market)


def values_on(book: CompiledBook, market: Market, fits: Fits, *, day: int, before: Market) -> F64:
    """Value of every position `day` calendar days after the valuation date.

    Payments since are cash, grown at the forward rates of `before`. What has expired is worth its payoff at the levels
    of `market`.

    Parameters
    ----------
    market : levels on that day; its curves run from that day
    before : levels on the valuation date

    Returns
    -------
    (n_positions,) [JPY]

    Raises
    ------
    InputError
        As `position_values`.
    """
    check_dates(book, market)
    flows, floats, units = book.flows, book.floats, book.units
    holdings, futures, swaptions = book.holdings, book.futures, book.swaptions
    prices = model_prices(futures, book.deliverables, market, day) - fits.future_basis
    worth = (
        (flows.position, flows.currency, flow_amounts(flows, market, fits.spreads, day, before)),
        (floats.position, floats.currency, float_amounts(floats, market, day, before)),
        (units.position, units.currency, units.quantity),
        (
            holdings.position,
            holdings.currency,
            holding_values(holdings, market, fits.holding_carry, fits.holding_reference, day),
        ),
        (futures.position, futures.currency, futures.contract_value * (prices - fits.future_reference)),
        (swaptions.position, swaptions.currency, swaption_values(swaptions, market, fits.normal_vol, day)),
    )
    n = len(book.position_ids)
    values = sums(book.options.position, option_values(book.options, market, fits.vol_ratio, day), n)
    for position, currency, amounts in worth:
        values = values + sums(position, amounts * fx_rates(currency, market), n)
    return values


def book_warnings(book: CompiledBook, market: Market) -> tuple[str, ...]:
    """What was accepted with a word of caution: in reading the book, and payments beyond the last node of a curve."""
    said = list(book.warnings)
    for name, position, day in _dated(book):
        end = zero_curve(name, market).times[-1]
        beyond = day / DAYS_PER_TIME_YEAR > end
        if beyond.any():
            who = named(book, np.unique(position[beyond]))
            where = f"beyond the last node of curve {name!r} ({end:g} years): the zero rate is held flat there"
            said.append(f"payments of {who} fall {where}")
    far = _far_from_spot(book, market)
    if far.size:
        said.append(
            f"{named(book, far)}: the rate or strike is over {ODD_RATE:.0%} from USD/JPY at {market.usdjpy:g}; check it"
        )
    off = _off_market(book, market)
    if off.size:
        said.append(
            f"{named(book, off)}: a swap worth over {ODD_SWAP:.0%} of its notional per year of life; check its rate and"
            " the direction of its notional"
        )
    return tuple(said)


def _dated(book: CompiledBook) -> Iterator[tuple[str, I64, I64]]:
    """Each curve, with the positions and last days of all that is discounted or projected on it."""
    flows, floats, swaptions, futures, bonds = book.flows, book.floats, book.swaptions, book.futures, book.deliverables
    last_flow = bonds.day[bonds.flow_range[:, 1] - 1] if bonds.factor.size else bonds.day
    parts = (
        (flows.curve, flows.position, flows.day),
        (floats.curve, floats.position, floats.day),
        (floats.projection, floats.position, floats.day),
        (swaptions.curve, swaptions.position, swaptions.day[swaptions.annuity_range[:, 1] - 1]),
        (
            bonds.curve[futures.basket[:, 0]],
            futures.position,
            np.array([last_flow[first:end].max() for first, end in futures.basket.tolist()], np.int64),
        ),
    )
    curve, position, day = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    for name in np.unique(curve).tolist():
        yield name, position[curve == name], day[curve == name]


def _off_market(book: CompiledBook, market: Market) -> I64:
    """Swaps far off-market: (n,). The largest payment, on its last day, stands for the notional."""
    flows, n = book.flows, len(book.position_ids)
    swaps = np.flatnonzero(np.isin(book.kinds, _SWAPS))
    if not swaps.size:
        return swaps
    worth = position_values(book, market)
    floats = book.floats
    sizes, lives = np.zeros(n), np.zeros(n)
    for position, currency, amount, day in (
        (flows.position, flows.currency, flows.amount, flows.day),
        (floats.position, floats.currency, floats.amount, floats.day),
    ):
        np.maximum.at(sizes, position, np.abs(amount) * fx_rates(currency, market))
        np.maximum.at(lives, position, day / DAYS_PER_TIME_YEAR)
    limit = ODD_SWAP * np.maximum(lives[swaps], 1.0) * sizes[swaps]
    return swaps[np.abs(worth[swaps]) > limit]


def _far_from_spot(book: CompiledBook, market: Market) -> I64:
    """Positions whose exchange rate or strike is far from today's: (n,)."""
    flows, n = book.flows, len(book.position_ids)
    yen, dollars = (
        sums(flows.position, np.where(flows.currency == currency, flows.amount, 0.0), n) for currency in ("JPY", "USD")
    )
    outright = np.flatnonzero(np.isin(book.kinds, ("FX_FORWARD", "NDF")) & (dollars != 0.0))
    position = np.concatenate([outright, book.options.position])
    rates = np.concatenate([-yen[outright] / dollars[outright], book.options.strike])
    return np.unique(position[np.abs(rates / market.usdjpy - 1.0) > ODD_RATE])
