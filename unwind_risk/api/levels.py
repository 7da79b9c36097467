"""Simulated levels of a scenario: quantiles by day, the paths themselves, and how likely a level is reached."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError
from engine.inputs.run import RunConfig
from engine.inputs.run_keywords import settings_of
from engine.levels.levels_file import facts, paths_table, summary_json, summary_table
from engine.levels.quantiles import DEFAULT_QUANTILES, Summary, exact_probabilities, replays, summarise
from engine.run.blocks import Progress
from engine.run.walk import Walk, loaded_walk, one_path
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from kernels.base import PathRange
from kernels.types import F64
from unwind_risk.api.frames import check_bytes, framed, html_of
from unwind_risk.api.given import called_as, of_keywords, whole_of
from unwind_risk.api.market import Market, market_of
from unwind_risk.api.notes import Notes
from unwind_risk.api.progress import Asked, shown
from unwind_risk.api.scenario import Scenario, scenario_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from unwind_risk.api.touch import Touch

COLUMNS = {  # of `Levels.table`, with their units
    "day": "business days from the valuation date",
    "date": "date",
    "series": "name",
    "unit": "of value, se, mean and mean_se",
    "probability": "of the quantile",
    "value": "quantile",
    "se": "one standard error of the simulation; inf: the sample does not bound it",
    "mean": "of the series on the day",
    "mean_se": "one standard error of the simulation",
}
LARGEST_PATH = 10**12  # number of a path


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Levels:
    """Levels of a scenario on each business day. It cannot be changed."""

    walk: Walk  # the engine's, whose paths can be walked again
    summary: Summary
    sha256: Mapping[str, str]  # of the market's file and the scenario's content
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    def table(self) -> "pd.DataFrame":
        """Return a row for each day, series and probability; units of the columns in `.attrs["units"]`."""
        import pandas as pd

        walk, found = self.walk, self.summary
        n_days, n_series, n_probabilities = found.quantiles.shape
        unit_of, n_each = dict(zip(walk.series, walk.units, strict=True)), n_series * n_probabilities
        frame = pd.DataFrame(
            {
                "day": np.repeat(np.arange(1, n_days + 1), n_each),
                "date": np.repeat(walk.dates.astype("datetime64[s]"), n_each),
                "series": np.tile(np.repeat(np.array(found.series, object), n_probabilities), n_days),
                "unit": np.tile(
                    np.repeat(np.array([unit_of[name] for name in found.series], object), n_probabilities), n_days
                ),
                "probability": np.tile(found.probabilities, n_days * n_series),
                "value": found.quantiles.ravel(),
                "se": found.quantile_ses.ravel(),
                "mean": np.repeat(found.means.ravel(), n_probabilities),
                "mean_se": np.repeat(found.mean_ses.ravel(), n_probabilities),
            }
        )
        return framed(frame, units=COLUMNS, scenario=walk.scenario, valuation_date=str(walk.base.valuation_date))

    def regimes(self) -> "pd.DataFrame":
        """Return the share of the paths in each regime, a row a day and regime: day, date, regime, share, se."""
        import pandas as pd

        walk, found = self.walk, self.summary
        n_days, n = found.regime_shares.shape
        frame = pd.DataFrame(
            {
                "day": np.repeat(np.arange(1, n_days + 1), n),
                "date": np.repeat(walk.dates.astype("datetime64[s]"), n),
                "regime": [*walk.regimes] * n_days,
                "share": found.regime_shares.ravel(),
                "se": found.regime_share_ses.ravel(),
            }
        )
        return framed(frame, units={"share": "fraction of the paths", "se": "one standard error of the simulation"})

    def path(self, number: int) -> "pd.DataFrame":
        """Return the levels of one path after each business day, (n_days, n_series); units in `.attrs["units"]`.

        The same path as among others. Raises InputError where the scenario is exact and has fewer.
        """
        return path_frame(self.walk, number, one_path(self.walk, _path_number("number", number)))

    @called_as(touch="levels")
    def touch(self, *levels: str, progress: Asked = None) -> "Touch":
        """Return how likely factors are to end at or beyond levels, and to touch them on a close before.

        Of the same paths, which are walked again. A level is written as "USDJPY<=125" or "JGB_10Y>=2": zero rates and
        vols in percent. Raises InputError for no level, or one of no factor.
        """
        from unwind_risk.api.touch import touch_with

        if not levels:
            raise InputError("name one level or several, such as touch('USDJPY<=125')")
        walked = Walked(walk=self.walk, sha256=self.sha256, warnings=self.warnings)
        with shown(progress) as report:
            return touch_with(walked, self.summary.paths.first, self.summary.paths.n, levels, report)

    def numpy(self, first: int = 0, n: int = 1000) -> F64:
        """Return the levels of n paths from `first` on: (n_days, n_series, n), in the units of `walk.units`.

        Raises InputError where they would take more than 2 GiB, or the scenario is exact and has fewer.
        """
        return self._levels(PathRange(first=_path_number("first", first), n=_path_number("n", n)))

    def arrow(self, first: int = 0, n: int = 1000) -> "pa.Table":
        """Return the same as an Arrow table, a row a path and day, as `unwind simulate --paths-out` writes it."""
        wanted = PathRange(first=_path_number("first", first), n=_path_number("n", n))
        levels = self._levels(wanted)  # before the numbers, which take memory themselves
        return paths_table(self.walk, np.arange(wanted.first, wanted.first + wanted.n), levels)

    def _levels(self, wanted: PathRange) -> F64:
        walk, end = self.walk, wanted.first + wanted.n
        if walk.n_moves is not None and end > walk.n_moves:
            raise InputError(
                f"{walk.scenario} is exact and has {walk.n_moves:,} paths; got {wanted.first:,} to {end - 1:,}"
            )
        n_bytes = 8 * wanted.n * walk.dates.size * len(walk.series)
        check_bytes(n_bytes, f"levels of {wanted.n:,} paths", "take some at a time: numpy(first, n)")
        return walk.levels(np.arange(wanted.first, end, dtype=np.uint64))

    def quantiles(self) -> "pa.Table":
        """Return an Arrow table, a row a day and series, a column a quantile, as `unwind simulate --out` writes it."""
        return summary_table(self.walk, self.summary)

    def to_json(self) -> str:
        """Return the last day as one line of strict JSON, as `unwind simulate --json` prints it."""
        head = facts(self.walk, self.summary.paths, self.sha256)
        return json.dumps({**head, **summary_json(self.walk, self.summary)}, allow_nan=False)

    def __repr__(self) -> str:
        n, days = self.summary.paths.n, self.walk.dates.size
        return f"<Levels of {self.walk.scenario}: {n:,} paths of {days} business days>"

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: quantiles on the last day, a row a series."""
        import pandas as pd

        found, last = self.summary, self.walk.dates[-1]
        frame = pd.DataFrame(found.quantiles[-1], columns=[f"{100.0 * p:.10g} %" for p in found.probabilities])
        frame.insert(0, "series", found.series)
        return html_of(frame, f"{self.walk.scenario}: quantiles on {last}; rates and vols are decimals")


