"""What each run of a night changed by since the night before in its record: what a report shows beside the figures."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from engine.errors import InputError
from engine.explain.nights.change import ChangeQuestion, NightsChange, nights_change
from engine.record.read import night_folder, nights, read_summary, recorded_names
from engine.run.blocks import Progress

Changes = Mapping[str, NightsChange | str]  # by the name of a run; a sentence where its change cannot be taken apart


def changes_since(folder: Path, night: date, progress: Progress, say: Callable[[str], None]) -> Changes:
    """Take the change of every run since the night before apart; of a run that is not on that night there is none.

    Parameters
    ----------
    folder : of the record
    night : a closed night in it
    progress : called after each run between the nights with runs done and in all
    say : is told what was picked

    Raises
    ------
    InputError
        The record cannot be read. What hinders one run is said in its place, so that a report has the others.
    RiskError
        A run failed.
    """
    earlier = [day for day in nights(folder) if day < night]
    if not earlier:
        return {}
    pair = (night_folder(folder, earlier[-1]), night_folder(folder, night))
    before, now = (recorded_names(read_summary(folder, day)) for day in (earlier[-1], night))
    found: dict[str, NightsChange | str] = {}
    for run in (name for name in now if name in before):
        try:
            found[run] = nights_change(ChangeQuestion(nights=pair, run=run, is_quick=True), progress, say)
        except InputError as error:
            found[run] = str(error)
    return found
