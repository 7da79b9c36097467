"""Which run is asked about: a result in memory, a run by settings that is not made yet, or a recorded one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.errors import InputError
from engine.inputs.opened import Opened
from engine.inputs.run import RunConfig, resolve
from engine.inputs.run_keywords import settings_of
from engine.run.load import Inputs, load_inputs
from engine.run.sampling.sampler_checks import check_plain
from unwind_risk.api.book import Book, Books, book_of
from unwind_risk.api.market import market_of
from unwind_risk.api.result import Result
from unwind_risk.api.run import inputs_with
from unwind_risk.api.scenario import scenarios_of

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedRun:
    """A run that is not made yet, whose inputs are loaded."""

    config: RunConfig
    inputs: Inputs


Run: TypeAlias = Result | LoadedRun | RunConfig | str | Path  # a path: of a RUN.toml, or of a recorded run


def loaded_run(book: Book, market: Any, scenarios: Any, keywords: Mapping[str, Any]) -> LoadedRun:
    """Return a run of books that is not made yet, as `unwind_risk.run` takes them. Raises InputError."""
    asked = settings_of(keywords)
    config, inputs = inputs_with(asked, book, market_of(market, book), scenarios_of(scenarios, asked.scenarios))
    return LoadedRun(config=config, inputs=inputs)


def recorded_path(run: Run) -> Path | None:
    """Return the path of a recorded run or night; None for a result, settings, or a RUN.toml."""
    return Path(run) if isinstance(run, str | Path) and Path(run).suffix != ".toml" else None


def config_of(run: Run) -> RunConfig:
    """Return the settings of a run: of a result those it was made by, with the paths it took. Raises InputError.

    Of a RUN.toml the environment has no say.
    """
    if isinstance(run, Result):
        config = run.finished.prepared.config
        check_plain(config)
        return config.model_copy(update={"n_paths": run.run.n_paths, "until_se": None, "parameters": None, "by": ()})
    if isinstance(run, LoadedRun):
        return run.config
    if isinstance(run, RunConfig):
        return run
    if recorded_path(run) is not None:
        raise InputError(
            f"{str(run)!r} is taken for a recorded run, which this does not take; give a result of `run`, or a RUN.toml"
        )
    return resolve({}, {}, Path(run))


def inputs_of(run: Run, config: RunConfig) -> Inputs:
    """Return the inputs of a run, of a result those that are loaded. Raises InputError."""
    if isinstance(run, Result):
        return run.finished.prepared.inputs
    return run.inputs if isinstance(run, LoadedRun) else load_inputs(config)


def rows_of(given: Books, what: str) -> Path | Opened:
    """Return the rows of one book file, frame or book: its path, or its bytes.

    what   they are, in words: "candidate trades"

    Raises InputError where a book is of several files.
    """
    if isinstance(given, str | Path):
        return Path(given)
    if given is None:
        raise InputError(f"{what}: there is none; give a book, a frame, positions, or a path")
    book = book_of(given)
    if len(book.sources) != 1:
        raise InputError(f"{what} are one file or frame, got a book of {len(book.sources)}; give them as one")
    return book.sources[0]
