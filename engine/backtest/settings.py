"""What a backtest is asked for."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.errors import InputError
from engine.inputs.opened import Opened
from engine.inputs.repeated import first_repeated
from engine.inputs.run import MAX_SEED
from engine.market.market import Market
from engine.scenario.scenario import Scenario

LONGEST_HORIZON = 10  # joint dates
PATHS = (1000, 100_000)  # fewest, most: a process holds the moves of all laws of a date at once


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMarket:
    """A market that a program holds, read from a file or not."""

    market: Market
    sha256: str  # of the file that it was read from, or would be written to


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestSettings:
    """What a backtest is asked for."""

    books: tuple[
        Path | Opened, ...
    ]  # files that are rolled; or, all of them, files of dates: {date} in the path, or a folder
    market: Path | HeldMarket  # of the date of the books: factors, spreads, levels that coupons are compared with
    history: tuple[Path, ...]
    accepted: tuple[str, ...] = ()  # what is odd in it and true, "DATE:SERIES"
    first: date
    last: date
    laws: tuple[str, ...]  # names, or "all"
    scenarios: tuple[Scenario, ...] = ()  # contenders beside the laws
    horizons: tuple[int, ...]  # joint dates
    n_paths: int  # of laws that draw
    seed: int
    out: Path | None  # folder of the parts; None: nothing is kept

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InputError(f"--from {self.first} must not be after --to {self.last}")
        if not self.history:
            raise InputError("--history: a backtest needs the files of a history, by --history FILE, repeatable")
        if not self.books:
            raise InputError("--book: a backtest needs a book")
        bad = [horizon for horizon in self.horizons if not 1 <= horizon <= LONGEST_HORIZON]
        if bad or not self.horizons:
            raise InputError(f"--horizon: must be days from 1 to {LONGEST_HORIZON}, such as 1,10; got {bad or 'none'}")
        if twice := first_repeated(self.horizons):
            raise InputError(f"--horizon: {twice} is there twice; leave one out")
        if not 0 <= self.seed <= MAX_SEED:
            raise InputError(f"--seed: must lie in 0 to 2^64 - 1, got {self.seed}")
        if not PATHS[0] <= self.n_paths <= PATHS[1]:
            raise InputError(f"--paths: must be from {PATHS[0]:,} to {PATHS[1]:,}, got {self.n_paths:,}")
