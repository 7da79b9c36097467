"""The market that books are valued in where none is named."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from engine.inputs.book.load import bundled_book_names, bundled_book_path
from engine.inputs.market.load import DEFAULT_MARKET, bundled_market_path


def market_path_for(books: Sequence[Path]) -> Path:
    """Return the path of the bundled market for books: the default one, unless one of them has its own.

    A bundled book that holds what the default market has no factor for comes with a market in a folder of its name,
    which has all factors of the default one.
    """
    for book in books:
        own = files("engine.market") / "data" / book.stem / f"{DEFAULT_MARKET}.toml"
        if book.stem in bundled_book_names() and book == bundled_book_path(book.stem) and own.is_file():
            return Path(str(own))
    return bundled_market_path()
