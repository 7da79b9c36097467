"""Load what a run starts from, and say which files it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.used_factors import used_factors
from engine.book.warnings.valued import valued_book_warnings
from engine.inputs.book.load import bundled_book_path
from engine.inputs.book.several import load_books
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import load_market, market_warnings
from engine.inputs.opened import open_once
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import load_scenarios
from engine.inputs.toml.read import TOML
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from engine.scenario.dated_events import event_notes
from engine.scenario.notes import far_tail_notes, horizon_notes, impact_notes
from engine.scenario.scenario import Scenario
from engine.scenario.silent_factors import silent_notes
from engine.scenario.under_laws import laws_for, under_laws


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What a run starts from, loaded and checked."""

    market: Market
    book: CompiledBook
    scenarios: tuple[Scenario, ...]  # as they were read, once
    names: tuple[str, ...]  # of the scenarios
    shocked: tuple[Market, ...]  # one a scenario
    unwinds: tuple[Unwind | None, ...]  # one a scenario
    horizon_days: int  # business days, within which events have their dates
    sha256: Mapping[str, str]  # of market file, book file, and each scenario's content, by "scenario:NAME"
    warnings: tuple[str, ...]
    is_of_files: bool = True  # False: something of it is a program's own, which no command can name

    def of(self, numbers: Sequence[int]) -> "Inputs":
        """Return the same with some of the scenarios alone, by their numbers."""
        return replace(
            self,
            scenarios=tuple(self.scenarios[s] for s in numbers),
            names=tuple(self.names[s] for s in numbers),
            shocked=tuple(self.shocked[s] for s in numbers),
            unwinds=tuple(self.unwinds[s] for s in numbers),
        )

    def with_scenarios(self, scenarios: Sequence[Scenario], names: Sequence[str]) -> "Inputs":
        """Return the same with other scenarios, by these names. Raises InputError where one does not fit the market."""
        shocked = [apply(scenario, self.market, self.horizon_days) for scenario in scenarios]
        return replace(
            self,
            scenarios=tuple(scenarios),
            names=tuple(names),
            shocked=tuple(each.market for each in shocked),
            unwinds=tuple(each.unwind for each in shocked),
        )


def load_inputs(config: RunConfig) -> Inputs:
    """Load market, books and scenarios, each file read once; none stands for the bundled ones. Raises InputError."""
    files = config.book_files or (bundled_book_path(),)
    opened = open_once(config.market or market_path_for(files), TOML)
    market = load_market(opened)
    book = load_books(files, market.valuation_date)
    return loaded_inputs(market, book, load_scenarios(config.scenarios), config, market_sha256=opened.sha256)


def loaded_inputs(
    market: Market, book: CompiledBook, scenarios: Sequence[Scenario], config: RunConfig, *, market_sha256: str
) -> Inputs:
    """Lay scenarios under the laws that a run asks for, and shock a market with each. Raises InputError."""
    laws, notes = laws_for(config.laws, market, config.horizon_days)
    inputs = inputs_of(market, book, under_laws(scenarios, laws), config, market_sha256=market_sha256)
    return replace(inputs, warnings=(*inputs.warnings, *notes))


def inputs_of(
    market: Market, book: CompiledBook, scenarios: Sequence[Scenario], config: RunConfig, *, market_sha256: str
) -> Inputs:
    """Shock a market with each scenario of a run. Raises InputError."""
    shocked = [apply(scenario, market, config.horizon_days) for scenario in scenarios]
    notes = tuple(note for each in shocked for note in each.notes)
    fits, used = fit(book, market), used_factors(book, market)
    contents = {f"scenario:{each.name}": scenario_sha256(each) for each in scenarios}
    return Inputs(
        market=market,
        book=book,
        scenarios=tuple(scenarios),
        names=tuple(each.name for each in scenarios),
        shocked=tuple(each.market for each in shocked),
        unwinds=tuple(each.unwind for each in shocked),
        horizon_days=config.horizon_days,
        sha256={"market": market_sha256, "book": book.sha256, **contents},
        warnings=(
            *market_warnings(market),
            *valued_book_warnings(book, market, fits),
            *notes,
            *silent_notes(scenarios, market, used),
            *(note for each in scenarios for note in horizon_notes(each, config.horizon_days)),
            *far_tail_notes(scenarios, config.horizon_days, config.confidences),
            *impact_notes(scenarios),
            *(note for each in scenarios for note in event_notes(each, market.valuation_date, config.horizon_days)),
        ),
    )


def scenario_sha256(scenario: Scenario) -> str:
    """Digest of what a scenario says, wherever it stands."""
    optional = [i for i, shock in enumerate(scenario.shocks) if shock.is_optional]
    added = (scenario.stress, scenario.followers, optional, sorted(scenario.optional_vols), scenario.uncertainty)
    # What is not in the scenario's text, so that a scenario without any of it keeps its digest.
    return sha256((repr(scenario) + repr(added) * any(added)).encode()).hexdigest()
