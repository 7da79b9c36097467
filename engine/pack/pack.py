"""Objects into kernel arrays: one market a scenario, one compiled book, one horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.value import position_values
from engine.conventions.currencies import fx_quote
from engine.errors import InputError
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.pack.bounds import Bounds, Lost, bounds_of, no_bounds
from engine.pack.cash import cash_at_horizon, holdings_seen, moving_flows
from engine.pack.flows import DatedFlows, cut, flow_values, join_flows
from engine.pack.futures import pack_futures
from engine.pack.fx_option_tables import tabulate, untabulated
from engine.pack.fx_options import pack_groups
from engine.pack.observations import observe
from engine.pack.points import Points
from engine.pack.polynomials import Compressed, compress
from engine.pack.setting import Setting, codes
from engine.pack.swaption_tables import tabulate_swaptions
from engine.pack.swaptions import pack_swaptions
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, sums
from kernels.layout import BookArrays, ModelArrays
from kernels.types import F64

Fields = dict[str, Any]  # of kernels.base.BookArrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packed:
    """A run as the kernels want it, and what is known of it without simulation."""

    model: ModelArrays
    book: BookArrays
    n_steps: int
    books: tuple[str, ...]
    base_values: F64  # (1 + n_books,) total first, in the reporting currency, unshocked
    shock_pnl: F64  # (n_scenarios, 1 + n_books) of the shocks alone, at the valuation date
    bounds: Bounds


def pack(
    book: CompiledBook,
    market: Market,
    shocked: Sequence[Market],
    unwinds: Sequence[Unwind | None] = (),
    *,
    horizon_days: int,
    n_steps: int,
    currency: str,
    instantaneous: bool,
    direct: bool,
) -> Packed:
    """Pack a run of `book` from the base `market`, around each of the `shocked` markets.

    `unwinds` are what each scenario holds within the paths; () is nothing in any.

    Raises
    ------
    InputError
        Book and market do not fit: dates, curves, currencies, a price that nothing reproduces.
    """
    setting = Setting(
        book=book,
        market=market,
        fits=fit(book, market),
        shocked=tuple(shocked),
        laws=tuple(
            law_of(scenario, horizon_days, n_steps, unwind, market)
            for scenario, unwind in zip(shocked, unwinds or [None] * len(shocked), strict=True)
        ),
        observed=observe(book, horizon_days, n_steps, instantaneous=instantaneous),
        currency=currency,
    )
    base = _scope_values(setting, market)
    dynamics, model = model_arrays(setting.laws)
    fields, lost = _book_fields(setting, direct=direct)
    fields = {**fields, "dynamics": dynamics, "base_value": base[1:]}
    return Packed(
        model=model,
        book=BookArrays(**fields),
        n_steps=n_steps,
        books=tuple(setting.names),
        base_values=base,
        shock_pnl=np.stack([_scope_values(setting, scenario) - base for scenario in shocked]),
        bounds=no_bounds(setting) if direct else bounds_of(setting, fields, lost),
    )


def _book_fields(setting: Setting, *, direct: bool) -> tuple[Fields, Lost]:
    """All of BookArrays but `dynamics` and `base_value`, and what compression leaves out."""
    points = Points()
    future_legs, futures, settled = pack_futures(setting, points)
    swaption_legs, swaptions = pack_swaptions(setting)
    groups = pack_groups(setting, points)
    seen_through = _point_fields(setting, points)
    tables = untabulated(setting, groups) if direct else tabulate(setting, groups, seen_through)
    own = moving_flows(setting)
    flows, packed = _flow_fields(setting, [own, future_legs, swaption_legs], direct=direct)
    first_swap = own.seen.size + future_legs.seen.size
    swaptions["swap_float"] += first_swap
    swaptions["swap_annuity"] += first_swap
    in_rate = tabulate_swaptions(setting, {**flows, **swaptions}, direct=direct)
    fields = {
        **_cell_fields(setting, settled),
        **flows,
        **_unit_fields(setting),
        **seen_through,
        **futures,
        "deliverable_leg": own.seen.size + futures["deliverable_leg"],
        **groups,
        **tables.fields,
        **swaptions,
        **in_rate.fields,
    }
    none = np.zeros((len(setting.shocked), flows["flow_range"].shape[0]))
    lost = Lost(
        flows=packed.bound if packed else 0.0,
        options=tables.bound,
        segments=packed.lost if packed else none,
        most=packed.most if packed else none,
        groups=tables.errors,
        swaps=in_rate.errors,
    )
    return fields, lost


def _cell_fields(setting: Setting, settled: F64) -> Fields:
    """What is known of each (book, currency), and of currencies; `settled` is cash beside that of the book."""
    names = [factor.name for factor in setting.market.factors]
    return {
        "observations": setting.observed.steps,
        "fx_factor": np.array([0, *(_fx_factor(code, names) for code in setting.currencies[1:])], np.int64),
        "fx_start": setting.fx,
        "reporting": setting.currencies.index(setting.currency),
        "cash": cash_at_horizon(setting) + settled,
    }


def _fx_factor(code: str, names: Sequence[str]) -> int:
    """Number of the factor that moves a currency's exchange rate."""
    factor = fx_quote(code).factor
    if factor not in names:
        raise InputError(f"{factor} must be one of the factors: the book holds {code}; a vol of 0 keeps it still")
    return names.index(factor)


