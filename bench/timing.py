"""Time contenders side by side: a shared machine drifts, so each round runs them all, and ratios are taken by round."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.records import Row

MIN_ROUNDS = 5  # of fewer, two that differ by luck alone would be told apart too often

Clock = Callable[[], float]
WALL: Clock = time.perf_counter
PROCESSOR: Clock = time.process_time  # of all threads: for work on one core, blind to others taking turns on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something to time, and how many units of work a call of it does."""

    call: Callable[[], object]
    units: float
    note: str = ""
    ours: str | None = None  # the contender it is compared with; None: nobody


def interleave(contenders: Mapping[str, Work], *, rounds: int, limit_s: float, clock: Clock) -> dict[str, list[float]]:
    """Return the seconds of each contender in each round by `clock`, after one call to warm it up.

    Stops after `rounds` rounds, or after the first one, not before MIN_ROUNDS, that ends past `limit_s` seconds.
    """
    for work in contenders.values():
        work.call()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    begin = time.perf_counter()
    for done in range(1, rounds + 1):
        for name, work in contenders.items():
            start = clock()
            work.call()
            seconds[name].append(clock() - start)
        if done >= MIN_ROUNDS and time.perf_counter() - begin > limit_s:
            break
    return seconds


def rows(contenders: Mapping[str, Work], seconds: Mapping[str, list[float]], unit: str) -> tuple[Row, ...]:
    """Return one row a contender."""
    return tuple(
        Row(
            name=name,
            unit=unit,
            work=work.units,
            median_s=median(seconds[name]),
            best_s=min(seconds[name]),
            times_ours=times(contenders, seconds, name, work.ours) if work.ours else None,
            ours=work.ours,
            note=work.note,
            seconds=tuple(seconds[name]),
        )
        for name, work in contenders.items()
    )


def times(contenders: Mapping[str, Work], seconds: Mapping[str, list[float]], name: str, other: str) -> float:
    """Return seconds a unit of `name` over those of `other`: the median of the rounds' ratios."""
    scale = contenders[other].units / contenders[name].units
    return scale * median(a / b for a, b in zip(seconds[name], seconds[other], strict=True))
