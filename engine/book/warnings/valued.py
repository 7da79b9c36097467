"""What is said of a book in a market wherever it is valued: checked, shown, run or stressed."""

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit_warnings
from engine.book.static_inputs import static_input_warnings
from engine.book.value import book_warnings
from engine.book.warnings.odd_levels import odd_level_warnings
from engine.market.market import Market
from kernels.types import F64

USUAL_SPREAD_BP = 200.0  # government bonds keep far closer to their curve: a wider spread is more often a wrong price


def valued_book_warnings(book: CompiledBook, market: Market, fits: Fits) -> tuple[str, ...]:
    """Return what was accepted with a word of caution: in reading the book, in its prices, and what stands still.

    `fits`   of the book in this market
    """
    return (
        *book_warnings(book, market),
        *fit_warnings(book, fits),
        *odd_level_warnings(book, market),
        *static_input_warnings(book, market, fits),
        *_wide_spreads(book, fits.spreads),
    )


def _wide_spreads(book: CompiledBook, spreads: F64) -> tuple[str, ...]:
    """Return a warning that names the positions, when spreads are wider than a government bond's price explains."""
    wide = np.flatnonzero(1e4 * np.abs(spreads) > USUAL_SPREAD_BP)
    if not wide.size:
        return ()
    named = ", ".join(f"{book.position_ids[i]!r} {1e4 * spreads[i]:+.0f} bp" for i in wide[:5].tolist())
    more = f" and {wide.size - 5:,} more" if wide.size > 5 else ""
    return (f"spreads beyond +-{USUAL_SPREAD_BP:g} bp: {named}{more}; check price, coupon and maturity",)
