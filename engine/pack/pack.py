"""Objects into kernel arrays: one market a scenario, one compiled book, one horizon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.value import model_values
from engine.conventions.currencies import fx_quote
from engine.errors import InputError
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.market.lookup import factor_sums
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.pack.bounds import Bounds, bounds_of, no_bounds
from engine.pack.cash import cash_at_horizon, moving_flows
from engine.pack.compression.polynomials import Compressed, compress
from engine.pack.draft import Draft, Ground
from engine.pack.far_limits import inverse_far_limits
from engine.pack.flows import DatedFlows, cut, flow_values, join_flows
from engine.pack.observations import observe
from engine.pack.payoffs import packers
from engine.pack.points import PointList
from engine.pack.setting import Setting
from engine.pack.sums import SummedLaw, with_used_sums
from engine.payoffs.curves import fx_rates
from kernels.law_layout import ModelArrays
from kernels.layout import Book, Flows, Leg, Run, Segment, Sum
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packed:
    """A run as the kernels want it, and what is known of it without simulation."""

    model: ModelArrays
    book: Book
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
    LookupError
        A payoff or a mechanism is registered on one floor and not on the other.
    """
    laws = [
        law_of(scenario, horizon_days, n_steps, unwind, market)
        for scenario, unwind in zip(shocked, unwinds or [None] * len(shocked), strict=True)
    ]
    sums = factor_sums(market)
    setting = Setting(
        book=book,
        market=market,
        fits=fit(book, market),
        shocked=tuple(shocked),
        laws=tuple(SummedLaw(law=law, sums=sums) for law in laws),
        observed=observe(book, horizon_days, n_steps, instantaneous=instantaneous),
        currency=currency,
    )
    base = _scope_values(setting, market)
    dynamics, model = model_arrays(laws)
    points = PointList()
    drafts = {each.name: each.draft(setting, points) for each in packers()}
    run = _run(setting, dynamics, base[1:], horizon_days, drafts.values())
    flows, compressed = _flows(setting, [draft.legs for draft in drafts.values()], direct=direct)
    ground = Ground(run=run, flows=flows, points=points.tables(market, shocked), direct=direct)
    laid, first_leg = {}, 0
    for name, draft in drafts.items():
        laid[name] = draft.lay(ground, first_leg)
        first_leg += draft.legs.seen.size if draft.legs else 0
    return Packed(
        model=model,
        book=Book(*with_used_sums(run, flows, ground.points, sums), tuple(each.tables for each in laid.values())),
        n_steps=n_steps,
        books=tuple(setting.names),
        base_values=base + _by_scope(setting, np.zeros(len(book.books)) + setting.fits.offset, market),
        shock_pnl=np.stack([_scope_values(setting, scenario) - base for scenario in shocked]),
        bounds=no_bounds(setting, laid) if direct else bounds_of(setting, ground, compressed, laid),
    )


def _run(setting: Setting, dynamics: I64, base_value: F64, horizon_days: int, drafts: Iterable[Draft]) -> Run:
    """Return what is of the run itself; cash is the book's and what payoffs add to it, in their order."""
    names = [factor.name for factor in setting.market.factors]
    settled = np.zeros((len(setting.names), len(setting.currencies)))
    for draft in drafts:
        settled = settled if draft.cash is None else settled + draft.cash
    return Run(
        observations=setting.observed.steps.astype(np.int64),
        dynamics=dynamics,
        fx_factor=np.array([0, *(_fx_factor(code, names) for code in setting.currencies[1:])], np.int64),
        fx_start=setting.fx,
        reporting=setting.currencies.index(setting.currency),
        base_value=base_value,
        cash=cash_at_horizon(setting) + settled,
        inverse_limit=inverse_far_limits(setting.market.factors, horizon_days),
        sums=Sum.zeros(0),
        sum_terms=np.zeros(0, np.int64),
    )


def _fx_factor(code: str, names: Sequence[str]) -> int:
    """Return the number of the factor that moves a currency's exchange rate. Raises InputError where none does."""
    factor = fx_quote(code).factor
    if factor not in names:
        raise InputError(f"{factor} must be one of the factors: the book holds {code}; a vol of 0 keeps it still")
    return names.index(factor)


def _flows(setting: Setting, shared: Sequence[DatedFlows | None], *, direct: bool) -> tuple[Flows, Compressed | None]:
    """Return the segments of all legs, the accounts' own first, and their polynomials."""
    own = moving_flows(setting)
    flows = join_flows([own, *(legs for legs in shared if legs is not None)])
    segments = cut(flows, setting.market)
    last = int(setting.observed.steps[-1])
    mean = np.stack([law.mean(last) for law in setting.laws])
    std = np.stack([law.std(last) for law in setting.laws])
    values = flow_values(segments, setting.shocked)
    packed = None if direct or not values.size else compress(segments, values, mean, std)
    n_segments = segments.flow_range.shape[0]
    width = packed.half_width if packed else np.zeros_like(mean)
    degrees = packed.degrees if packed else np.zeros((len(values), n_segments), np.int64)
    moving = np.isin(np.arange(mean.shape[1]), segments.segment_factors) & (width > 0.0)
    legs = Leg.rows(
        first=segments.leg_range[:, 0], last=segments.leg_range[:, 1], when=setting.observed.when(flows.seen)
    )
    rows = Segment.rows(
        below=segments.segment_factors[:, 0],
        above=segments.segment_factors[:, 1],
        first=segments.flow_range[:, 0],
        last=segments.flow_range[:, 1],
    )
    tables = Flows(
        own=legs[: own.seen.size].reshape(len(setting.names), len(setting.currencies)),
        shared=legs[own.seen.size :],
        segments=rows,
        value=values,
        exponents=segments.exponents,
        degree=int(degrees.max(initial=0)),
        centre=mean,
        inverse_width=np.where(moving, 1.0 / np.where(moving, width, 1.0), 0.0),
        segment_degree=degrees,
        coefficients=packed.coefficients if packed else np.zeros((len(values), n_segments, 0)),
    )
    return tables, packed


def _scope_values(setting: Setting, market: Market) -> F64:
    """Return what the model says of the total, then of each book: (1 + n_books,) in the currency of the P&L."""
    values = model_values(setting.book, market, setting.fits, day=0, before=market)
    return _by_scope(setting, values, market)


def _by_scope(setting: Setting, values: F64, market: Market) -> F64:
    """Return values (n_positions,) [home] of the total, then of each book: (1 + n_books,) in the P&L's currency."""
    values = values / float(fx_rates(np.array([setting.currency]), market)[0])
    of_books = np.bincount(setting.book_of(np.arange(values.size)), values, len(setting.names))
    return np.concatenate([[of_books.sum()], of_books])
