"""Moves that the caller gives to P&L: a book revalued after each of them, nothing drawn. Twin: numpy/moves.py."""

import numpy as np
from numba import njit

from kernels.layout import Book
from kernels.numba.revalue import SCRATCH_ROWS, add_sums, revalue
from kernels.numba.settings import BLOCK, STRICT, STRIDE
from kernels.types import F64, Bools


@njit(**STRICT)
def pnl_of_moves(book: Book, held: Bools, moves: F64, begin: int, end: int, pnl: F64) -> None:
    """Compute the P&L of moves: columns begin to end of pnl (n_rows, n) [reporting], out.

    book   with one observation, at which all moves are seen
    held   (n_books, n_currencies)  whether the account holds any payoff
    moves  (n_factors, n)           deviations from each scenario's start
    """
    run, flows, points, payoffs = book.run, book.flows, book.points, book.payoffs
    n_factors, n_moves = moves.shape[0], moves.shape[0] + run.sums.size
    n_scenarios, n_books = run.dynamics.size, run.base_value.size
    observed = np.empty((1, n_moves, STRIDE))
    scaled = np.empty((1, n_moves, STRIDE))
    outside = np.empty((1, n_moves), np.bool_)
    fx = np.empty((run.fx_factor.size, STRIDE))
    legs = np.empty((flows.shared.size, STRIDE))
    scratch = np.empty((SCRATCH_ROWS, STRIDE))
    profits = np.empty((1 + n_books, STRIDE))
    for start in range(begin, end, BLOCK):
        width = min(BLOCK, end - start)
        for f in range(n_factors):
            for i in range(BLOCK):  # a block that the moves do not fill repeats its last one
                observed[0, f, i] = moves[f, start + min(i, width - 1)]
        add_sums(run, observed[0])
        for s in range(n_scenarios):
            revalue(run, flows, points, payoffs, held, s, observed, scaled, outside, fx, legs, scratch, profits)
            for r in range(1 + n_books):
                for i in range(width):
                    pnl[s * (1 + n_books) + r, start + i] = profits[r, i]