@of_keywords
def simulate(
    scenario: Scenario | str | Path = DEFAULT_SCENARIO,
    market: Market | str | Path | None = None,
    *,
    paths: int = 100_000,
    first_path: int = 0,
    horizon_days: int | None = None,
    quantiles: float | str | Sequence[float | str] = DEFAULT_QUANTILES,
    seed: int | None = None,
    backend: str | None = None,
    precision: str | None = None,
    progress: Asked = None,
) -> Levels:
    """Simulate a scenario's levels day by day, without a book.

    Paths are those of a run with `steps="daily"` and the same seed, and any of them can be had alone.

    Parameters
    ----------
    scenario, market : objects, paths or bundled names
    paths, first_path : how many paths, 100 or more, and the number of the first
    quantiles : one probability or several, as numbers or as text

    Raises
    ------
    InputError
        An input or a setting is bad, or the scenario does not fit the market.

    Examples
    --------
    >>> import unwind_risk as uw
    >>> uw.simulate("base", paths=100, horizon_days=2)
    <Levels of base: 100 paths of 2 business days>
    """
    keywords = {"paths": paths, "horizon_days": horizon_days, "seed": seed, "backend": backend, "precision": precision}
    listed = quantiles if isinstance(quantiles, Iterable) and not isinstance(quantiles, str) else (quantiles,)
    config, probabilities = settings_of(keywords), [str(each) for each in listed]
    levels, wanted, notes = market_of(market), scenario_of(scenario), Notes()
    walked = walk_with(config, levels, wanted, notes)
    with shown(progress) as report:
        return levels_with(walked, config, _path_number("first_path", first_path), probabilities, report, notes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walked:
    """A scenario that is ready to be walked."""

    walk: Walk
    sha256: Mapping[str, str]
    warnings: tuple[str, ...]


def walk_with(config: RunConfig, market: Market, scenario: Scenario, notes: Notes) -> Walked:
    """Make a scenario ready to be walked, by checked settings. Raises as `simulate`."""
    walk, contents, warnings = loaded_walk(
        market.loaded, scenario.loaded, config, notes.say, market_sha256=market.sha256
    )
    return Walked(walk=walk, sha256=contents, warnings=warnings)


def levels_with(
    walked: Walked, config: RunConfig, first: int, quantiles: Sequence[str], progress: Progress, notes: Notes
) -> Levels:
    """Walk the paths that settings ask for, from `first` on, and take their quantiles. Raises as `simulate`."""
    probabilities, walk = exact_probabilities(quantiles), walked.walk
    paths = walk.paths(first, config.n_paths)
    if walk.n_moves is not None:
        notes.say(f"{walk.scenario} is exact: all of its {walk.n_moves:,} equally likely paths, none drawn")
    if (passes := replays(walk, paths.n)) > 1:
        notes.say(f"the paths are walked {passes} times, a part of the days and series each: they do not fit at once")
    return Levels(
        walk=walk,
        summary=summarise(walk, paths, probabilities, progress),
        sha256=walked.sha256,
        warnings=walked.warnings,
        notes=tuple(notes.lines),
    )


def path_frame(walk: Walk, number: int, levels: F64) -> "pd.DataFrame":
    """Return one path, levels (n_days, n_series), a row a business day; units in `.attrs["units"]`."""
    import pandas as pd

    index = pd.DatetimeIndex(walk.dates.astype("datetime64[s]"), name="date")
    units = {"date": "after this business day", **dict(zip(walk.series, walk.units, strict=True))}
    return framed(pd.DataFrame(levels, index=index, columns=pd.Index(walk.series)), units=units, path=number)


def _path_number(keyword: str, given: int) -> int:
    number = whole_of(keyword, given)
    if not 0 <= number <= LARGEST_PATH:
        raise InputError(f"{keyword}: must be a whole number from 0 to {LARGEST_PATH:,}, got {given!r}")
    return number
