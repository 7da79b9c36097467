"""BookArrays as records, a row of a table in one place: what compiled kernels read. One layout for both twins."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.base import F64, I64, Array, BookArrays, ModelArrays, Records, record

OWNED = record("first_unit last_unit first_future last_future first_swap last_swap")
LEG = record("first last when")
SEGMENT = record("below above first last")  # factors, flows
UNIT = record("factor when")
POINT = record("when below above", "a b")
FUTURE = record("growth first last", "quantity reference basis")
DELIVERABLE = record("leg", "accrued factor")
GROUP = record("when domestic foreign vol_factor first last table", "time growth c0 c1 c2 c3 c4 reach")
OPTION = record("", "strike amount")
TABLE = record("n_x", "forward inverse_x inverse_w")
SWAP = record("floating annuity first last table")
SWAPTION = record("payer", "quantity strike std")
RATE_TABLE = record("n_x", "rate inverse")

VOL_TERMS = (1, 4, 8, 12, 16, 24)  # terms in w that kernels have loops for


class Tables(NamedTuple):
    """A book for compiled kernels. Fields without a note are as in BookArrays."""

    observations: I64
    dynamics: I64
    fx_factor: I64
    fx_start: F64
    reporting: int
    base_value: F64
    cash: F64
    owned: Records  # (n_books * n_currencies,) OWNED
    legs: Records  # (n_legs,) LEG
    centre: F64
    inverse_width: F64
    degree: int
    segment_degree: I64
    coefficients: F64
    segments: Records  # (n_segments,) SEGMENT
    flow_value: F64
    flow_exponents: F64
    units: Records  # (n_units,) UNIT
    unit_value: F64
    points: Records  # (n_points,) POINT
    point_start: F64
    futures: Records  # (n_futures,) FUTURE
    deliverables: Records  # (n_deliverables,) DELIVERABLE; `leg` counts from the first after the books' own
    group_range: I64
    groups: Records  # (n_groups,) GROUP
    group_vol: F64
    options: Records  # (n_options,) OPTION
    tables: Records  # (n_scenarios, n_tables) TABLE
    table_terms: F64  # padded with zeros: n_x odd, n_w one of VOL_TERMS
    swaps: Records  # (n_swaps,) SWAP; legs count as in `deliverables`
    swaptions: Records  # (n_swaptions,) SWAPTION
    rate_tables: Records  # (n_scenarios, n_rate_tables) RATE_TABLE
    rate_terms: F64  # padded with zeros: an odd number


class Model(NamedTuple):
    """Laws for compiled kernels. Fields without a note are as in ModelArrays."""

    decay: Array
    drift: Array
    chol: Array
    convexity: Array
    laws: Records
    quantiles: F64
    initial: F64
    transitions: F64
    jump_step: I64
    jump_tails: F64
    jump_mean: F64
    jump_loadings: F64
    impact: F64
    scheduled: F64


def model_of(model: ModelArrays, *, float32: bool) -> Model:
    """The same laws, contiguous, the steps of the factors in one precision."""
    rounded = model.rounded(np.float32 if float32 else np.float64)
    arrays = {name: np.ascontiguousarray(array) for name, array in rounded._asdict().items()}
    return Model(**arrays)


def tables_of(book: BookArrays) -> Tables:
    """The same book, row by row.

    Raises
    ------
    ValueError
        The options' tables have more terms in w than any kernel has a loop for.
    """
    n_own = book.base_value.size * book.fx_factor.size
    ranges = (book.unit_range, book.future_range, book.swap_range)
    smile, terms = book.group_smile.T, _padded(book.table_terms)
    rate_terms = _odd(book.swap_table_terms)
    same = {name: getattr(book, name) for name in Tables._fields if name in BookArrays._fields}
    made = {
        "owned": _rows(OWNED, *(column for field in ranges for column in field.reshape(-1, 2).T)),
        "legs": _rows(LEG, *book.leg_range.T, book.leg_when),
        "segments": _rows(SEGMENT, *book.segment_factors.T, *book.flow_range.T),
        "units": _rows(UNIT, book.unit_factor, book.unit_when),
        "points": _rows(POINT, book.point_when, *book.point_factors.T, *book.point_exponents.T),
        "futures": _rows(
            FUTURE,
            *(book.future_growth, *book.basket_range.T),
            *(book.future_quantity, book.future_reference, book.future_basis),
        ),
        "deliverables": _rows(
            DELIVERABLE, book.deliverable_leg - n_own, book.deliverable_accrued, book.deliverable_factor
        ),
        "groups": _rows(
            GROUP,
            *(book.group_when, book.group_domestic, book.group_foreign, book.group_vol_factor, *book.option_range.T),
            *(book.table_index, book.group_time, book.group_growth, *smile),
        ),
        "options": _rows(OPTION, book.option_strike, book.option_amount),
        "tables": _rows(TABLE, _n_x(terms), book.table_forward, *np.moveaxis(book.table_inverse_width, -1, 0)),
        "table_terms": terms,
        "swaps": _rows(
            SWAP, book.swap_float - n_own, book.swap_annuity - n_own, *book.swaption_range.T, book.swap_table
        ),
        "swaptions": _rows(
            SWAPTION, book.swaption_payer, book.swaption_quantity, book.swaption_strike, book.swaption_std
        ),
        "rate_tables": _rows(
            RATE_TABLE, _n_x(rate_terms[..., None]), book.swap_table_rate, book.swap_table_inverse_width
        ),
        "rate_terms": rate_terms,
    }
    contiguous: dict[str, Any] = {
        name: np.ascontiguousarray(field) if isinstance(field, np.ndarray) else field
        for name, field in {**same, **made}.items()
    }
    return Tables(**contiguous)


def _rows(kind: np.dtype[np.void], *columns: npt.NDArray[Any]) -> Records:
    rows = np.zeros(columns[0].shape, kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        rows[name] = column
    return rows


def _n_x(terms: F64) -> I64:
    """Terms in x of each table, odd: the zeros behind them are not worth the time."""
    rows = np.where(terms.any(axis=-1), np.arange(1, terms.shape[2] + 1), 1).max(axis=-1, initial=1)
    return np.asarray(rows + 1 - rows % 2)


def _odd(terms: F64) -> F64:
    """An odd number of terms, the last zero."""
    return np.pad(terms, ((0, 0), (0, 0), (0, 1 - terms.shape[2] % 2)))


def _padded(terms: F64) -> F64:
    """Terms with zeros behind, which change no bit of the sum."""
    n_x, n_w = terms.shape[2:]
    if n_w > VOL_TERMS[-1]:
        raise ValueError(f"tables of options may have {VOL_TERMS[-1]} terms in vol, got {n_w}")
    wanted = next(n for n in VOL_TERMS if n >= n_w)
    return np.pad(terms, ((0, 0), (0, 0), (0, 1 - n_x % 2), (0, wanted - n_w)))
