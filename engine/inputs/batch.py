"""A batch file (TOML): dates, market and books by date, runs, limits, and where the record goes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.batch_dates import (
    DATE,
    LAST,
    PREVIOUS,
    TOKYO,
    NightDate,
    last_date,
    previous_date,
    utc_now,
)
from engine.inputs.limit_file import limits_in
from engine.inputs.limits import Limit, checked_limits, describe_limits
from engine.inputs.opened import open_once
from engine.inputs.repeated import first_repeated
from engine.inputs.run import RunConfig
from engine.inputs.toml.faults import faults_of
from engine.inputs.toml.read import TOML, Strict, parse_toml, read_text
from engine.mechanisms.law import ALL
from engine.words.language import ENGLISH

NAME = r"[^\W_][\w.-]{0,63}"  # of runs and books: a folder's name on any system

_ELSEWHERE = {
    "market": "the batch's own key `market`",
    "book_files": "`[[books]]` of the batch, chosen by `books`",
    "out": "the batch's own key `out`",
}


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return day_of_text(value)


def day_of_text(value: Any) -> date:
    """Return the day that a text such as 2025-05-28 names. Raises ValueError, also where there is no such day."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"must be a date such as 2025-05-28, got {value!r}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"must be a date such as 2025-05-28, got {value!r}: there is no such day") from None


def _dates(value: Any) -> Any:
    days = value if isinstance(value, tuple) else (value,)
    found = tuple(map(_date, days))
    if not found:
        raise ValueError("needs at least one date, got an empty list")
    if twice := first_repeated(found):
        raise ValueError(f"{twice} is there twice")
    return found


def _named(value: str) -> str:
    if not re.fullmatch(NAME, value):
        raise ValueError(f"must be 1 to 64 letters, digits, '.', '_' or '-', got {value!r}")
    return value


def _some(value: Any) -> Any:
    """Refuse an empty list. Not by `min_length`: it counts elements without fault only, and would be one more fault."""
    if value == ():
        raise ValueError("needs at least one table, got an empty list")
    return value


def _path(value: Any) -> Any:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"must be the path of a file, got {value!r}")
    return value


