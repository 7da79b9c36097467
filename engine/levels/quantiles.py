"""Quantiles of simulated levels, by day and series: exact order statistics with their errors, in bounded memory."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np

from engine.errors import InputError
from engine.run.blocks import Progress
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.types import F64, U64

DEFAULT_QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")
LEAST_PATHS = 100
MOST_QUANTILES = 99
BUFFER_BYTES = 2**29  # of sorted figures held at once; what does not fit is replayed
CHUNK_BYTES = 2**26  # of levels replayed at once
MOST_REPLAYS = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summary:
    """What the paths say of each series on each day. Series are those of the walk but the regime's number."""

    paths: PathRange
    probabilities: tuple[float, ...]  # ascending
    series: tuple[str, ...]
    quantiles: F64  # (n_days, n_series, n_probabilities)
    quantile_ses: F64  # the same; inf where the sample does not bound it; 0 of an exact law
    means: F64  # (n_days, n_series)
    mean_ses: F64
    regime_shares: F64  # (n_days, n_regimes) of the paths
    regime_share_ses: F64


def exact_probabilities(words: Sequence[str]) -> tuple[Fraction, ...]:
    """Return probabilities as the decimals that a user wrote, ascending.

    Raises InputError: no number strictly between 0 and 1, one that comes twice, none or too many.
    """
    found: list[Fraction] = []
    for word in words:
        try:
            number = Decimal(word.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 < number < 1:
            way_out = f"; {word} % is {number / 100}" if number.is_finite() and 1 <= number < 100 else ""
            raise InputError(f"a quantile must lie between 0 and 1, such as 0.05, got {word!r}{way_out}")
        if Fraction(number) in found:
            raise InputError(f"the quantile {word} is there twice")
        found.append(Fraction(number))
    if not 1 <= len(found) <= MOST_QUANTILES:
        raise InputError(f"give 1 to {MOST_QUANTILES} quantiles, got {len(found)}")
    return tuple(sorted(found))


def replays(walk: Walk, n_paths: int) -> int:
    """Return how often the paths are walked so that what is held at once stays within `BUFFER_BYTES`.

    Raises InputError with fewer than `LEAST_PATHS` paths, or so many that it takes more than `MOST_REPLAYS`.
    """
    if n_paths < LEAST_PATHS:
        raise InputError(f"`paths` must be at least {LEAST_PATHS} for quantiles, got {n_paths}")
    n_places = walk.dates.size * len(walk.series)
    needed = math.ceil(n_places / max(1, BUFFER_BYTES // (8 * n_paths)))
    if needed > MOST_REPLAYS:
        most = MOST_REPLAYS * BUFFER_BYTES // (8 * n_places)
        raise InputError(
            f"`paths` must be at most some {most:,} for exact quantiles of {walk.dates.size} days, got {n_paths:,};"
            " take fewer paths or days"
        )
    return needed


def summarise(walk: Walk, paths: PathRange, probabilities: Sequence[Fraction], progress: Progress) -> Summary:
    """Walk `paths`, as often as `replays` says, and take the quantiles of each series on each day.

    The quantile at p of n paths is the smallest level with at least n p paths at or below it. Its error is half the
    distance between the order statistics one binomial standard deviation of the rank either way. Over all paths of an
    exact law (`walk.n_moves`) nothing has an error.
    """
    by_day = (walk.dates.size, len(walk.series))
    n_places, n_passes = by_day[0] * by_day[1], replays(walk, paths.n)
    number = walk.series.index("regime") + len(walk.series) * np.arange(by_day[0])  # places of the regime, by day
    taken, moments = np.empty((2, n_places, len(probabilities))), np.empty((2, n_places))
    shares = np.zeros((by_day[0], len(walk.regimes)))
    for k, (first, rows) in enumerate(_levels_by_place(walk, paths, n_passes, progress)):
        of_rows = slice(first, first + len(rows))
        for day in np.flatnonzero((number >= first) & (number < of_rows.stop)):
            shares[day] = [(rows[number[day] - first] == regime).mean() for regime in range(len(walk.regimes))]
        moments[0, of_rows], moments[1, of_rows] = rows.mean(axis=1), rows.std(axis=1, ddof=1) / math.sqrt(paths.n)
        rows.sort(axis=1)
        taken[:, of_rows] = quantiles_of(rows, probabilities)
        progress((k + 1) * paths.n, n_passes * paths.n)
    kept = [i for i, name in enumerate(walk.series) if name != "regime"]
    if walk.n_moves is not None:
        taken[1], moments[1] = 0.0, 0.0
    return Summary(
        paths=paths,
        probabilities=tuple(map(float, probabilities)),
        series=tuple(walk.series[i] for i in kept),
        quantiles=taken[0].reshape(*by_day, -1)[:, kept],
        quantile_ses=taken[1].reshape(*by_day, -1)[:, kept],
        means=moments[0].reshape(by_day)[:, kept],
        mean_ses=moments[1].reshape(by_day)[:, kept],
        regime_shares=shares,
        regime_share_ses=np.sqrt(shares * (1.0 - shares) / paths.n),
    )


def chunks(walk: Walk, paths: PathRange) -> Iterator[U64]:
    """Yield consecutive path indices, (n,) as many at a time as `CHUNK_BYTES` of levels hold."""
    size = max(1, CHUNK_BYTES // (8 * walk.dates.size * (len(walk.factors) + len(PATH_SERIES))))
    for first in range(paths.first, paths.first + paths.n, size):
        yield np.arange(first, min(first + size, paths.first + paths.n), dtype=np.uint64)


def _levels_by_place(walk: Walk, paths: PathRange, n_passes: int, progress: Progress) -> Iterator[tuple[int, F64]]:
    """Yield first place and levels (n, n_paths) of some of the places (day, series), day-major, in `n_passes` walks."""
    n_places = walk.dates.size * len(walk.series)
    held = math.ceil(n_places / n_passes)
    buffer = np.empty((held, paths.n))
    for k, first in enumerate(range(0, n_places, held)):
        last = min(first + held, n_places)
        for ids in chunks(walk, paths):
            done = int(ids[0]) - paths.first
            buffer[: last - first, done : done + ids.size] = walk.levels(ids).reshape(n_places, -1)[first:last]
            progress(k * paths.n + done, n_passes * paths.n)
        yield first, buffer[: last - first]


def quantiles_of(rows: F64, probabilities: Sequence[Fraction]) -> tuple[F64, F64]:
    """Return the quantiles of ascending rows (n, n_paths), and their errors: (n, n_probabilities) each."""
    n = rows.shape[1]
    values, ses = np.empty((2, rows.shape[0], len(probabilities)))
    for k, p in enumerate(probabilities):
        rank, spread = math.ceil(n * p) - 1, math.sqrt(n * p * (1 - p))
        low, high = math.floor(rank - spread), math.ceil(rank + spread)
        values[:, k] = rows[:, rank]
        ses[:, k] = (rows[:, high] - rows[:, low]) / 2.0 if low >= 0 and high < n else math.inf
    return values, ses
