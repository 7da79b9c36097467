"""Moves that the caller gives to P&L, by the formulas of the payoffs. Twin: numba/moves.py."""

import numpy as np

from kernels.layout import Book
from kernels.numpy.revalue import revalue
from kernels.types import F64


def pnl_of_moves(book: Book, moves: F64) -> F64:
    """Return the P&L of moves (n_factors, n) from each scenario's start: (n_rows, n) [reporting currency]."""
    rows = []
    for scenario in range(book.run.dynamics.size):
        books = revalue(book, scenario, moves[None])
        rows += [books.sum(axis=0), *books]
    return np.array(rows)
