"""Swaptions: the legs they refer to, and the rest of their terms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.market.lookup import swaption_vol_factor, swaption_vol_level
from engine.pack.compression.swaption_tables import tabulate_swaptions
from engine.pack.draft import OPERATIONS, ROUNDING, Draft, Ground, RowBounds, Scene
from engine.pack.flows import DatedFlows
from engine.pack.points import PointList
from engine.pack.ranges import range_sums, ranges, spans
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, sums
from kernels.layout import Swap, Swaption, Swaptions
from kernels.types import F64, I64


def pack_swaptions(setting: Setting, points: PointList) -> Draft:
    """Return swaptions by account and the swap they are on, equal ones in one row; books share the legs of a swap."""
    swaptions, observed = setting.book.swaptions, setting.observed
    when = observed.when(swaptions.expiry_day)
    seen = observed.days[when]
    leg_flows = np.concatenate([swaptions.float_range, swaptions.annuity_range])  # (2 n_swaptions, 2)
    first_leg, leg = _distinct(setting, leg_flows, np.tile(when, 2))
    floating, annuity = np.split(leg, 2)
    time = np.maximum(swaptions.expiry_day - seen, 0) / DAYS_PER_TIME_YEAR
    spread = setting.fits.normal_vol * np.sqrt(time)
    account = setting.account_of(swaptions.position, swaptions.currency)
    keys = np.column_stack([account, floating, annuity, swaptions.payer, swaptions.strike, spread])
    rows, first, row = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    swaps, swaps_first, swap = np.unique(rows[:, :3].astype(np.int64), axis=0, return_index=True, return_inverse=True)
    currencies = [setting.currencies[k % len(setting.currencies)] for k in swaps[:, 0].tolist()]
    vol = _vols(setting, currencies)
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
    rows_of_swaps = Swaption.rows(
        payer=swaptions.payer[first],
        quantity=sums(row.ravel(), quantity, first.size),
        strike=swaptions.strike[first],
        spread=spread[first],
    )

    def lay(ground: Ground, first_leg: int) -> LaidSwaptions:
        own = Swap.rows(
            floating=first_leg + swaps[:, 1],
            annuity=first_leg + swaps[:, 2],
            when=when[first][swaps_first],
            vol_factor=[swaption_vol_factor(setting.market, code) for code in currencies],
            **dict(zip(("first", "last"), ranges(swap.ravel(), len(swaps)).T, strict=True)),
            table=-1,
        )
        fitted = tabulate_swaptions(setting, ground, own, rows_of_swaps)
        own["table"] = fitted.table
        tables = Swaptions(
            owned=setting.owned(swaps[:, 0]),
            swaps=own,
            vol=vol,
            swaptions=rows_of_swaps,
            tables=fitted.tables,
            terms=fitted.terms,
        )
        return LaidSwaptions(tables=tables, errors=fitted.errors)

    return Draft(lay=lay, legs=legs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidSwaptions:
    """In the legs, annuity * bachelier(floating / annuity - strike) has slopes N(d) <= 1 in the floating leg.

    In the annuity it has spread n(d) - strike N(d) (payer), which is within 0.4 spread + |strike|. A table's error is
    one per unit of annuity.
    """

    tables: Swaptions
    errors: F64  # (n_scenarios, n_swaps) of the tables at most, per unit of annuity

    def bounds(self, scene: Scene) -> RowBounds:
        """Return error and size of the swaptions on each swap, (n_swaps,) [currency], and part of their notional."""
        swaps, swaptions = self.tables.swaps, self.tables.swaptions
        first, last, quantity = swaps["first"], swaps["last"], np.abs(swaptions["quantity"])
        slope = quantity * (np.abs(swaptions["strike"]) + 0.4 * swaptions["spread"] * self._highest_vols(scene))
        of_floating, of_annuity = (range_sums(first, last, each) for each in (quantity, slope))
        error, size = (
            of_floating * each[swaps["floating"]] + of_annuity * each[swaps["annuity"]]
            for each in (scene.shared_error, scene.shared_size)
        )
        tabulated = (scene.shared_size + scene.shared_error)[swaps["annuity"]] * self.errors[scene.s]
        error = error + tabulated + ROUNDING * (last - first + OPERATIONS) * size
        notional = np.maximum(of_floating, np.finfo(np.float64).tiny)
        return RowBounds(error=error, size=size, part=float((error / notional).max(initial=0.0)))

    def _highest_vols(self, scene: Scene) -> F64:
        """Return what vols are over the base market's on the path where they are highest: (n_swaptions,)."""
        swaps, factor = self.tables.swaps, self.tables.swaps["vol_factor"]
        moves = np.where(factor >= 0, 1.0, 0.0)[:, None] * np.array([1.0, 0.0])
        pairs = np.repeat(np.maximum(factor, 0)[:, None], 2, axis=1)
        vols = self.tables.vol[scene.s] * scene.highest(swaps["when"], pairs, moves)
        return np.repeat(vols, swaps["last"] - swaps["first"])


def _vols(setting: Setting, currencies: Sequence[str]) -> F64:
    """Return the vols of swaptions on swaps in some currencies over the base market's: (n_scenarios, n_swaps)."""
    base = [swaption_vol_level(setting.market, code) for code in currencies]
    of_shocked = [[swaption_vol_level(market, code) for code in currencies] for market in setting.shocked]
    return np.array(of_shocked, np.float64).reshape(len(of_shocked), len(base)) / np.array(base, np.float64)


def _distinct(setting: Setting, ranges: I64, when: I64) -> tuple[I64, I64]:
    """Return legs that differ in curve, day or flows: the first of each, and the number of each leg's own."""
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