def _umask(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"0[0-7][0-7]", value):
        raise ValueError(
            f"must be three octal digits as text, the first 0 since the owner reads and writes, such as '027', "
            f"got {value!r}"
        )
    return int(value, 8)


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _globs(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values or not all(values):
        raise ValueError('needs at least one name or glob such as "life-*"')
    return values


Name = Annotated[str, AfterValidator(_named), WithJsonSchema({"type": "string", "pattern": f"^{NAME}$"})]
PathText = Annotated[str, BeforeValidator(_path)]
_DATE_SCHEMA = {"type": "string", "format": "date"}


class BookEntry(Strict):
    """A book file, or several by a glob."""

    path: PathText = Field(
        description="Positions, relative to the batch file; {date} and globs are filled in: FILE.xlsx#SHEET too."
    )
    name: Name | None = Field(default=None, description="For `books` of a run. Default: the file's, without its end.")


class BatchRun(RunConfig):
    """One run on every date: a run file's keys, less those that the batch fixes, and which books it takes."""

    name: Name = Field(description="Of the run, and of its folder.")
    books: Annotated[
        tuple[str, ...],
        BeforeValidator(_one_or_more),
        AfterValidator(_globs),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
    ] = Field(default=("*",), description="Names of book files, or globs over them.")

    @model_validator(mode="after")
    def _fixed_by_the_batch(self) -> "BatchRun":
        for key, where in _ELSEWHERE.items():
            if getattr(self, key):
                named = type(self).model_fields[key].alias or key
                raise ValueError(f"`{named}` is no key of a batch's run: give {where}")
        if ALL in self.laws:
            raise ValueError(f"`law` of a batch's run names its laws, not {ALL!r}: they are the same every night")
        return self


class BatchFile(Strict):
    """What runs every night."""

    out: PathText = Field(description="Folder of the record, relative to the batch file.")
    market: PathText = Field(description="Market file; {date} stands for the valuation date.")
    dates: Annotated[
        tuple[date, ...],
        BeforeValidator(_dates),
        WithJsonSchema({"anyOf": [_DATE_SCHEMA, {"type": "array", "items": _DATE_SCHEMA, "minItems": 1}]}),
    ] = Field(default=(), alias="date", description="Valuation date or dates; --date replaces them.")
    books: Annotated[tuple[BookEntry, ...], BeforeValidator(_some)] = Field(description="[[books]]: files by date.")
    runs: Annotated[tuple[BatchRun, ...], BeforeValidator(_some)] = Field(description="[[runs]]: one after another.")
    limits: Any = Field(
        default=(),
        description="[[limits]], or the path of a TOML file that has them.",
        json_schema_extra=describe_limits,
    )
    realised: PathText | None = Field(default=None, description="Table of realised P&L: valuation_date, scope, pnl.")
    prometheus: PathText | None = Field(default=None, description="File for Prometheus' textfile collector.")
    report: bool = Field(default=False, description="Write OUT/reports/DATE.html after each night (extra `report`).")
    explain: bool = Field(
        default=False,
        description="Take the change since the night before apart, in the report: some five seconds a run.",
    )
    backtest: PathText | None = Field(
        default=None, description="Folder of `unwind backtest --out`, shown in the report; relative to the batch file."
    )
    language: Literal["en", "ja"] = Field(default="en", description="Language of the report.")
    umask: Annotated[
        int | None, BeforeValidator(_umask), WithJsonSchema({"type": "string", "pattern": "^0[0-7][0-7]$"})
    ] = Field(
        default=None,
        description="Permissions that the record's files and folders do without: '027' lets the group read, and others "
        "nothing. Default: the process's, which the metrics' file has always: another user collects it.",
    )
    histories: tuple[PathText, ...] = Field(
        default=(), description="Histories of yields and USD/JPY, for the record's trailing correlations."
    )
    block_cells: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        description="Cells of 65,536 paths between two checkpoints. Default: about a second of work.",
    )

    @model_validator(mode="after")
    def _names_are_different(self) -> "BatchFile":
        for what, names in (("runs", [run.name for run in self.runs]), ("books", [book.name for book in self.books])):
            if twice := first_repeated(name for name in names if name is not None):
                raise ValueError(f"two of `{what}` are called {twice!r}; names must differ")
        if isinstance(self.limits, str) is isinstance(self.limits, tuple):
            raise ValueError(f"`limits` must be a path or [[limits]] tables, got {self.limits!r}")
        return self

    @model_validator(mode="after")
    def _report_shows_it(self) -> "BatchFile":
        if self.backtest is not None and not self.report:
            raise ValueError("`backtest` is shown in the report: set report = true, or leave it out")
        if self.explain and not self.report:
            raise ValueError("`explain` is shown in the report: set report = true, or leave it out")
        if self.language != ENGLISH and not self.report:
            raise ValueError("`language` is the report's: set report = true, or leave it out")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A checked batch. Paths by date still hold {date}; all are absolute but those of books, which may be globs."""

    path: Path  # of the batch file
    sha256: str  # of its bytes
    nights: tuple[NightDate, ...]
    market: str
    books: tuple[BookEntry, ...]  # relative to the folder of `path`
    runs: tuple[BatchRun, ...]
    limits: tuple[Limit, ...]  # those without fault
    limit_faults: tuple[Fault, ...]  # of the others: nothing else waits for them
    out: Path
    realised: Path | None
    prometheus: Path | None
    report: bool  # after each night
    explain: bool  # in the report: what changed since the night before
    backtest: Path | None  # folder of one that the report shows
    language: str  # of the report: "en" or "ja"
    umask: int | None  # permissions that what is written does without; None: the process's
    histories: tuple[Path, ...]  # for trailing correlations
    block_cells: int | None

    @property
    def dates(self) -> tuple[date, ...]:
        """Return the valuation dates."""
        return tuple(night.day for night in self.nights)


def read_batch(path: Path, dates: Sequence[str] = (), *, zone: str = TOKYO) -> Batch:
    """Read a batch file.

    Parameters
    ----------
    path : TOML with the keys of `BatchFile`
    dates : that replace the file's: ISO dates, "last" or "previous", as `engine.inputs.batch_dates` has them
    zone : the time zone whose day "previous" stands before

    Raises
    ------
    FileFaults
        Everything wrong with the file but its limits, whose faults are part of the result.
    InputError
        There is no date, or one of `dates` is none; or no file, or no time zone, for a rule.
    """
    opened = open_once(path, TOML)
    text = read_text(opened)
    data = parse_toml(path, text)
    try:
        file = BatchFile.model_validate(data)
    except ValidationError as error:
        raise FileFaults(path, faults_of(error, BatchFile, data, text)) from None
    folder = path.resolve().parent
    limits, limit_faults = _limits(file, folder, path, data, text)
    chosen = _chosen_nights(file, folder, dates, zone)
    if len(chosen) > 1 and DATE not in file.market:
        raise FileFaults(path, [Fault(message=f"needs {DATE} in its name: there are several dates", where="market")])
    return Batch(
        path=path.resolve(),
        sha256=opened.sha256,
        nights=chosen,
        market=str(folder / file.market),
        books=file.books,
        runs=tuple(_rebased(run, folder) for run in file.runs),
        limits=limits,
        limit_faults=limit_faults,
        out=folder / file.out,
        realised=folder / file.realised if file.realised else None,
        prometheus=folder / file.prometheus if file.prometheus else None,
        report=file.report,
        explain=file.explain,
        backtest=folder / file.backtest if file.backtest else None,
        language=file.language,
        umask=file.umask,
        histories=tuple(folder / each for each in file.histories),
        block_cells=file.block_cells,
    )


def run_from_record(config: dict[str, Any]) -> BatchRun:
    """Return the run of a manifest's `config`. Raises InputError when it is no such run."""
    try:
        return BatchRun.model_validate({key: _as_toml(value) for key, value in config.items()})
    except ValidationError as error:
        raise InputError(f"the manifest's config is not a run's: {error.errors()[0]['msg']}") from None


