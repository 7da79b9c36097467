"""What the runs of one date start from: found by name and digest first, loaded only when they are computed."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from engine.batch.books import BookFile, book_fault, chosen, find_books, load_checked
from engine.batch.figures.limits import AvailableFigures
from engine.batch.unexpected import UnexpectedError
from engine.book.compiled import CompiledBook
from engine.book.join import check_names, join_books
from engine.errors import InputError
from engine.inputs.batch import Batch, BatchRun, recorded
from engine.inputs.batch_dates import DATE, NightDate
from engine.inputs.market.load import load_market
from engine.inputs.opened import Opened, open_once
from engine.inputs.scenario.load import different, load_scenario
from engine.inputs.toml.read import TOML
from engine.market.market import Market
from engine.record.correlations import Correlations
from engine.record.intact_files import MISSING
from engine.record.manifest import RecordedScenario
from engine.record.read import BatchFault
from engine.run.load import Inputs, inputs_of, scenario_sha256
from engine.scenario.apply import apply
from engine.scenario.scenario import Scenario
from engine.scenario.under_laws import under_laws


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A run's inputs on disk, before anything of them is loaded."""

    run: BatchRun
    market: Path
    market_sha256: str
    books: tuple[BookFile, ...]
    scenarios: tuple[RecordedScenario, ...]
    fingerprint: str  # of all of it


@dataclass(slots=True)
class Day:
    """One valuation date's market, books and scenarios; each file is read once, whatever the number of runs."""

    valuation_date: date
    market_path: Path
    market_sha256: str  # of the bytes that are parsed; MISSING where there are none
    files: tuple[BookFile, ...]
    _opened: dict[str, Opened]  # bytes of the books that are not loaded yet
    _market: Opened | Market | InputError
    figures: list[AvailableFigures] = field(default_factory=list)  # of the runs that were loaded
    _scenarios: dict[str, Scenario] = field(default_factory=dict)
    _correlations: Correlations | None = None
    _books: dict[str, CompiledBook | InputError] = field(default_factory=dict)

    def market(self) -> Market:
        """Load the base market. Raises InputError; the same one for every run."""
        if isinstance(self._market, Opened):
            self._market = self._load_market(self._market)
        if isinstance(self._market, InputError):
            raise self._market
        return self._market

    def correlations(self, histories: Sequence[Path]) -> Correlations:
        """Return the market's correlations beside the trailing ones. Raises InputError as `market`."""
        from engine.batch.correlations import correlations_of  # here: what reads inputs alone needs no calibration

        if self._correlations is None:
            self._correlations = correlations_of(self.market(), self.valuation_date, histories)
        return self._correlations

    def book(self, file: BookFile) -> CompiledBook:
        """Load a book and check it. Raises InputError."""
        if file.name not in self._books:
            try:
                market = self.market()
                self._books[file.name] = load_checked(replace(file, opened=self._opened.pop(file.name, None)), market)
            except InputError as error:
                self._books[file.name] = error
            except Exception as error:
                self._books[file.name] = UnexpectedError(str(file.path), error)
        found = self._books[file.name]
        if isinstance(found, InputError):
            raise found
        return found

    def scenarios(self, names: Sequence[str], laws: Sequence[str] = ()) -> tuple[Scenario, ...]:
        """Load the scenarios of a run, by name or path, each under each of its laws.

        Raises InputError, also where two have the same name.
        """
        for name in names:
            if name not in self._scenarios:
                self._scenarios[name] = load_scenario(name)
        return different(under_laws((self._scenarios[name] for name in names), laws))

    def _load_market(self, opened: Opened) -> Market | InputError:
        try:
            market = load_market(opened)
        except InputError as error:
            return error
        except Exception as error:
            return UnexpectedError(str(self.market_path), error)
        if market.valuation_date != self.valuation_date:
            return InputError(
                f"{self.market_path} is a market of {market.valuation_date}, not of {self.valuation_date}"
            )
        return market


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """A run's inputs, loaded, with what had to be left out."""

    inputs: Inputs
    books: tuple[tuple[str, tuple[str, ...]], ...]  # file name -> books in it, of those that could be loaded
    faults: tuple[BatchFault, ...]  # of those that could not

    @property
    def complete(self) -> bool:
        """Return whether no book is missing."""
        return not self.faults

    @property
    def total(self) -> str:
        """Return what the sum over books is called."""
        return "total" if self.complete else "partial"

    def has(self, run: BatchRun) -> AvailableFigures:
        """Return what a run on these inputs will have figures of."""
        return AvailableFigures(
            currency=run.currency,
            scopes=(self.total, *(f"book:{name}" for name in dict.fromkeys(self.inputs.book.books))),
            scenarios=self.inputs.names,
            confidences=run.confidences,
        )