def _flow_fields(setting: Setting, tables: Sequence[DatedFlows], *, direct: bool) -> tuple[Fields, Compressed | None]:
    """Segments of all legs, and their polynomials."""
    flows = join_flows(tables)
    segments = cut(flows, setting.market)
    last = int(setting.observed.steps[-1])
    mean = np.stack([law.mean(last) for law in setting.laws])
    std = np.stack([law.std(last) for law in setting.laws])
    values = flow_values(segments, setting.shocked)
    packed = None if direct or not values.size else compress(segments, values, mean, std)
    width = packed.half_width if packed else np.zeros_like(mean)
    degrees = packed.degrees if packed else np.zeros((len(values), segments.flow_range.shape[0]), np.int64)
    moving = np.isin(np.arange(mean.shape[1]), segments.segment_factors) & (width > 0.0)
    fields = {
        "leg_range": segments.leg_range,
        "leg_when": setting.observed.when(flows.seen),
        "segment_factors": segments.segment_factors,
        "centre": mean,
        "inverse_width": np.where(moving, 1.0 / np.where(moving, width, 1.0), 0.0),
        "degree": int(degrees.max(initial=0)),
        "segment_degree": degrees,
        "coefficients": packed.coefficients if packed else np.zeros((len(values), segments.flow_range.shape[0], 0)),
        "flow_range": segments.flow_range,
        "flow_value": values,
        "flow_exponents": segments.exponents,
    }
    return fields, packed


def _unit_fields(setting: Setting) -> Fields:
    """Holdings of prices, each worth quantity * level * exp(carry * years to expiry), and a future's on its expiry."""
    holdings, (when, seen) = setting.book.holdings, holdings_seen(setting)
    left = np.maximum(holdings.expiry_day - seen, 0) / DAYS_PER_TIME_YEAR
    worth = holdings.quantity * np.exp(setting.fits.holding_carry * left)
    worth = worth * setting.cash_growth(holdings.currency, seen)
    names = [factor.name for factor in setting.market.factors]
    keys = np.column_stack([setting.cell_of(holdings.position, holdings.currency), codes(holdings.factor, names), when])
    rows, row = np.unique(keys, axis=0, return_inverse=True)
    held = [setting.market.factors[i] for i in rows[:, 1].tolist()]
    levels = np.array([[market.level(factor) for factor in held] for market in setting.shocked])
    return {
        "unit_range": setting.by_cell(rows[:, 0])[1],
        "unit_factor": rows[:, 1],
        "unit_when": rows[:, 2],
        "unit_value": levels.reshape(len(setting.shocked), len(held)) * sums(row.ravel(), worth, len(held)),
    }


def _point_fields(setting: Setting, points: Points) -> Fields:
    factors, exponents = points.factors(setting.market)
    return {
        "point_when": points.when(),
        "point_factors": factors,
        "point_exponents": exponents,
        "point_start": points.starts(setting.shocked),
    }


def _scope_values(setting: Setting, market: Market) -> F64:
    """Value of the total, then of each book: (1 + n_books,) in the currency of the P&L."""
    book = setting.book
    values = position_values(book, market, setting.fits) / float(fx_rates(np.array([setting.currency]), market)[0])
    of_books = np.bincount(setting.book_of(np.arange(len(book.books))), values, len(setting.names))
    return np.concatenate([[of_books.sum()], of_books])
