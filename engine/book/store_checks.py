"""What must hold of a compiled book that was read from a file."""

import numpy as np

from engine.book.compiled import CompiledBook
from engine.instruments.position import Kind
from kernels.types import F64, I64

MAX_DAY = 36_600  # a hundred years ahead: no position lasts so long


def book_faults(book: CompiledBook) -> list[str]:
    """Everything wrong with the tables of a book."""
    flows, floats, options = book.flows, book.floats, book.options
    futures, swaptions, deliverables = book.futures, book.swaptions, book.deliverables
    ahead = (options.expiry_day, futures.last_trading_day, swaptions.expiry_day, swaptions.day)
    claims = (
        (len(set(book.position_ids)) == len(book.position_ids), "position ids are not unique"),
        (bool((flows.day >= 0).all()), "a payment is not after the valuation date"),
        (bool((np.diff(flows.day)[np.diff(flows.position) == 0] >= 0).all()), "payments are not in order"),
        (bool(((floats.start_day >= 0) & (floats.day >= floats.start_day)).all()), "an interest period does not run"),
        (all(bool((days >= 1).all()) for days in ahead), "an expiry is not after the valuation date"),
        (bool((options.delivery_day >= options.expiry_day).all()), "an option delivers before it expires"),
        (bool((futures.delivery_day >= futures.last_trading_day).all()), "a future delivers before trading ends"),
        (all(bool(np.isfinite(values).all()) for values in _numbers(book)), "a number is not finite"),
        (bool((options.strike > 0.0).all()), "a strike is not positive"),
        (bool((deliverables.factor > 0.0).all()), "a conversion factor is not positive"),
        (all(bool((days <= MAX_DAY).all()) for days in _days(book)), "a day is more than a century ahead"),
        (set(book.kinds) <= set(Kind), "a kind of position is unknown"),
        (all(_are_quotes(quotes) for quotes in _quotes(book)), "a given price or vol is not positive and finite"),
        (bool(np.isin(swaptions.payer, (-1, 1)).all()), "a swaption neither pays nor receives"),
        (
            bool(np.isin(swaptions.position[np.isnan(swaptions.market_vol)], book.premiums.position).all()),
            "a swaption has neither vol nor premium",
        ),
        (bool((np.diff(book.premiums.position) > 0).all()), "a position has two premiums"),
        (bool((np.diff(book.marks.position) > 0).all()), "a position has two market prices"),
        (bool((deliverables.day >= 1).all()), "a deliverable's payment is not after the valuation date"),
        (bool((book.marks.settlement_day >= 1).all()), "a settlement is not after the valuation date"),
        (_are_ranges(futures.basket, deliverables.factor.size), "a basket is empty or not stored"),
        (_are_ranges(deliverables.flow_range, deliverables.day.size), "a deliverable has no payments"),
        (_are_ranges(swaptions.annuity_range, swaptions.day.size), "a swaption has no payments"),
        (_ascend(book.business_days), "business days do not ascend"),
    )
    return [what for holds, what in claims if not holds]


def _numbers(book: CompiledBook) -> tuple[F64, ...]:
    return (
        book.flows.amount,
        book.floats.amount,
        book.units.quantity,
        book.holdings.quantity,
        book.options.strike,
        book.options.amount,
        book.futures.contract_value,
        book.deliverables.factor,
        book.deliverables.accrued,
        book.deliverables.amount,
        book.swaptions.quantity,
        book.swaptions.strike,
        book.swaptions.amount,
        book.marks.settlement_value,
        book.premiums.value,
        book.bonds.face,
        book.bonds.accrued,
        book.bonds.coupon,
        book.bonds.period_fraction,
        book.bonds.first_coupon,
    )


def _days(book: CompiledBook) -> tuple[I64, ...]:
    return (
        book.flows.day,
        book.floats.day,
        book.holdings.expiry_day,
        book.options.delivery_day,
        book.futures.delivery_day,
        book.deliverables.day,
        book.swaptions.day,
        book.swaptions.expiry_day,
        book.marks.settlement_day,
        book.bonds.maturity_day,
        book.business_days,
    )


def _quotes(book: CompiledBook) -> tuple[F64, ...]:
    """Numbers that are NaN where none was given."""
    return (
        book.options.market_vol,
        book.swaptions.market_vol,
        book.futures.market_price,
        book.holdings.market_price,
    )


def _are_quotes(values: F64) -> bool:
    return bool((np.isnan(values) | ((values > 0.0) & (values < np.inf))).all())


def _are_ranges(ranges: I64, size: int) -> bool:
    return bool(((ranges[:, 0] >= 0) & (ranges[:, 0] < ranges[:, 1]) & (ranges[:, 1] <= size)).all())


def _ascend(days: I64) -> bool:
    return days.size > 0 and bool((np.diff(days, prepend=0) > 0).all())
