"""Cost of carry: what a book earns in one business day in which nothing moves."""

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.market.market import Market
from kernels.types import F64


def carry_a_day(book: CompiledBook, market: Market) -> F64:
    """Return what each position gains until the next business day, exactly: (n_positions,) [JPY], below 0 a cost.

    Rates, spreads, vols and exchange rates stand still by tenor, so that interest, financing and roll-down count, and
    what falls due is cash. Raises InputError as `position_values`.
    """
    fits = fit(book, market)
    tomorrow = values_on(book, market, fits, day=int(book.business_days[0]), before=market)
    return tomorrow - position_values(book, market, fits)
