"""Tables of Chebyshev terms as kernels read them: padded with zeros, which change no bit of the sums."""

import numpy as np

from kernels.layout import VOL_TERMS, OptionTable, RateTable
from kernels.records import Rows
from kernels.types import F64, I64


def option_tables(forward: F64, inverse_x: F64, inverse_w: F64, terms: F64) -> tuple[Rows[OptionTable], F64]:
    """Return FxOptions.tables and FxOptions.terms.

    Parameters
    ----------
    forward : (n_scenarios, n_tables) [domestic per foreign] in the middle
    inverse_x, inverse_w : (n_scenarios, n_tables) 1 / half widths of ln(forward) and ln(vol)
    terms : (n_scenarios, n_tables, n_x, n_w) of T_k(x) w^l

    Raises
    ------
    ValueError
        There are more terms in w than any kernel has a loop for.
    """
    n_x, n_w = terms.shape[2:]
    if n_w > VOL_TERMS[-1]:
        raise ValueError(f"tables of options may have {VOL_TERMS[-1]} terms in vol, got {n_w}")
    wanted = next(n for n in VOL_TERMS if n >= n_w)
    padded = np.pad(terms, ((0, 0), (0, 0), (0, 1 - n_x % 2), (0, wanted - n_w)))
    rows = OptionTable.rows(n_x=_n_x(padded), forward=forward, inverse_x=inverse_x, inverse_w=inverse_w)
    return rows, padded


def rate_tables(rate: F64, inverse: F64, terms: F64) -> tuple[Rows[RateTable], F64]:
    """Return Swaptions.tables and Swaptions.terms.

    Parameters
    ----------
    rate, inverse : (n_scenarios, n_tables) forward rate in the middle [decimal], and 1 / half width of it
    terms : (n_scenarios, n_tables, n_x) of T_k(x)
    """
    padded = np.pad(terms, ((0, 0), (0, 0), (0, 1 - terms.shape[2] % 2)))
    return RateTable.rows(n_x=_n_x(padded[..., None]), rate=rate, inverse=inverse), padded


def _n_x(terms: F64) -> I64:
    """Return the terms in x of each table, odd: the zeros behind them are not worth the time."""
    rows = np.where(terms.any(axis=-1), np.arange(1, terms.shape[2] + 1), 1).max(axis=-1, initial=1)
    return np.asarray(rows + 1 - rows % 2)
