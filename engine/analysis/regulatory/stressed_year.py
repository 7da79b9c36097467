"""What a reader must know of the stressed year beside today's ES: for which book it is the worst, and why it is low."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.analysis.regulatory.capital import Requirement
from engine.inputs.book.load import bundled_book_path
from engine.inputs.run import RunConfig
from engine.market.filtered import StressedWindow
from engine.market.market import Market
from engine.mechanisms.law import stressed_command


def stressed_warnings(
    config: RunConfig, market: Market, year: StressedWindow, requirements: Sequence[Requirement], current: float
) -> Iterator[str]:
    """Yield a warning where the year was searched for another book, or its ES is below today's, with the command.

    Parameters
    ----------
    requirements : of the total, all risk classes first; the share that it explains is of that year's factors
    current : today's liquidity-adjusted ES of the total, all risk classes and factors [currency of the run]
    """
    files = tuple(Path(each) for each in config.book_files) or (bundled_book_path(),)
    names, found = ", ".join(each.name for each in files), []
    if names != year.book:
        found.append(f"it is the worst for {year.book}, and the book here is {names}")
    whole = requirements[0]
    today = current * whole.explained
    if whole.stressed is not None and whole.stressed.value < today:
        found.append(
            f"its ES, {whole.stressed.value:,.0f} {config.currency}, is below today's of the same factors,"
            f" {today:,.0f}: its moves are taken as they were, at the vols of then, and today's law"
            " moves them at today's vols, which are higher"
        )
    if found:
        book = str(files[0]) if len(files) == 1 else "BOOK"
        like = f" --like {config.market}" if config.market else ""
        of_all = "" if len(files) == 1 else ", BOOK one file of all positions"
        yield (
            f"stressed year {year.first} to {year.last}: {'; '.join(found)};"
            f" `{stressed_command(market.valuation_date, book)}{like}` searches the worst year for this book and writes"
            f" FOLDER/{market.valuation_date}.toml for --market{of_all}"
        )
