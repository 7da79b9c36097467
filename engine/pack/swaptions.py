"""Swaptions: the legs they refer to, and the rest of their terms."""

from typing import Any

import numpy as np

from engine.pack.flows import DatedFlows
from engine.pack.futures import spans
from engine.pack.setting import Setting, ranges
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums
from kernels.types import I64


def pack_swaptions(setting: Setting) -> tuple[DatedFlows, dict[str, Any]]:
    """Swaptions by book, currency and the swap they are on, equal ones in one row; books share the legs of a swap.

    Returns the legs, and fields of BookArrays, legs counted from 0.
    """
    swaptions, observed = setting.book.swaptions, setting.observed
    when = observed.when(swaptions.expiry_day)
    seen = observed.days[when]
    leg_flows = np.concatenate([swaptions.float_range, swaptions.annuity_range])  # (2 n_swaptions, 2)
    first_leg, leg = _distinct(setting, leg_flows, np.tile(when, 2))
    floating, annuity = np.split(leg, 2)
    time = np.maximum(swaptions.expiry_day - seen, 0) / DAYS_PER_TIME_YEAR
    std = setting.fits.normal_vol * np.sqrt(time)
    cell = setting.cell_of(swaptions.position, swaptions.currency)
    keys = np.column_stack([cell, floating, annuity, swaptions.payer, swaptions.strike, std])
    rows, first, row = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    swaps, swap = np.unique(rows[:, :3].astype(np.int64), axis=0, return_inverse=True)
    quantity = swaptions.quantity * setting.cash_growth(swaptions.currency, seen)
    kept = leg_flows[first_leg]
    lengths, flows = np.diff(kept, axis=1).ravel(), spans(kept)
    legs = DatedFlows(
        leg=np.repeat(np.arange(first_leg.size), lengths),
        curve=np.repeat(np.tile(swaptions.curve, 2)[first_leg], lengths),
        day=swaptions.day[flows],
        amount=swaptions.amount[flows],
        seen=np.tile(seen, 2)[first_leg],
    )
    fields = {
        "swap_range": setting.by_cell(swaps[:, 0])[1],
        "swap_float": swaps[:, 1],
        "swap_annuity": swaps[:, 2],
        "swaption_range": ranges(swap.ravel(), len(swaps)),
        "swaption_quantity": sums(row.ravel(), quantity, first.size),
        "swaption_payer": swaptions.payer[first],
        "swaption_strike": swaptions.strike[first],
        "swaption_std": std[first],
    }
    return legs, fields


def _distinct(setting: Setting, ranges: I64, when: I64) -> tuple[I64, I64]:
    """Legs that differ in curve, day or flows: the first of each, and the number of each leg's own."""
    swaptions = setting.book.swaptions
    curves = np.tile(swaptions.curve, 2).tolist()
    numbers: dict[tuple[str, int, bytes, bytes], int] = {}
    first: list[int] = []
    number: list[int] = []
    for i, (a, b) in enumerate(ranges.tolist()):
        key = (curves[i], int(when[i]), swaptions.day[a:b].tobytes(), swaptions.amount[a:b].tobytes())
        if key not in numbers:
            numbers[key] = len(first)
            first.append(i)
        number.append(numbers[key])
    return np.array(first, np.int64), np.array(number, np.int64)
