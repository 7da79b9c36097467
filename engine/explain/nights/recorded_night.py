"""A recorded run of one night with its inputs, as they were: the digests of the manifest are held to the files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.errors import InputError
from engine.inputs.batch import BatchRun, run_from_record
from engine.inputs.book.table import BOOK
from engine.inputs.market.load import load_market
from engine.inputs.opened import FileKind, Opened, open_once
from engine.inputs.scenario.load import different, load_scenario
from engine.inputs.toml.read import TOML
from engine.market.market import Market
from engine.record.manifest import Manifest, main_scenario
from engine.record.read import RunRecord, check_closed, read_run, read_summary, recorded_names, run_folder
from engine.risk.results import ScopeResult
from engine.run.load import scenario_sha256
from engine.scenario.scenario import Scenario
from engine.scenario.under_laws import under_laws

_DATED, _RUN = re.compile(r"valuation_date=(\d{4}-\d{2}-\d{2})"), "run="
_SAME = {  # facts that both nights' runs share, or their figures do not compare
    "currency": "currency",
    "horizon_days": "horizon in business days",
}
_WANTED = "give OUT/valuation_date=DATE, or a run's folder in it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedNight:
    """One run of one night, and what it started from."""

    record: RunRecord
    run: BatchRun  # its settings
    market: Market
    books: tuple[tuple[str, Opened], ...]  # name and file of each book
    scenario: Scenario  # that is explained
    realised: Path | None  # file of realised P&L that the night names

    @property
    def valuation_date(self) -> date:
        """Return the night's date."""
        return self.market.valuation_date

    @property
    def n_paths(self) -> int:
        """Return how many paths the run drew."""
        return int(self.record.manifest["facts"]["n_paths"])

    @property
    def is_daily(self) -> bool:
        """Return whether the run stepped day by day."""
        return bool(self.record.manifest["facts"]["steps"] == "daily")

    @property
    def scopes(self) -> dict[str, ScopeResult]:
        """Return the scenario's results by scope, the total first."""
        return {row.scope: row for row in self.record.results if row.scenario == self.scenario.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a night stands."""

    out: Path  # the record's folder
    day: date
    run: str | None  # whose folder was named

    @property
    def words(self) -> str:
        return f"the night of {self.day}"


def two_nights(first: Path, second: Path, run: str | None, scenario: str | None) -> tuple[RecordedNight, RecordedNight]:
    """Read one run of two nights, the earlier first.

    Parameters
    ----------
    first, second : folders of nights, OUT/valuation_date=DATE, or of runs in them
    run : name of a run that both have; None: that of a folder given, else the first that both have
    scenario : that both runs have; None: the later night's main one

    Raises
    ------
    InputError
        There is no such night, run or scenario; the runs do not compare; or an input is not there any more, or not as
        it was.
    """
    places = tuple(map(_place, (first, second)))
    if places[1].day < places[0].day:
        raise InputError(f"{places[1].words} lies before {places[0].words}: give the earlier night first")
    records = tuple(read_run(run_folder(each.out, each.day, _run_name(places, run))) for each in places)
    for place, record in zip(places, records, strict=True):
        check_closed(read_summary(place.out, place.day), record.manifest, run_folder(place.out, place.day, record.name))
    name = _scenario_name(records, scenario)
    _check_alike(records)
    nights = [_night(*each, name) for each in zip(places, records, strict=True)]
    return nights[0], nights[1]


def _place(path: Path) -> _Place:
    folder = path.parent if path.is_file() else path
    run = folder.name.removeprefix(_RUN) if folder.name.startswith(_RUN) else None
    night = folder.parent if run else folder
    dated = _DATED.fullmatch(night.name)
    if not night.is_dir() or dated is None:
        raise InputError(f"{str(path)!r} is no recorded night: {_WANTED}")
    return _Place(out=night.parent, day=date.fromisoformat(dated[1]), run=run)


def _run_name(places: Sequence[_Place], wanted: str | None) -> str:
    """Return the run that is compared. Raises InputError where one of the nights lacks it."""
    there = [recorded_names(read_summary(each.out, each.day)) for each in places]
    named = list(dict.fromkeys(name for name in (wanted, *(each.run for each in places)) if name is not None))
    if len(named) > 1:
        raise InputError(f"two runs are named, {' and '.join(map(repr, named))}: give folders of nights, and --run")
    common = [name for name in there[0] if name in there[1]]
    if not named and not common:
        raise InputError(f"no run is on both nights: {_list(places, there)}")
    name = named[0] if named else common[0]
    for place, names in zip(places, there, strict=True):
        if name not in names:
            raise InputError(f"{place.words} has no run {name!r}; on both nights: {', '.join(common) or 'none'}")
    return name


def _list(places: Sequence[_Place], names: Sequence[Sequence[str]]) -> str:
    pairs = zip(places, names, strict=True)
    return "; ".join(f"{place.words} has {', '.join(each) or 'none'}" for place, each in pairs)


def _scenario_name(records: Sequence[RunRecord], wanted: str | None) -> str:
    names = [[each["name"] for each in record.manifest["scenarios"]] for record in records]
    common = [name for name in names[1] if name in names[0]]
    name = wanted or main_scenario(records[1].manifest)
    if name not in common:
        raise InputError(f"scenario {name!r} is not on both nights; --scenario takes {', '.join(common) or 'none'}")
    return name


def _check_alike(records: Sequence[RunRecord]) -> None:
    """Refuse runs whose figures mean different things. Raises InputError."""
    first, second = (record.manifest["facts"] for record in records)
    differs = [words for key, words in _SAME.items() if first[key] != second[key]]
    if first["revaluation"]["instantaneous"] != second["revaluation"]["instantaneous"]:
        differs.append("way of ageing to the horizon (`instantaneous`)")
    if differs:
        raise InputError(
            f"run {records[0].name!r} has another {' and '.join(differs)} on the two nights: their figures do not"
            " compare; take a run that kept it, by --run, or run one of the nights again with the other's settings"
        )
    for record in records:
        if not record.manifest["complete"]:
            raise InputError(
                f"run {record.name!r} of {record.manifest['valuation_date']} lacks a book: its total is partial; mend"
                " the book and run the night again"
            )


def _night(place: _Place, record: RunRecord, scenario: str) -> RecordedNight:
    manifest = record.manifest
    run = run_from_record(manifest["config"])
    realised = read_summary(place.out, place.day)["realised"]
    market = _opened(manifest, "market", manifest["market"]["path"], manifest["market"]["sha256"], TOML)
    books = tuple(
        (book["name"], _opened(manifest, f"book {book['name']}", book["path"], book["sha256"], BOOK))
        for book in manifest["books"]
    )
    named = _scenario(manifest, run, scenario)
    return RecordedNight(
        record=record,
        run=run,
        market=load_market(market),
        books=books,
        scenario=named,
        realised=Path(realised) if realised else None,
    )


def _opened(manifest: Manifest, what: str, path: str, sha256: str, kind: FileKind) -> Opened:
    """Open an input of a night, which must be as it was then. Raises InputError."""
    try:
        opened = open_once(Path(path), kind)
    except InputError as error:
        raise InputError(f"{_without(manifest, what)} is not there any more: {error}; {_WAY_OUT}") from None
    if opened.sha256 != sha256:
        raise InputError(f"{_without(manifest, what)} was changed since, {path}; {_WAY_OUT}")
    return opened


_WAY_OUT = "put the file back as it was, or run that night again"


def _without(manifest: Manifest, what: str) -> str:
    return f"the night of {manifest['valuation_date']} cannot be run again: its {what}"


def _scenario(manifest: Manifest, run: BatchRun, name: str) -> Scenario:
    """Load the night's scenario of a name, which must say what it said then. Raises InputError."""
    try:
        found = different(under_laws(map(load_scenario, run.scenarios), run.laws))
    except InputError as error:
        raise InputError(f"{_without(manifest, 'scenario')} cannot be read: {error}; {_WAY_OUT}") from None
    then = {each["name"]: each["sha256"] for each in manifest["scenarios"]}
    scenario = next((each for each in found if each.name == name), None)
    if scenario is None or scenario_sha256(scenario) != then[name]:
        raise InputError(
            f"{_without(manifest, f'scenario {name}')} says something else now; put it back as it was, or run that"
            " night again: keep one file a version where parameters change"
        )
    return scenario
