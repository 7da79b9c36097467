"""What to run: a RUN.toml, the same keys as flags and as environment variables, laid over one another."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from engine.book.groupings import GROUPINGS
from engine.conventions.currencies import HOME
from engine.errors import Fault, FileFaults, InputError, did_you_mean
from engine.inputs.currency_code import CurrencyCode
from engine.inputs.environment import PREFIX, check_spelling
from engine.inputs.repeated import first_repeated
from engine.inputs.toml.faults import faults_of
from engine.inputs.toml.read import Strict, parse_toml, read_text
from engine.inputs.whole_numbers import whole_number, whole_number_hint
from engine.mechanisms.law import ALL, LAW_KINDS
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from engine.scenario.under_laws import NOTHING

MIN_PATHS = 100  # one path in the worst 1 %
MAX_PATHS = 10**9
MAX_SEED = 2**64 - 1
MAX_SETS = 1024  # of parameters
LARGEST_BARE_ERROR = 0.05  # of until_se: from here a bare number is more often a percentage than a fraction

_PATHS_PER_S = 3_000_000  # one core, thousands of flows: the order of magnitude for a message
_FILES = ("market", "book", "out")
_TEXTS = (
    *_FILES,
    "scenario",
    "law",
    "backend",
    "precision",
    "steps",
    "sampler",
    "currency",
    "revaluation",
    "until_se",
    "by",
)
_LISTS = ("scenario", "law", "confidence", "book", "by")


def _known_law(name: str) -> str:
    if name not in (*LAW_KINDS, ALL):
        near = did_you_mean(name, [*LAW_KINDS])
        raise ValueError(f"no law is called {name!r}{near}; known are {', '.join(LAW_KINDS)}, or {ALL}")
    return name


def _known_grouping(name: str) -> str:
    if name not in GROUPINGS:
        near = did_you_mean(name, [*GROUPINGS])
        raise ValueError(f"nothing is taken apart by {name!r}{near}; known are {', '.join(GROUPINGS)}")
    return name


def _alone_in_list(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float | Path) else value


def _given_path(value: Any) -> Any:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError(f"must be the path of a file, got {value!r}")
    return value


def _book_path(value: str | Path) -> Path:
    from engine.inputs.book.load import book_path  # here: a schema needs no books, which load slowly

    return book_path(value)


def _whole(example: int) -> BeforeValidator:
    def check(value: Any) -> Any:
        if value is None:
            return None  # for the field's own type to refuse, where it takes a number alone
        if (number := whole_number(value)) is None:
            hint = whole_number_hint(value)
            raise ValueError(f"must be a whole number such as {example}, got {value!r}{hint}")
        return number

    return BeforeValidator(check)


def _given_confidence(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        percent = re.fullmatch(r"\s*([0-9]{1,2}(?:\.[0-9]{1,9})?)\s*%\s*", value) if isinstance(value, str) else None
        way_out = f"; {float(percent[1]):.12g} % is {float(percent[1]) / 100.0:.12g}" if percent else ""
        if isinstance(value, str) and re.fullmatch(r"0,[0-9]{1,9}", value):
            way_out = f"; is {value.replace(',', '.')} meant?"
        raise ValueError(f"must be a number such as 0.99, got {value!r}{way_out}")
    return value


def _check_confidence(value: float) -> float:
    if not 0.5 <= value < 1.0:
        way_out = f"; {value:g} % is {value / 100:g}" if 50.0 <= value < 100.0 else ""
        raise ValueError(f"must lie in [0.5, 1), got {value!r}{way_out}")
    return value


def _check_paths(value: int) -> int:
    if value < MIN_PATHS:
        raise ValueError(f"must be at least {MIN_PATHS}, got {value}")
    if value > MAX_PATHS:
        days = value // (_PATHS_PER_S * 86_400)  # whole: a float has no room for what a file may hold
        reason = f": at some 3 million paths a second that would take {days:,} days" if days > 2 else ""
        raise ValueError(f"must be at most {MAX_PATHS:,}, got {value:,}{reason}")
    return value


def _check_seed(value: int) -> int:
    if not 0 <= value <= MAX_SEED:
        raise ValueError(f"must lie in 0 to 2^64 - 1 = {MAX_SEED}, got {value}")
    return value


def _relative_error(value: Any) -> Any:
    """Read '0.5%' or, in a file, 0.005. A bare number in text, or a large one, may mean either: it is refused."""
    wanted = f"must be a percentage below 50% such as '0.5%', got {value!r}"
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*", value)
        if not match:
            raise ValueError(wanted)
        number = float(match[1])
        if not match[2]:
            raise ValueError(f"{wanted}; is '{match[1]}%' meant, or '{100.0 * number:.12g}%'?")
        if not 0.0 < number < 50.0:
            raise ValueError(wanted)
        return number / 100.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
        raise ValueError(wanted)
    if value >= LARGEST_BARE_ERROR:
        raise ValueError(f"{wanted}; is '{value:.12g}%' meant? {value:.12g} is {100.0 * value:.12g} %")
    return float(value)


def _some_and_different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("needs at least one, got an empty list")
    repeated = first_repeated(values)
    if repeated is not None:
        raise ValueError(f"{str(repeated) if isinstance(repeated, Path) else repeated!r} is there twice")
    return values


InputPath = Annotated[Path, BeforeValidator(_given_path), Field(strict=False)]
BookPath = Annotated[Path, BeforeValidator(_book_path), BeforeValidator(_given_path), Field(strict=False)]
Confidence = Annotated[float, BeforeValidator(_given_confidence), AfterValidator(_check_confidence)]
_CONFIDENCE_SCHEMA = {"type": "number", "minimum": 0.5, "exclusiveMaximum": 1.0}


_FILE_SCHEMA = {"type": "string", "minLength": 1}


def _or_list(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]}


class RunConfig(Strict):
    """One run: what is valued, in which scenarios, over which horizon, with how many paths."""

    model_config = ConfigDict(populate_by_name=False)

    market: InputPath | None = Field(
        default=None,
        description="Market file (TOML). In a RUN.toml, relative to that file. Default: the bundled one of the book.",
    )
    book_files: Annotated[
        tuple[BookPath, ...],
        BeforeValidator(_alone_in_list),
        AfterValidator(_some_and_different),
        WithJsonSchema(_or_list(_FILE_SCHEMA)),
    ] = Field(
        default=(),
        alias="book",
        max_length=1000,
        description="Book file or files (CSV, spreadsheet or Parquet), or bundled names; of several, the total is over"
        " all. In a RUN.toml, relative to that file. Default: sample, both bundled samples.",
    )
    scenarios: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        BeforeValidator(_alone_in_list),
        AfterValidator(_some_and_different),
        WithJsonSchema(_or_list({"type": "string", "minLength": 1})),
    ] = Field(
        default=(DEFAULT_SCENARIO,), alias="scenario", max_length=64, description="Names, or paths of .toml files."
    )
    laws: Annotated[
        tuple[Annotated[str, AfterValidator(_known_law)], ...],
        BeforeValidator(_alone_in_list),
        AfterValidator(_some_and_different),
        WithJsonSchema(_or_list({"enum": [*LAW_KINDS, ALL]})),
    ] = Field(
        default=(),
        alias="law",
        max_length=64,
        description="Laws that each scenario is laid under, or all (not in a batch): those that the market has."
        " Without `scenario`, base alone.",
    )
    n_paths: Annotated[
        int,
        _whole(1_000_000),
        AfterValidator(_check_paths),
        WithJsonSchema({"type": "integer", "minimum": MIN_PATHS, "maximum": MAX_PATHS}),
    ] = Field(default=1_000_000, alias="paths", description="Paths; with until_se, those of the first round.")
    horizon_days: Annotated[int, _whole(10)] = Field(default=10, ge=1, le=250, description="Business days to the P&L.")
    confidences: Annotated[
        tuple[Confidence, ...],
        BeforeValidator(_alone_in_list),
        AfterValidator(_some_and_different),
        WithJsonSchema(_or_list(_CONFIDENCE_SCHEMA)),
    ] = Field(default=(0.975, 0.99), alias="confidence", max_length=16, description="Of VaR and ES: 0.99.")
    seed: Annotated[
        int,
        _whole(1),
        AfterValidator(_check_seed),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_SEED}),
    ] = Field(default=1, description="Key of the random stream; the same seed gives the same paths.")
    parameters: Annotated[int | None, _whole(64)] = Field(
        default=None,
        ge=1,
        le=MAX_SETS,
        description="Sets of parameters drawn from the priors of each scenario that has an [uncertainty]; each walks"
        " the same paths, and figures get a band over them.",
    )
    parameters_seed: Annotated[
        int,
        _whole(1),
        AfterValidator(_check_seed),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_SEED}),
    ] = Field(default=1, description="Of these sets, which have nothing of the paths' seed.")
    backend: Literal["auto", "numpy", "numba", "cuda"] = Field(default="auto", description="auto says what it picked.")
    precision: Literal["float64", "float32"] = Field(default="float64", description="Of draws and steps.")
    steps: Literal["auto", "daily"] = Field(
        default="auto", description="auto: one step of the full horizon where its law is exact; daily: walk day by day."
    )
    sampler: Literal["plain", "is_sobol"] = Field(
        default="plain", description="is_sobol: one normal or t step by weighted paths, most where the books lose."
    )
    currency: CurrencyCode = Field(default=HOME, description="Of the P&L, at the path's own rate.")
    out: InputPath | None = Field(default=None, description="JSON file for the result.")
    until_se: Annotated[
        float | None,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "number", "exclusiveMinimum": 0.0, "exclusiveMaximum": LARGEST_BARE_ERROR},
                    {"type": "string", "pattern": r"^\s*[0-9]*\.?[0-9]+\s*%\s*$"},
                ]
            }
        ),
        BeforeValidator(lambda value: None if value is None else _relative_error(value)),
    ] = Field(
        default=None,
        description="Double the paths until the VaR of every scenario's total, at the highest confidence, has this "
        "relative standard error: '0.5%', or the fraction 0.005.",
    )
    instantaneous: bool = Field(default=False, description="Revalue at the valuation date: the book does not age.")
    revaluation: Literal["compressed", "direct"] = Field(
        default="compressed", description="compressed: polynomials with a stated bound; direct: flow by flow."
    )

    by: Annotated[
        tuple[Annotated[str, AfterValidator(_known_grouping)], ...],
        BeforeValidator(_alone_in_list),
        AfterValidator(_some_and_different),
        WithJsonSchema(_or_list({"enum": [*GROUPINGS]})),
    ] = Field(
        default=(),
        max_length=16,
        description="By what VaR and ES are taken apart, with the error of each part: positions, books, and others.",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_change_under_laws(cls, data: Any) -> Any:
        """Take the scenario of no change where laws are asked for and no scenario."""
        has_laws_alone = isinstance(data, Mapping) and "law" in data and "scenario" not in data
        return {**data, "scenario": (NOTHING,)} if has_laws_alone else data


def resolve(flags: Mapping[str, Any], environ: Mapping[str, str], file: Path | None = None) -> RunConfig:
    """Return the run that flags, environment and file ask for together: flag > environment > file > default.

    Parameters
    ----------
    flags : by key as in a RUN.toml, or by the attribute it sets ("paths", "n_paths"); None or an empty list where a
        flag is not given. Numbers may be text, as a command line has them
    environ : the process's environment; `UNWIND_PATHS` is `paths`, lists are separated by commas
    file : a RUN.toml; `market`, `book`, `out` and scenario paths in it are relative to its folder

    Raises
    ------
    FileFaults
        Only the file has faults.
    InputError
        Each fault with the flag, variable or line that it came from; an `UNWIND_` variable that looks misspelt.
    """
    text = read_text(file) if file is not None else None
    from_file = _rebased(parse_toml(file, text), file.parent) if file is not None and text is not None else {}
    from_environment = _of_environment(environ)
    from_flags = {
        _key(name): _of_flag(_key(name), value) for name, value in flags.items() if value is not None and value != []
    }
    merged = {**from_file, **from_environment, **from_flags}
    try:
        return RunConfig.model_validate(merged)
    except ValidationError as error:
        faults = faults_of(error, RunConfig, merged, text)
    in_file, elsewhere = [], []
    for fault in faults:
        key = re.split(r"[.\[]", fault.where or "")[0]
        if key in from_flags:
            elsewhere.append(f"--{key.replace('_', '-')}: {fault.message}")
        elif key in from_environment:
            elsewhere.append(f"environment variable {PREFIX}{key.upper()}: {fault.message}")
        else:
            in_file.append(fault)
    raise _refusal(file, in_file, elsewhere) from None


def _key(name: str) -> str:
    """Return the key in a RUN.toml of an attribute of RunConfig."""
    field = RunConfig.model_fields.get(name)
    return field.alias if field and field.alias else name


def _of_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = {f"{PREFIX}{_key(name).upper()}": _key(name) for name in RunConfig.model_fields}
    check_spelling(environ)
    return {key: _of_text(key, environ[name]) for name, key in known.items() if environ.get(name)}


def _of_flag(key: str, value: Any) -> Any:
    """Return the value of a flag, whose numbers may still be text."""
    if isinstance(value, list | tuple):
        return tuple(_of_flag(key, each) for each in value)
    if not isinstance(value, str) or key in _FILES:
        return value
    return value.strip() if key in _TEXTS else _of_word(value.strip())


def _of_text(key: str, text: str) -> Any:
    """Return the value of an environment variable: text, number, true or false, or a list of them."""
    if key in _LISTS:
        return tuple(part.strip() if key in _TEXTS else _of_word(part.strip()) for part in text.split(","))
    if key in _FILES:
        return text
    return text.strip() if key in _TEXTS else _of_word(text.strip())


def _of_word(word: str) -> Any:
    """Read a number, true or false; any other word as it came."""
    if (number := whole_number(word)) is not None:
        return number
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", word):
        return float(word)
    return {"true": True, "false": False}.get(word.lower(), word)


def _rebased(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the keys of a file, with its paths relative to its own folder."""

    def moved(value: Any, key: str) -> Any:
        if isinstance(value, tuple):
            return tuple(moved(each, key) for each in value)
        if not isinstance(value, str) or not value:
            return value
        return folder / (_book_path(value) if key == "book" else value)  # a bundled book's path is whole

    def moved_scenario(value: Any) -> Any:
        return str(folder / value) if isinstance(value, str) and value.endswith(".toml") else value

    rebased = {key: moved(value, key) if key in _FILES else value for key, value in data.items()}
    if "scenario" in data:
        named = data["scenario"]
        rebased["scenario"] = tuple(map(moved_scenario, named)) if isinstance(named, tuple) else moved_scenario(named)
    return rebased


def _refusal(file: Path | None, in_file: list[Fault], elsewhere: list[str]) -> InputError:
    if file is None:
        return InputError("\n".join(elsewhere))
    if not elsewhere:
        return FileFaults(file, in_file)
    return InputError("\n".join([*elsewhere, *(f"{file}: {fault}" for fault in in_file)]))
