"""How likely a factor is to end beyond a level, and to touch it on the way: by date, and by the regime on it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from engine.errors import InputError, did_you_mean
from engine.levels.quantiles import LEAST_PATHS, chunks
from engine.market.factors import LEVELS_MOVE, Factor, FactorKind
from engine.risk.ranks import INTERVAL_CONFIDENCE
from engine.run.blocks import Progress
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.types import F64, I64, Bools

SHAPE = re.compile(r"\s*(?P<factor>[A-Za-z0-9_.-]+)\s*(?P<side><=|>=)\s*(?P<level>[^%\s]+)\s*(?P<percent>%?)\s*")
EXAMPLES = "'USDJPY<=125' or 'JGB_10Y>=2', a rate or a vol in percent"
LARGEST_PERCENT = 1000.0  # of a rate or a vol
LEAST_PERCENT = {FactorKind.RATE: 0.1, FactorKind.VOL: 1.0}  # below, a level without its % is more often a decimal
MOST_BARRIERS = 32
N_DATES = 5  # that are shown, the first and the last among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """A level of a factor, and the side of it that is beyond."""

    factor: str
    is_floor: bool  # beyond is at or below the level; else at or above
    level: float  # as `Walk.levels` has it: a decimal rate or vol, a price
    text: str  # as a desk writes it: "USDJPY<=125", "JGB_10Y>=2 %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of some paths, with what n draws leave unknown of its probability."""

    value: float
    se: float  # binomial standard error; 0 of an exact law, and where no path or every path is in it
    low: float  # Wilson's interval at `INTERVAL_CONFIDENCE`, which is open to one side where no or every path is in it
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRow:
    """One barrier on one date, over all paths or over those in one regime on it."""

    barrier: Barrier
    day: int  # business days from the valuation date
    date: str
    regime: str | None  # None: all paths
    n_paths: int  # of these
    end: Share | None  # at or beyond the level on the date's close; None: no path is in the regime
    touch: Share | None  # on that close or any close before it, the start among them


def barriers_of(words: Sequence[str], factors: Sequence[Factor]) -> tuple[Barrier, ...]:
    """Return the barriers that a user wrote. Raises InputError: no such factor or level, one that comes twice."""
    if len(words) > MOST_BARRIERS:
        raise InputError(f"--touch: {MOST_BARRIERS} levels at most, got {len(words)}")
    found = tuple(_barrier(word, factors) for word in words)
    for i, barrier in enumerate(found):
        if barrier in found[:i]:
            raise InputError(f"--touch: {barrier.text} is there twice")
    return found


def percent_notes(words: Sequence[str], barriers: Sequence[Barrier], factors: Sequence[Factor]) -> tuple[str, ...]:
    """Return a note on each level of a rate or a vol that looks like a decimal: it is read in percent."""
    quoted = [factor for factor in factors if factor.kind is not FactorKind.VOL or factor.pair is not None]
    least = {factor.name: LEAST_PERCENT.get(factor.kind, 0.0) for factor in quoted}  # normal vols are below a percent
    notes = []
    for word, barrier in zip(words, barriers, strict=True):
        percent = abs(100.0 * barrier.level)
        if "%" not in word and 0.0 < percent < least.get(barrier.factor, 0.0):
            way_out = f"of {100.0 * percent:.6g} % write {100.0 * percent:.6g}, and {percent:.6g}% without this note"
            notes.append(f"--touch {word}: it is read as {percent:.6g} %; {way_out}")
    return tuple(notes)


def reached_notes(barriers: Sequence[Barrier], walk: Walk) -> tuple[str, ...]:
    """Return a note on each level that the start lies at or beyond: every path has touched it before it begins."""
    notes = []
    for barrier in barriers:
        factor = next(each for each in walk.factors if each.name == barrier.factor)
        start = walk.start.level(factor)
        if _is_beyond(np.array(start), barrier):
            level = f"{start:.6g}" if factor.kind is FactorKind.PRICE else f"{100.0 * start:.6g} %"
            notes.append(
                f"--touch {barrier.text}: {barrier.factor} starts at {level}, so that it is reached already and every"
                " path touches it"
            )
    return tuple(notes)


def wilson(count: int, n: int) -> tuple[float, float]:
    """Return the interval of a probability of which `count` of n independent draws are known.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", J. Amer. Statist. Assoc. 22.
    """
    z = NormalDist().inv_cdf(0.5 + INTERVAL_CONFIDENCE / 2.0)
    share, spread = count / n, z * z / n
    middle = (share + spread / 2.0) / (1.0 + spread)
    half = z * math.sqrt(share * (1.0 - share) / n + spread / (4.0 * n)) / (1.0 + spread)
    return (0.0 if count == 0 else middle - half), (1.0 if count == n else middle + half)


