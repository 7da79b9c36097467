"""One path of a run, day by day, with what it makes every book and position gain or lose."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.explain.run.path_replay import PathReplay, path_replay
from engine.explain.run.replay_json import replay_json
from engine.explain.run.run_source import ReadyRun, ready_as_recorded, ready_by_settings
from engine.run.sampling.sampler_checks import check_plain
from engine.run.walk import UNITS as LEVEL_UNITS
from unwind_risk.api.analysis.asked_run import Run, config_of, recorded_path
from unwind_risk.api.analysis.page import page
from unwind_risk.api.frames import framed
from unwind_risk.api.given import called_as, whole_of
from unwind_risk.api.notes import Notes
from unwind_risk.api.result import Result

if TYPE_CHECKING:
    import pandas as pd

UNITS = {  # columns of `Replay.table`
    "scenario": "name",
    "scope": "total, book:NAME, or position:ID",
    "book": "of a position, its book",
    "pnl": "{currency}, of the path at the horizon; gains positive",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Replay:
    """One path of a run, in some of its scenarios. It cannot be changed."""

    found: tuple[PathReplay, ...]  # the engine's, one a scenario
    warnings: tuple[str, ...]  # what was accepted or repaired in the run's inputs
    notes: tuple[str, ...]

    def table(self) -> "pd.DataFrame":
        """Return what the path makes the total, every book and every position gain or lose, a row each."""
        import pandas as pd

        rows = [row for each in self.found for row in _rows(each)]
        first = self.found[0]
        units = {name: unit.format(currency=first.currency) for name, unit in UNITS.items()}
        frame = pd.DataFrame(rows, columns=[*UNITS])
        return framed(frame, units=units, currency=first.currency, path=first.path, seed=first.seed)

    def levels(self, scenario: str | None = None) -> "pd.DataFrame":
        """Return every factor's level after each step: (n_steps, n_factors), by date; units in `.attrs["units"]`.

        scenario   its name; None: the first

        Raises InputError where the replay has no such scenario.
        """
        import pandas as pd

        each = self._of(scenario)
        index = pd.DatetimeIndex(each.dates, name="date")
        frame = pd.DataFrame(each.levels, index=index, columns=[factor.name for factor in each.factors])
        return framed(frame, units={factor.name: LEVEL_UNITS[factor.kind] for factor in each.factors})

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind replay --json` prints it."""
        return json.dumps(replay_json(self.found), ensure_ascii=False, allow_nan=False)

    def _of(self, scenario: str | None) -> PathReplay:
        names = [each.scenario for each in self.found]
        if scenario is not None and scenario not in names:
            raise InputError(f"the replay has no scenario {scenario!r}; it has {', '.join(names)}")
        return self.found[0 if scenario is None else names.index(scenario)]

    def __repr__(self) -> str:
        return f"<Replay of path {self.found[0].path}: {', '.join(each.scenario for each in self.found)}>"

    def _repr_html_(self) -> str:
        frame = self.table()
        frame = frame[~frame["scope"].str.startswith("position:")].drop(columns="book")
        return page(f"P&L of path {self.found[0].path}", frame, amounts=("pnl",), currency=self.found[0].currency)


def _rows(each: PathReplay) -> list[tuple[str, str, str, float]]:
    scopes = ["total", *(f"book:{name}" for name in each.books)]
    rows = [(each.scenario, scope, "", pnl) for scope, pnl in zip(scopes, each.pnl.tolist(), strict=True)]
    positions = zip(each.position_ids, each.position_books, each.position_pnl.tolist(), strict=True)
    return [*rows, *((each.scenario, f"position:{name}", book, pnl) for name, book, pnl in positions)]


@called_as(run="name", scenario="scenarios")
def replay(run: Run, path: int, scenarios: str | Sequence[str] | None = None, *, name: str | None = None) -> Replay:
    """Walk one path of a run again, and show it day by day.

    Parameters
    ----------
    run : a result of `run`; a RUN.toml; or the folder of a recorded run or night
    path : its number, from 0
    scenarios : of the run, one or several; None: all
    name : of a night's run, where it has several

    Raises
    ------
    InputError
        The run has no such scenario, or the scenario no such path.
    RiskError
        The device failed.
    """
    chosen = (scenarios,) if isinstance(scenarios, str) else tuple(scenarios or ())
    return replay_with(run, whole_of("path", path), chosen, name, notes=Notes())


def replay_with(run: Run, path: int, scenarios: Sequence[str], name: str | None, *, notes: Notes) -> Replay:
    """Show a path as `replay`; no scenarios stand for all."""
    ready = _ready(run, name, notes)
    names = scenarios or ready.prepared.inputs.names
    found = tuple(path_replay(ready, each, path) for each in names)
    return Replay(found=found, warnings=ready.prepared.inputs.warnings, notes=tuple(notes.lines))


def _ready(run: Run, name: str | None, notes: Notes) -> ReadyRun:
    if (folder := recorded_path(run)) is not None:
        return ready_as_recorded(folder, name, notes.say)
    if name is not None:
        raise InputError("a name chooses among the runs of a recorded night; give the night's folder, or leave it out")
    if isinstance(run, Result):
        check_plain(run.finished.prepared.config)
        return ReadyRun(prepared=run.finished.prepared, n_paths=run.run.n_paths)
    return ready_by_settings(config_of(run), notes.say)
