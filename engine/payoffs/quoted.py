"""quoted."""

from dataclasses import dataclass

import numpy as np

from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Premiums:
    """Given market values of options: what their vols must reproduce on the valuation date."""

    position: I64  # (n_premiums,) index into CompiledBook.position_ids, each once
    value: F64  # (n_premiums,) of the whole position, bought positive, in the position's currency (JPY for FX)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """Given market prices: the value for settlement that a position's spread must reproduce."""

    position: I64  # (n_marks,) index into CompiledBook.position_ids
    settlement_day: I64  # (n_marks,) calendar days from the valuation date
    settlement_value: F64  # (n_marks,) dirty, for the whole position, in its currency, paid on settlement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bonds:
    """Terms of the bonds and bills that can still be bought: what their market quotes need beside the flows."""

    position: I64  # (n_bonds,) index into CompiledBook.position_ids
    face: F64  # (n_bonds,) in the position's currency, owned positive
    coupon: F64  # (n_bonds,) decimal per year; 0 for a bill
    settlement_day: I64  # (n_bonds,) calendar days from the valuation date
    maturity_day: I64  # (n_bonds,) the same, not moved for holidays
    accrued: F64  # (n_bonds,) interest accrued at settlement, per 100 of face
    period_fraction: F64  # (n_bonds,) part of the coupon period left at settlement, in (0, 1]; 0 for a bill
    coupons_left: I64  # (n_bonds,) paid after settlement; 0 for a bill
    first_coupon: F64  # (n_bonds,) the next coupon as a part of a full one; below 1 in a short first period


def no_bonds() -> Bonds:
    """The terms of a book without bonds."""
    whole, real = np.empty(0, np.int64), np.empty(0)
    return Bonds(
        position=whole,
        face=real,
        coupon=real,
        settlement_day=whole,
        maturity_day=whole,
        accrued=real,
        period_fraction=real,
        coupons_left=whole,
        first_coupon=real,
    )
