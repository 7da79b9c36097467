"""One run, from objects, paths or names to its result."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.inputs.book.load import bundled_book_path
from engine.inputs.default_market import market_path_for
from engine.inputs.run import RunConfig
from engine.inputs.run_keywords import settings_of
from engine.run.blocks import Progress
from engine.run.load import Inputs, loaded_inputs
from engine.run.prepared import prepare
from engine.run.start import finish
from unwind_risk.api.book import Book, book_of
from unwind_risk.api.given import of_keywords
from unwind_risk.api.market import Market, market_of
from unwind_risk.api.notes import Notes
from unwind_risk.api.progress import Asked, shown
from unwind_risk.api.result import Result
from unwind_risk.api.scenario import Scenario, scenarios_of

if TYPE_CHECKING:
    from unwind_risk.api.book import Books
    from unwind_risk.api.given import Given

OBJECTS = ("book", "market", "scenarios", "progress")  # keywords of `run` that are no settings


@of_keywords
def run(
    book: "Books" = None,
    market: Market | str | Path | None = None,
    scenarios: "Given[Scenario]" = None,
    *,
    paths: int | None = None,
    horizon_days: int | None = None,
    confidence: float | Sequence[float] | None = None,
    seed: int | None = None,
    law: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    parameters: int | None = None,
    parameters_seed: int | None = None,
    backend: str | None = None,
    precision: str | None = None,
    steps: str | None = None,
    sampler: str | None = None,
    currency: str | None = None,
    until_se: str | float | None = None,
    instantaneous: bool | None = None,
    revaluation: str | None = None,
    progress: Asked = None,
) -> Result:
    """Simulate books in one or several scenarios on the same random numbers.

    The figures are those of `unwind run`, to the last bit. Keywords are the keys of a RUN.toml and are checked by the
    same code; what is left out has the same default (`unwind schema run`), and no UNWIND_* variable has a say.

    Parameters
    ----------
    book, market, scenarios : objects, paths or bundled names; of books and scenarios one or several. None: the bundled
        sample books, the bundled market of the book, and `filtered`; with `law`, `base`
    progress : called with paths done and in all; None: a bar in a notebook, else nothing; False: nothing

    Raises
    ------
    InputError
        An input or a setting is bad, or they do not fit together; nothing was computed.
    RiskError
        The run failed.

    Examples
    --------
    >>> import unwind_risk as uw
    >>> result = uw.run("carry-fund", scenarios="article-2025", paths=200, confidence=0.99)
    >>> result.table()[["scope", "measure"]].iloc[0].tolist()
    ['total', 'value_at_risk']
    """
    asked = locals()  # the keywords above are the list of settings; the code that checks them says what is amiss
    config = settings_of({name: value for name, value in asked.items() if name not in OBJECTS})
    books = book_of(book)
    levels = market_of(market, books)
    wanted = scenarios_of(scenarios, config.scenarios)
    notes = Notes()
    with shown(progress) as report:
        return run_with(config, books, levels, wanted, progress=report, notes=notes)


def run_with(
    config: RunConfig,
    book: Book,
    market: Market,
    scenarios: Sequence[Scenario],
    *,
    progress: Progress,
    notes: Notes,
) -> Result:
    """Run by checked settings on what is loaded; raises as `run`.

    What `config` itself says of the market, the books and the scenarios is replaced by where these come from.
    """
    start = time.perf_counter()
    config, inputs = inputs_with(config, book, market, scenarios)
    prepared = prepare(config, inputs, notes.say, takes_samplers=True)
    if not config.by:
        finished = finish(prepared, progress, notes.say, start)
        return Result(finished=finished, taken_apart=(), notes=tuple(notes.lines))
    from engine.analysis.contributions.contributions import check_by  # here: a plain run needs nothing of it
    from engine.analysis.contributions.run_contributions import taken_apart

    check_by(prepared)
    finished = finish(prepared, progress, notes.say, start)
    found = taken_apart(finished, notes.say)
    finished = replace(finished, result=found.result)  # whose time is that of both
    return Result(finished=finished, taken_apart=found.contributions, notes=tuple(notes.lines))


def inputs_with(
    config: RunConfig, book: Book, market: Market, scenarios: Sequence[Scenario]
) -> tuple[RunConfig, Inputs]:
    """Return settings that name where inputs come from, and the inputs themselves, checked against one another."""
    config = config.model_copy(update=_names(book, market, scenarios))
    compiled = book.compiled(market.valuation_date)
    loaded = [each.loaded for each in scenarios]
    inputs = loaded_inputs(market.loaded, compiled, loaded, config, market_sha256=market.sha256)
    is_of_files = market.path is not None and book.is_of_files and all(each.source for each in scenarios)
    return config, replace(inputs, is_of_files=is_of_files)


def loaded_of(config: RunConfig) -> tuple[Book, Market, tuple[Scenario, ...]]:
    """Return what checked settings of a command or a file name: books, market, scenarios. Raises InputError."""
    books = Book.opened(config.book_files or (bundled_book_path(),))
    return books, market_of(config.market, books), scenarios_of(config.scenarios, ())


def _names(book: Book, market: Market, scenarios: Sequence[Scenario]) -> dict[str, object]:
    """Return what settings have for inputs: paths and bundled names; of a program's own, and by default, nothing."""
    return {
        "market": None if market.path == market_path_for(book.paths) else market.path,
        "book_files": () if book.paths == (bundled_book_path(),) else book.paths,
        "scenarios": tuple(each.source or each.name for each in scenarios),
    }
