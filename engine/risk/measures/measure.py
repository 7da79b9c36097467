"""What a tail measure is: its names, what it means, and how it is estimated from what a run keeps of a tail."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.risk.book_lines import BookComponents, BookTail
from engine.risk.estimate import Estimate
from engine.risk.ordered_tail import OrderedTail, worst_of
from engine.risk.ranks import Confidence
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Euler's rule for a measure: components of books that add up to the total's figure."""

    meaning: str  # "what a book loses on average where all books lose VaR"
    components: Callable[[BookTail], BookComponents | None]  # None: the tail holds too few paths


@dataclass(frozen=True, slots=True, kw_only=True)
class TailMeasure:
    """A measure of the loss tail at a confidence, in the P&L's currency; a loss is positive."""

    key: str  # in JSON, records and metrics: "value_at_risk"
    label: str  # in tables, and what a limit file calls it: "VaR"
    name: str  # in prose: "value at risk"
    definition: str  # in a sentence
    meaning: str  # below a table of a run, with {odds} for 1 - confidence in words
    is_cash_invariant: bool  # a sure gain lowers it by as much; False: it is a spread, the same around any point
    quantiles: Callable[[Confidence], tuple[Confidence, ...]]  # confidences whose order statistics a run must keep
    estimate: Callable[[OrderedTail, Confidence], Estimate]
    contribution: Contribution | None  # None: it has no Euler components

    def of_sample(self, pnl: F64, confidence: Confidence) -> float:
        """Return the measure of a P&L vector (n_paths,) [currency], gains positive, in any order.

        Raises
        ------
        InputError
            `confidence` is out of range, or `pnl` is empty or not finite.
        """
        return self.estimate(worst_of(pnl, self.quantiles(confidence)), confidence).value

    def around_shock(self, value: float, shock_pnl: float) -> float:
        """Return the measure from the shocked state, of which `value` [currency] is that from the unshocked base.

        shock_pnl   [currency] of the shock alone; gains positive
        """
        return value + shock_pnl if self.is_cash_invariant else value


def around_shock_key(key: str) -> str:
    """Return what JSON and records call a measure that is counted from the shocked state."""
    return f"{key}_around_shock"


def component_key(key: str) -> str:
    """Return what records call a book's component of a measure."""
    return f"component_{key}"
