"""What a mechanism makes of a law: fields of the kernels' record, and changes of the arrays of a step."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from engine.law.diffusion import Steps
from engine.law.past.filtered import RowLaw, RowSteps
from engine.market.market import Market
from engine.mechanisms.unwind import Unwind

Record = dict[str, float]  # fields of kernels.law_layout.LAW; those left out are 0


@dataclass(frozen=True, kw_only=True, eq=False)
class LawSetting:
    """What the law of a scenario is made for."""

    market: Market  # in the scenario: where every path starts
    base: Market  # before the scenario's shocks, from which losses and the pick-up of those who sell count
    dt: float  # years of a step; of a law by rows, whose steps span weekdays, their mean
    n_steps: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the factors' names, in their order."""
        return tuple(factor.name for factor in self.market.factors)


RecordOf = Callable[[Unwind, LawSetting], Record]
ChangeSteps = Callable[[Unwind, LawSetting, Steps], Steps]
ChangeRows = Callable[[Unwind, LawSetting, RowLaw, RowSteps], RowSteps]
ChangeTable = Callable[[Unwind, LawSetting, RowLaw], RowLaw]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPart:
    """How one mechanism enters a law."""

    key: str  # of the mechanism in `engine.mechanisms.registry`
    fields: tuple[str, ...] = ()  # of LAW that it alone feeds, beside those that its parameters are declared to
    record: RecordOf | None = None
    change_steps: ChangeSteps | None = None  # what it does to drift, chol and convexity of every regime's step
    change_rows: ChangeRows | None = None  # what it does to the drift of a step by rows of past days
    change_table: ChangeTable | None = None  # what it does to the rows of past days themselves
    feeds_back: bool = False  # whether the kernels' part for sales is needed for it