def recorded(run: BatchRun) -> dict[str, Any]:
    """Return a run's resolved keys, as a manifest has them, without `law`, `parameters` and `by` where there are none.

    Records from before these keys were there have none either.
    """
    left_out = {"market", "book_files", "out"} | (set() if run.laws else {"laws"})
    left_out |= {"parameters", "parameters_seed"} if run.parameters is None else set()
    left_out |= set() if run.by else {"by"}
    return run.model_dump(mode="json", by_alias=True, exclude=left_out)


def _as_toml(value: Any) -> Any:
    return tuple(map(_as_toml, value)) if isinstance(value, list) else value


def _rebased(run: BatchRun, folder: Path) -> BatchRun:
    scenarios = tuple(str(folder / name) if name.endswith(".toml") else name for name in run.scenarios)
    return run.model_copy(update={"scenarios": scenarios})


def _chosen_nights(file: BatchFile, folder: Path, days: Sequence[str], zone: str) -> tuple[NightDate, ...]:
    if not days and not file.dates:
        raise InputError("no valuation date: give the file `date = 2025-05-28`, or the command --date 2025-05-28")
    named = [NightDate(day=day) for day in file.dates]
    found = [_night(file, folder, day, zone) for day in days] or named
    try:
        _dates(tuple(night.day for night in found))
    except ValueError as error:
        raise InputError(f"--date {error}") from None
    return tuple(found)


def _night(file: BatchFile, folder: Path, text: str, zone: str) -> NightDate:
    if text == PREVIOUS:
        return previous_date(zone, utc_now())
    if text == LAST:
        books = [book.path for book in file.books if DATE in book.path]
        return last_date(str(folder / file.market), books, folder)
    try:
        return NightDate(day=day_of_text(text), is_on_command=True)
    except ValueError as error:
        raise InputError(f"--date {error}; or {LAST!r} or {PREVIOUS!r}") from None


def _limits(
    file: BatchFile, folder: Path, path: Path, data: dict[str, Any], text: str
) -> tuple[tuple[Limit, ...], tuple[Fault, ...]]:
    if not isinstance(file.limits, str):
        return checked_limits(data.get("limits", ()), text, path.name)
    return limits_in(folder / file.limits)
