"""A run explained, scenario by scenario, and what adds in one of them and takes off in another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.analysis.contributions.figures import Figure
from engine.explain.run.places import NO_MOVE
from engine.explain.run.run_source import MeasuredRun
from engine.explain.run.scenario_explanation import Contribution, ScenarioExplanation, scenario_explanation
from engine.explain.run.tail_paths import drawn_tail, exact_tail
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.results import ScopeResult

SIGNIFICANT_SE = 2.0  # standard errors that a part must lie from 0 before anything is said of its sign


@dataclass(frozen=True, slots=True, kw_only=True)
class SignChange:
    """A book or a part of the market that adds to ES in one scenario and takes off in another, beyond the errors."""

    name: str
    words: str  # in a sentence
    is_book: bool
    adds_in: str  # scenario in which it adds most
    adds: Figure
    takes_off_in: str  # scenario in which it takes off most
    takes_off: Figure  # below 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExplanation:
    """Why a run's figures are what they are, in its currency."""

    valuation_date: date
    horizon_days: int
    confidence: float
    currency: str
    seed: int
    steps: str  # "one" or "daily"
    scenarios: tuple[ScenarioExplanation, ...]
    sign_changes: tuple[SignChange, ...]
    warnings: tuple[str, ...]  # what was accepted or repaired in the run's inputs


def run_explanation(run: MeasuredRun) -> RunExplanation:
    """Explain every scenario of a run at its highest confidence.

    Raises
    ------
    InputError
        A scenario has no tail, or too few paths in it.
    RiskError
        The device failed.
    """
    prepared = run.ready.prepared
    confidence = max(prepared.config.confidences)
    scenarios = tuple(_scenario(run, total, confidence) for total in run.totals)
    return RunExplanation(
        valuation_date=prepared.inputs.market.valuation_date,
        horizon_days=prepared.config.horizon_days,
        confidence=confidence,
        currency=prepared.config.currency,
        seed=prepared.config.seed,
        steps="one" if prepared.parts[0].packed.n_steps == 1 else "daily",
        scenarios=scenarios,
        sign_changes=(
            *sign_changes({each.scenario: each.books for each in scenarios}, is_book=True),
            *sign_changes({each.scenario: _moving(each.factors) for each in scenarios}, is_book=False),
        ),
        warnings=prepared.inputs.warnings,
    )


def _moving(factors: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Return the parts of the market, without what no factor's move makes: a scenario's own shock, ageing."""
    return tuple(each for each in factors if each.name not in NO_MOVE)


def _scenario(run: MeasuredRun, total: ScopeResult, confidence: float) -> ScenarioExplanation:
    part, number = run.ready.place_of(total.scenario)
    tail = next(each for each in total.measures if each.confidence == confidence)
    for whole in run.whole:
        if whole.name == total.scenario:
            return scenario_explanation(exact_tail(part, number, tail, whole.moves), total)
    return scenario_explanation(drawn_tail(part, number, tail, run.ready.n_paths), total)


def sign_changes(parts: dict[str, Sequence[Contribution]], *, is_book: bool) -> Iterator[SignChange]:
    """Yield what adds to ES in one scenario and takes off in another, by more than two standard errors each.

    parts   scenario -> its parts
    """
    for name, words in {each.name: each.words for found in parts.values() for each in found}.items():
        figures = {
            scenario: each.figures[EXPECTED_SHORTFALL.key]
            for scenario, found in parts.items()
            for each in found
            if each.name == name and EXPECTED_SHORTFALL.key in each.figures
        }
        adding = {key: each for key, each in figures.items() if each.value > SIGNIFICANT_SE * each.error}
        saving = {key: each for key, each in figures.items() if each.value < -SIGNIFICANT_SE * each.error}
        if adding and saving:
            most, least = max(adding, key=lambda key: adding[key].value), min(saving, key=lambda key: saving[key].value)
            yield SignChange(
                name=name,
                words=words,
                is_book=is_book,
                adds_in=most,
                adds=adding[most],
                takes_off_in=least,
                takes_off=saving[least],
            )
