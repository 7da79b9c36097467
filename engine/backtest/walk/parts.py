"""The parts of a walk, a calendar month each, and who walks them: any number of workers makes the same rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.backtest.laws.backtest_law import Forecast
from engine.backtest.walk.day_rows import DayRows, rows_of
from engine.backtest.walk.walk_days import BookWalk, Row, forecasts_of, walk_day
from engine.sharing.stop import Stop
from kernels.base import AbstractBackend
from kernels.select import select_backend


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Dates that are walked and kept together."""

    name: str  # "2020-01"
    places: tuple[int, ...]  # of joint dates, ascending


def parts_of(walk: BookWalk, places: Sequence[int]) -> tuple[Part, ...]:
    """Cut dates into their calendar months."""
    found: dict[str, list[int]] = {}
    for place in places:
        found.setdefault(f"{walk.history.day(place):%Y-%m}", []).append(place)
    return tuple(Part(name=name, places=tuple(own)) for name, own in found.items())


def walk_part(walk: BookWalk, places: Sequence[int]) -> DayRows:
    """Return the rows of some dates, in their order."""
    backend, forecasts = _ready(walk)
    rows: list[Row] = []
    for place in places:
        rows += walk_day(walk, forecasts, place, backend)
    return rows_of(rows)


@lru_cache(maxsize=1)
def _ready(walk: BookWalk) -> tuple[AbstractBackend, dict[str, Forecast]]:
    """Return what all dates of a walk are made with, once a process."""
    return select_backend("numba"), forecasts_of(walk)


class AbstractWalkers(ABC):
    """Takes the parts of one walk, gives back their rows."""

    @abstractmethod
    def rows(self, walk: BookWalk, parts: Sequence[Part], stop: Stop) -> Iterator[tuple[Part, DayRows]]:
        """Walk every part, in any order, and yield each with its rows as it is finished.

        When a stop is asked for, what is in hand is finished and yielded; then StoppedWorkError is raised.
        """


class ThisProcess(AbstractWalkers):
    """Part after part, here."""

    def rows(self, walk: BookWalk, parts: Sequence[Part], stop: Stop) -> Iterator[tuple[Part, DayRows]]:
        """Walk every part, in order."""
        for part in parts:
            stop.check()
            yield part, walk_part(walk, part.places)
        stop.check()