def touched(walk: Walk, paths: PathRange, barriers: Sequence[Barrier], progress: Progress) -> tuple[TouchRow, ...]:
    """Walk `paths` once and count those beyond each barrier, by date and, where there are several, by regime.

    A barrier is looked at on the close of each business day and at the start; what goes on within a day is not seen.
    Raises InputError with fewer than `LEAST_PATHS` paths of a law that is drawn.
    """
    if walk.n_moves is None and paths.n < LEAST_PATHS:
        raise InputError(f"`paths` must be at least {LEAST_PATHS} for probabilities, got {paths.n}")
    days, regimes = shown_days(walk.dates.size), walk.regimes if len(walk.regimes) > 1 else ()
    counts = np.zeros((3, len(barriers), len(days), 1 + len(regimes)), np.int64)  # paths, ending, touched
    at = [walk.series.index(barrier.factor) for barrier in barriers]
    starts = [walk.start.level(walk.factors[place]) for place in at]
    number = walk.series.index("regime")
    done = 0
    for ids in chunks(walk, paths):
        levels = walk.levels(ids)
        groups = [np.ones(levels[:, number].shape, bool), *(levels[:, number] == k for k in range(len(regimes)))]
        for b, (barrier, place, start) in enumerate(zip(barriers, at, starts, strict=True)):
            beyond = _is_beyond(levels[:, place], barrier)  # (n_days, n_paths)
            ever = np.logical_or.accumulate(beyond, axis=0) | bool(_is_beyond(np.array(start), barrier))
            for g, group in enumerate(groups):
                kept = group[days]
                for row, seen in zip(counts, (kept, beyond[days] & kept, ever[days] & kept), strict=True):
                    row[b, :, g] += seen.sum(axis=1)
        done += ids.size
        progress(done, paths.n)
    return tuple(_rows(walk, barriers, days, (None, *regimes), counts))


def shown_days(n_days: int) -> I64:
    """Return places of the days that are shown, ascending, evenly spread, first and last among them: (n_shown,)."""
    return np.unique(np.floor(np.linspace(1, n_days, min(N_DATES, n_days)) + 0.5).astype(np.int64)) - 1


def touch_json(rows: Sequence[TouchRow]) -> list[dict[str, Any]]:
    """Return strict JSON's types, a row a barrier, date and regime; levels of rates and vols are decimals."""
    return [
        {
            "touch": row.barrier.text,
            "factor": row.barrier.factor,
            "level": row.barrier.level,
            "beyond": "at or below" if row.barrier.is_floor else "at or above",
            "day": row.day,
            "date": row.date,
            "regime": row.regime,
            "n_paths": row.n_paths,
            **{f"{name}{key}": value for name, share in (("end", row.end), ("touched", row.touch))
               for key, value in _figures(share)},
        }
        for row in rows
    ]  # fmt: skip


def _figures(share: Share | None) -> list[tuple[str, float | None]]:
    keys = (("", "value"), ("_se", "se"), ("_low", "low"), ("_high", "high"))
    return [(end, None if share is None else getattr(share, name)) for end, name in keys]


def _rows(
    walk: Walk, barriers: Sequence[Barrier], days: I64, regimes: Sequence[str | None], counts: I64
) -> list[TouchRow]:
    def share(count: int, n: int) -> Share | None:
        if n == 0:
            return None
        value = count / n
        if walk.n_moves is not None:
            return Share(value=value, se=0.0, low=value, high=value)
        low, high = wilson(count, n)
        return Share(value=value, se=math.sqrt(value * (1.0 - value) / n), low=low, high=high)

    return [
        TouchRow(
            barrier=barrier,
            day=int(day) + 1,
            date=str(walk.dates[day]),
            regime=regime,
            n_paths=int(counts[0, b, d, g]),
            end=share(int(counts[1, b, d, g]), int(counts[0, b, d, g])),
            touch=share(int(counts[2, b, d, g]), int(counts[0, b, d, g])),
        )
        for b, barrier in enumerate(barriers)
        for d, day in enumerate(days)
        for g, regime in enumerate(regimes)
    ]


def _is_beyond(levels: F64, barrier: Barrier) -> Bools:
    return levels <= barrier.level if barrier.is_floor else levels >= barrier.level


def _barrier(word: str, factors: Sequence[Factor]) -> Barrier:
    shape = SHAPE.fullmatch(word)
    if shape is None:
        raise InputError(f"--touch must be a factor, <= or >=, and a level, such as {EXAMPLES}; got {word!r}")
    name, names = shape["factor"], [factor.name for factor in factors]
    if name not in names:
        hint = did_you_mean(name, names) or ";"
        raise InputError(f"--touch: the market has no factor {name!r}{hint} it has {', '.join(names)}")
    is_price = factors[names.index(name)].kind is FactorKind.PRICE
    level = _level(shape["level"], word)
    if is_price and shape["percent"]:
        raise InputError(f"--touch: {name} is a price, got {word!r}; give its level without %, such as {EXAMPLES}")
    if level <= 0.0 and factors[names.index(name)].kind not in LEVELS_MOVE:
        raise InputError(f"--touch: {name} is always above 0, got {word!r}")
    if not is_price and abs(level) > LARGEST_PERCENT:
        raise InputError(f"--touch: a rate, a spread, a vol or a skew is in percent, 2 for 2 %, got {word!r}")
    return Barrier(
        factor=name,
        is_floor=shape["side"] == "<=",
        level=level if is_price else level / 100.0,
        text=f"{name}{shape['side']}{shape['level']}{'' if is_price else ' %'}",
    )


def _level(text: str, word: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not math.isfinite(level):
        raise InputError(f"--touch: {text!r} is no number, in {word!r}; such as {EXAMPLES}")
    return level
