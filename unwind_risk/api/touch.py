"""How likely factors are to end beyond levels, and to touch them on the way."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.levels.levels_file import facts
from engine.levels.touch import TouchRow, barriers_of, percent_notes, reached_notes, touch_json, touched
from engine.run.blocks import Progress
from kernels.base import PathRange
from unwind_risk.api.frames import framed, html_of
from unwind_risk.api.levels import Walked

if TYPE_CHECKING:
    import pandas as pd

_INTERVAL = "95 % interval of the fraction, by Wilson"
UNITS = {  # of columns of `Touch.table`
    "factor": "name",
    "level": "decimal of a rate or a vol; a price",
    "beyond": "at or below, or at or above",
    "day": "business days from the valuation date",
    "date": "of the close",
    "regime": "name; none: all paths",
    "n_paths": "of these",
    "end": "fraction of the paths, at or beyond the level on the date's close",
    "end_se": "one standard error of the simulation",
    "end_low": _INTERVAL,
    "end_high": _INTERVAL,
    "touch": "the level, as a desk writes it",
    "touched": "fraction of the paths, on that close or any close before it",
    "touched_se": "one standard error of the simulation",
    "touched_low": _INTERVAL,
    "touched_high": _INTERVAL,
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Touch:
    """Shares of the paths beyond levels. It cannot be changed."""

    walked: Walked
    paths: PathRange
    rows: tuple[TouchRow, ...]  # by level, date and regime
    warnings: tuple[str, ...]

    def table(self) -> "pd.DataFrame":
        """Return a row for each level, date and regime (none: all paths); units in `.attrs["units"]`."""
        import pandas as pd

        return framed(pd.DataFrame(touch_json(self.rows)), units=UNITS, scenario=self.walked.walk.scenario)

    def to_json(self) -> str:
        """Return the result as one line of strict JSON, as `unwind simulate --touch ... --json` prints it."""
        head = facts(self.walked.walk, self.paths, self.walked.sha256)
        return json.dumps({**head, "touch": touch_json(self.rows)}, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        return html_of(self.table(), f"{self.walked.walk.scenario}: share of the paths to end beyond, and to touch")


def touch_with(
    walked: Walked,
    first: int,
    n_paths: int,
    words: Sequence[str],
    progress: Progress,
    warn: Callable[[str], None] = lambda text: None,
) -> Touch:
    """Count the paths beyond each level that `words` name, n_paths from `first` on. Raises InputError.

    warn   is called with each warning before the work
    """
    walk = walked.walk
    barriers, paths = barriers_of(words, walk.factors), walk.paths(first, n_paths)
    notes = (*percent_notes(words, barriers, walk.factors), *reached_notes(barriers, walk))
    for note in notes:
        warn(note)
    rows = touched(walk, paths, barriers, progress)
    return Touch(walked=walked, paths=paths, rows=rows, warnings=(*walked.warnings, *notes))
