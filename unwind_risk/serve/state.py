"""What a server keeps warm, and how views come by it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from engine.errors import RiskError
from engine.explain.whatif.tried import NightOnCall, night_on_call, recorded_run
from engine.inputs.run import RunConfig
from engine.run.load import Inputs
from unwind_risk.api.notes import Notes
from unwind_risk.serve.record_state import ChosenRun, RecordState
from unwind_risk.serve.settings import ServeSettings
from unwind_risk.serve.work import Job, Work


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServeState:
    """The record, the work in hand, and the settings. What is kept follows from files, and goes when these change."""

    settings: ServeSettings
    record: RecordState
    work: Work = field(default_factory=Work)

    def inputs_of(self, chosen: ChosenRun) -> tuple[RunConfig, Inputs]:
        """Return a recorded run's settings and inputs. Raises InputError where these are not as they were."""
        return self.record.kept(("inputs", chosen.key), lambda: recorded_run(chosen.record, chosen.folder))

    async def on_call(self, chosen: ChosenRun) -> NightOnCall:
        """Return a run kept in memory with the books that trades are tried beside; it is walked at the first call."""
        return await self.work.answer(*self._call(chosen))

    def warm(self) -> None:
        """Begin to walk the last night's first run, so that nobody waits for it later."""
        try:
            self.work.job(*self._call(self.record.chosen()))
        except RiskError:
            return  # whoever asks is told

    def _call(self, chosen: ChosenRun) -> tuple[Hashable, Callable[[Job], NightOnCall]]:
        def make(job: Job) -> NightOnCall:
            return night_on_call(chosen.folder, self.settings.books, job.progress, Notes().say)

        return ("on call", chosen.key, self.books_stamp()), make

    def books_stamp(self) -> Hashable:
        """Return when the books were changed last."""
        return tuple((str(path), _changed(path)) for path in self.settings.books)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where a page is: its night and run, and the others that there are."""

    night: date
    run: str
    days: tuple[date, ...]
    runs: tuple[str, ...]

    @property
    def query(self) -> str:
        """Return what links carry on."""
        return urlencode({"night": self.night.isoformat(), "run": self.run})


def here_of(state: ServeState, chosen: ChosenRun) -> Here:
    """Return where a page of a run is."""
    return Here(
        night=chosen.night.valuation_date,
        run=chosen.record.name,
        days=state.record.days,
        runs=tuple(run.name for run in chosen.night.runs),
    )


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # gone: loading it says so


def _state(request: Request) -> ServeState:
    found: ServeState = request.app.state.serve
    return found


def _chosen(request: Request, night: str = "", run: str = "") -> ChosenRun:
    return _state(request).record.chosen(night, run)


State = Annotated[ServeState, Depends(_state)]
Chosen = Annotated[ChosenRun, Depends(_chosen)]
