"""Objects into kernel arrays: one market a scenario, one compiled book, one horizon."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.book.compiled import CompiledBook
from engine.book.value import fit_spreads, fx_rates, position_values
from engine.market.market import Market
from engine.run.aging import AgedFlows, age, cash_at_horizon, horizon_day, values_at_horizon
from engine.run.law import Law, law_of
from engine.run.polynomials import Compressed, compress
from kernels.base import BookArrays, ModelArrays

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

HOME = "JPY"
FX_FACTORS = {"USD": "USDJPY"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packed:
    """A run as the kernels want it, and what is known of it without simulation."""

    model: ModelArrays
    book: BookArrays
    n_steps: int
    centre: F64  # (n_rows,) [P&L] of the path on which no factor deviates
    books: tuple[str, ...]
    base_values: F64  # (1 + n_books,) total first, in the reporting currency, unshocked
    shock_pnl: F64  # (n_scenarios, 1 + n_books) of the shocks alone, at the valuation date
    bound: float  # error of compressed revaluation at most, as a fraction of gross value; 0: direct


def pack(
    book: CompiledBook,
    market: Market,
    shocked: Sequence[Market],
    *,
    horizon_days: int,
    n_steps: int,
    currency: str,
    instantaneous: bool,
    direct: bool,
) -> Packed:
    """Pack a run of `book` from the base `market`, around each of the `shocked` markets.

    Raises
    ------
    InputError
        Book and market do not fit: dates, curves, currencies, a price that no spread reproduces.
    """
    spreads = fit_spreads(book, market)
    names = tuple(dict.fromkeys(book.books))
    currencies = _currencies(book, currency)
    day = 0 if instantaneous else horizon_day(book, horizon_days)
    aged = age(book, spreads, market.factors, currencies, day)
    laws = [law_of(scenario, horizon_days, n_steps) for scenario in shocked]
    dynamics, model = _distinct(laws)
    values = np.stack([values_at_horizon(aged, scenario) for scenario in shocked])
    fx = np.stack([fx_rates(np.array(currencies), scenario) for scenario in shocked])
    cash = np.stack([cash_at_horizon(aged, scenario, len(names), len(currencies)) for scenario in shocked])
    mean, std = np.stack([law.mean for law in laws]), np.stack([law.std for law in laws])
    compressed = None if direct or not values.size else compress(aged, values, mean, std)
    base = _scope_values(book, market, spreads, names, currency)
    arrays = _book_arrays(aged, compressed, market, currencies, dynamics, mean, values, fx, cash)
    arrays = arrays._replace(reporting=currencies.index(currency), base_value=base[1:])
    return Packed(
        model=model,
        book=arrays,
        n_steps=n_steps,
        centre=_still_pnl(arrays, aged),
        books=names,
        base_values=base,
        shock_pnl=np.stack([_scope_values(book, s, spreads, names, currency) - base for s in shocked]),
        bound=compressed.bound if compressed else 0.0,
    )


def _currencies(book: CompiledBook, reporting: str) -> list[str]:
    """JPY first, then the others in use."""
    used = {*book.flows.currency.tolist(), *book.units.currency.tolist(), reporting} - {HOME}
    return [HOME, *sorted(used)]


def _distinct(laws: Sequence[Law]) -> tuple[I64, ModelArrays]:
    """Laws that differ, and which one each scenario follows: scenarios that only shift levels share one walk."""
    keys = [law.decay.tobytes() + law.drift.tobytes() + law.chol.tobytes() for law in laws]
    order = list(dict.fromkeys(keys))
    kept = [laws[keys.index(key)] for key in order]
    model = ModelArrays(
        decay=np.stack([law.decay for law in kept]),
        drift=np.stack([law.drift for law in kept]),
        chol=np.stack([law.chol for law in kept]),
    )
    return np.array([order.index(key) for key in keys], np.int64), model


def _book_arrays(
    aged: AgedFlows,
    compressed: Compressed | None,
    market: Market,
    currencies: Sequence[str],
    dynamics: I64,
    mean: F64,
    values: F64,
    fx: F64,
    cash: F64,
) -> BookArrays:
    factor_names = [factor.name for factor in market.factors]
    width = compressed.half_width if compressed else np.zeros_like(mean)
    in_segment = np.isin(np.arange(len(factor_names)), aged.segment_factors)
    return BookArrays(
        dynamics=dynamics,
        fx_factor=np.array([0, *(factor_names.index(FX_FACTORS[name]) for name in currencies[1:])], np.int64),
        fx_start=fx,
        reporting=0,
        base_value=np.zeros(cash.shape[1]),
        cash=cash,
        segment_range=aged.segment_range,
        segment_factors=aged.segment_factors,
        centre=mean,
        inverse_width=np.where(in_segment & (width > 0.0), 1.0 / np.where(width > 0.0, width, 1.0), 0.0),
        degree=compressed.degree if compressed else 0,
        coefficients=compressed.coefficients if compressed else np.zeros((*values.shape[:1], len(aged.flow_range), 0)),
        flow_range=aged.flow_range,
        flow_value=values,
        flow_exponents=aged.exponents,
    )


def _scope_values(book: CompiledBook, market: Market, spreads: F64, names: Sequence[str], currency: str) -> F64:
    """Value of the total, then of each book: (1 + n_books,) in `currency`."""
    values = position_values(book, market, spreads) / float(fx_rates(np.array([currency]), market)[0])
    order = {name: i for i, name in enumerate(names)}
    of_books = np.bincount([order[name] for name in book.books], weights=values, minlength=len(names))
    return np.concatenate([[of_books.sum()], of_books])


def _still_pnl(book: BookArrays, aged: AgedFlows) -> F64:
    """P&L of every row on the path that stays at its start: (n_rows,)."""
    rows = []
    for scenario, cash in enumerate(book.cash):
        amounts = cash.copy()
        for (b, c), _ in np.ndenumerate(cash):
            first, last = book.segment_range[b, c]
            flows = slice(book.flow_range[first, 0], book.flow_range[last - 1, 1]) if last > first else slice(0)
            amounts[b, c] += book.flow_value[scenario, flows].sum()
        books = (amounts * book.fx_start[scenario]).sum(axis=1) / book.fx_start[scenario, book.reporting]
        profits = books - book.base_value
        rows += [profits.sum(), *profits]
    return np.array(rows)
