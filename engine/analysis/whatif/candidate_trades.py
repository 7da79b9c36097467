"""Candidate trades beside the books of a run: loaded, checked against them, and joined to them."""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.book.join import join_books
from engine.errors import InputError
from engine.inputs.book.load import load_book
from engine.inputs.opened import Opened
from engine.inputs.run import RunConfig
from engine.run.load import Inputs, inputs_of

BOOK = "whatif"  # the trades' book, where their file has no column `book`


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CandidateTrades:
    """Trades on their own, and together with the books that they are to stand beside."""

    alone: Inputs
    joined: Inputs  # the trades' books come last
    warnings: tuple[str, ...]  # of the trades alone


def candidate_trades(trades: Path | Opened, inputs: Inputs, config: RunConfig) -> CandidateTrades:
    """Load trades for the market and the scenarios of a run.

    trades   a book file, or the bytes of one

    Raises
    ------
    FileFaults
        Everything wrong with the file.
    InputError
        A book of theirs is called as one of the run's, or the market lacks what they need.
    """
    book = load_book(trades, inputs.market.valuation_date, name=BOOK, is_kept=isinstance(trades, Path))
    clash = [name for name in dict.fromkeys(book.books) if name in inputs.book.books]
    if clash:
        raise InputError(
            f"{book.source}: the run holds a book called {clash[0]!r} already: give the trades another name in the"
            f" column `book`, or leave the column out, and they are called {BOOK!r}"
        )
    alone = inputs_of(inputs.market, book, inputs.scenarios, config, market_sha256=inputs.sha256["market"])
    return CandidateTrades(
        alone=alone,
        joined=replace(inputs, book=join_books([("run", inputs.book), (BOOK, book)])),
        warnings=tuple(each for each in alone.warnings if each not in inputs.warnings),
    )
