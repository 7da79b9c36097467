"""Which columns a kind of position takes, and within which ranges."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.conventions.currencies import MAX_LOAN_YEARS, MAX_TERM_YEARS
from engine.instruments.columns import ALWAYS

Range = tuple[float, float]  # low <= value < high
Run = tuple[str, int]  # what runs from `start_date` to `maturity`, and the years it may run at most

INTEREST_RANGE = (-0.1, 0.25)  # decimal per year
SWAP_RUN = ("a swap", MAX_TERM_YEARS)
LOAN_RUN = ("a loan", MAX_LOAN_YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind needs beside the columns that every position needs. Any other column must be empty."""

    currencies: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # exactly one of these
    at_most_one: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)  # narrower than the column's own limits
    run: Run = SWAP_RUN

    def takes(self, column: str) -> bool:
        """Return whether a position of this kind may fill `column`."""
        own = (*ALWAYS, "book", *self.required, *self.optional, *self.one_of, *self.at_most_one)
        return column in own
