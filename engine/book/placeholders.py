"""Prices that a market file assumes and a book holds: its amounts are then quantities of a placeholder."""

from collections.abc import Iterator

import numpy as np

from engine.book.compiled import CompiledBook
from engine.market.market import Market
from engine.payoffs.holdings import Holdings

ASSUMED = "assumption:"  # how the source of a level begins that nobody quoted


def placeholder_warnings(book: CompiledBook, market: Market) -> Iterator[str]:
    """Yield one warning, with the factors, their levels and the books, where a book holds prices that are assumptions.

    Exchange rates and vols are not looked at: a pair without a quote is refused when the market is read.
    """
    held = book.table(Holdings)
    levels = {
        name: market.levels[name]
        for name in dict.fromkeys(held.factor.tolist())
        if name in market.levels and market.sources.get(name, "").startswith(ASSUMED)
    }
    if not levels:
        return
    positions = np.unique(held.position[np.isin(held.factor, list(levels))]).tolist()
    books = ", ".join(dict.fromkeys(book.books[i] for i in positions))
    names = ", ".join(f"{name} {level:,.10g}" for name, level in levels.items())
    yield (
        f"market: placeholder levels (sources that begin with {ASSUMED!r}), {names}, are held in {books}: their values,"
        " VaR and ES are not your positions'; `unwind data build` with the indices' closes among its histories makes a"
        " market that has them, or give your own level and source in [levels.NAME] of the market file"
    )
