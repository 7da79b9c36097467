"""Which columns a kind of position takes, and within which ranges."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.conventions.currencies import MAX_LOAN_YEARS, MAX_TERM_YEARS
from engine.conventions.currency import Range
from engine.instruments.rows.columns import ALWAYS

Run = tuple[str, int]  # what runs from `start_date` to `maturity`, and the years it may run at most

SWAP_RUN = ("a swap", MAX_TERM_YEARS)
LOAN_RUN = ("a loan", MAX_LOAN_YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FxColumns:
    """Columns whose range follows from the pair of currencies that a position is dealt in."""

    rates: tuple[str, ...] = ()
    strikes: tuple[str, ...] = ()
    names_other: bool = True  # the position may name the other currency in `against`
    pays_domestic: bool = False  # `notional` is an amount of the domestic currency, as a digital's


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind needs beside the columns that every position needs. Any other column must be empty."""

    currencies: Collection[str]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # exactly one of these
    at_most_one: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)  # low <= value < high, narrower than the column's
    interest: tuple[str, ...] = ()  # columns whose range is that of the currency's interest
    fx: FxColumns | None = None  # of FX; it may then fill `against`
    run: Run = SWAP_RUN
    adds_up: tuple[str, ...] = ()  # rows of one position_id are one position, these columns alike; (): a row is one
    longest_years: int = MAX_TERM_YEARS  # of a maturity, in calendar years after the valuation date

    def takes(self, column: str) -> bool:
        """Return whether a position of this kind may fill `column`."""
        other = ("against",) if self.fx is not None and self.fx.names_other else ()
        own = (*ALWAYS, "book", *other, *self.required, *self.optional, *self.one_of, *self.at_most_one)
        return column in own