def no_night(batch: Batch, night: NightDate) -> str | None:
    """Say why there is no night of a date: none is due, and its market is not there. None: there is one."""
    is_there = os.path.lexists(batch.market.replace(DATE, night.day.isoformat()))
    return None if is_there or (why := night.why_none()) is None else f"no night: {why}"


def day_of(batch: Batch, valuation_date: date) -> Day:
    """Find the files of a date, and read them: what is exchanged from now on is another day's."""
    path = Path(batch.market.replace(DATE, valuation_date.isoformat()))
    return opened_day(valuation_date, path, find_books(batch.books, batch.path.parent, valuation_date))


def opened_day(valuation_date: date, market: Path, files: Sequence[BookFile]) -> Day:
    """Read the market of a date beside the books that were found. What cannot be read is an error of who asks for it.

    The bytes of a file are in memory until it is loaded.
    """
    found: Opened | InputError
    try:
        found = open_once(market, TOML)
    except InputError as error:
        found = error
    return Day(
        valuation_date=valuation_date,
        market_path=market,
        market_sha256=found.sha256 if isinstance(found, Opened) else MISSING,
        files=tuple(replace(file, opened=None) for file in files),
        _opened={file.name: file.opened for file in files if file.opened is not None},
        _market=found,
    )


def source_of(day: Day, run: BatchRun) -> Source:
    """Find a run's inputs. Raises InputError when a scenario has faults or no book is chosen."""
    names = [name for name in run.scenarios for _ in run.laws or ("its own",)]
    scenarios = tuple(
        RecordedScenario(name=each.name, path=name if name.endswith(".toml") else None, sha256=scenario_sha256(each))
        for name, each in zip(names, day.scenarios(run.scenarios, run.laws), strict=True)
    )
    books = chosen(day.files, run.books)
    if not books:
        raise InputError(
            f"no book is called {' or '.join(run.books)}; there are {', '.join(f.name for f in day.files)}"
        )
    parts = [
        recorded(run),
        day.market_sha256,
        [(file.name, file.sha256) for file in books],
        [(each["name"], each["sha256"]) for each in scenarios],
    ]
    return Source(
        run=run,
        market=day.market_path,
        market_sha256=day.market_sha256,
        books=books,
        scenarios=scenarios,
        fingerprint=sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest(),
    )


def load(day: Day, source: Source) -> Loaded:
    """Load what a run needs; a book with faults is left out and named.

    Raises
    ------
    InputError
        The market or a scenario has faults, or no book is left.
    """
    market = day.market()
    books: list[tuple[str, CompiledBook]] = []
    faults: list[BatchFault] = []
    for file in source.books:
        try:
            book = day.book(file)
            check_names(books, file.name, book)
        except InputError as error:
            faults.append(book_fault(file, error))
        else:
            books.append((file.name, book))
    if not books:
        raise InputError("\n".join(fault.message for fault in faults))
    scenarios = day.scenarios(source.run.scenarios, source.run.laws)
    inputs = inputs_of(market, join_books(books), scenarios, source.run, market_sha256=source.market_sha256)
    names = tuple((name, tuple(dict.fromkeys(book.books))) for name, book in books)
    return Loaded(inputs=inputs, books=names, faults=tuple(faults))


def stress_scenarios(batch: Batch, day: Day, source: Source) -> tuple[tuple[Scenario, ...], list[BatchFault]]:
    """Return the scenarios whose stress losses a run records, its own and those of limits; and the latter's errors."""
    found, names, faults = day.scenarios(source.run.scenarios, source.run.laws), list[str](), []
    own = [each["name"] for each in source.scenarios]
    for limit in batch.limits:
        if limit.measure != "stress" or limit.scenario in [None, *own, *names]:
            continue
        try:
            with_it = different([*found, *day.scenarios([str(limit.scenario)])])
            apply(with_it[-1], day.market())
            names.append(str(limit.scenario))
            found = with_it
        except InputError as error:
            faults.append(BatchFault(kind="limit", subject=str(limit.name), message=str(error)))
    return found, faults
