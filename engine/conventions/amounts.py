"""Amounts as a reader sees them: three digits of a table's largest total, one unit, one number of decimals.

Terminal and report say an amount by these rules, so that a figure reads the same on both.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.conventions.figure_words import EASTERN_UNITS, OKU, UNITS
from engine.words.language import JAPANESE, currency_name, language

SIGNIFICANT = 3  # digits of the largest total
MOST_DECIMALS = 6
NOT_BOUNDED = "?"  # too few paths lie that far out to bound it
NOT_APPLICABLE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One unit and one number of decimals for all amounts that are read together."""

    divisor: float
    unit: str  # "JPY bn", in Japanese "億円"
    decimals: int = 1

    def amount(self, value: float, *, signed: bool = False) -> str:
        """Return an amount as "1,234.5", a change as "+1.2"; "?": not bounded by the sample."""
        return fixed(value / self.divisor, self.decimals, signed=signed) if math.isfinite(value) else NOT_BOUNDED

    def in_words(self, value: float, *, signed: bool = False) -> str:
        """Return an amount for a sentence below its table's unit: in Japanese with the unit, as is usual there."""
        unit = self.unit if language() == JAPANESE and math.isfinite(value) else ""
        return f"{self.amount(value, signed=signed)}{unit}"

    def error(self, se: float) -> str:
        """Return a standard error as " ±0.1" where it reaches the last digit of its figure, else nothing."""
        if not math.isfinite(se):
            return f" ±{NOT_BOUNDED}"
        return f" ±{self.amount(se)}" if round(se / self.divisor, self.decimals) > 0.0 else ""

    def estimate(self, value: float, se: float, *, signed: bool = False) -> str:
        """Return an estimate as "1.2 ±0.1": the value, and one standard error where it reaches the last digit."""
        return f"{self.amount(value, signed=signed)}{self.error(se)}" if math.isfinite(value) else NOT_BOUNDED

    def with_table(
        self, value: float, se: float, table_se: float | None, *, is_exact: bool, signed: bool = False
    ) -> str:
        """Return an estimate with the error of its law's table of past days behind a second ±, or behind "exact".

        Each where it reaches the last digit. Of the second alone, two blanks keep the place of the first: a table has
        a column for each, so that one is not taken for the other.
        """
        if table_se is None or not math.isfinite(value):
            return self.estimate(value, se, signed=signed)
        of_table = self.error(table_se)
        own = " exact" * bool(of_table) if is_exact else self.error(se) or " " * bool(of_table)
        return f"{self.amount(value, signed=signed)}{own}{of_table}"

    @property
    def finer(self) -> "Scale":
        """Return the scale of changes: one decimal more than amounts have."""
        return replace(self, decimals=min(self.decimals + 1, MOST_DECIMALS))

    @property
    def rough(self) -> "Scale":
        """Return the scale of amounts beside changes: one decimal less."""
        return replace(self, decimals=max(self.decimals - 1, 0))


def scale_of(currency: str, values: Iterable[float | None], *, least_decimals: int = 0) -> Scale:
    """Choose the unit in which the largest amount has one to three digits before the point, and three in all.

    least_decimals   that a table keeps whatever its largest total is, where small parts stand below it
    """
    largest = max((abs(value) for value in values if value is not None and math.isfinite(value)), default=0.0)
    units = EASTERN_UNITS if language() == JAPANESE else UNITS
    divisor, name = next(((size, name) for size, name in units if largest >= size), (1.0, ""))
    decimals = min(max(decimals_for(largest / divisor, SIGNIFICANT), least_decimals), MOST_DECIMALS)
    if language() == JAPANESE:
        decimals = 1 if divisor == OKU else decimals
        return Scale(divisor=divisor, unit=f"{name}{currency_name(currency)}", decimals=decimals)
    return Scale(divisor=divisor, unit=f"{currency} {name}".strip(), decimals=decimals)


def decimals_for(size: float, significant: int) -> int:
    """Return the decimals that show so many digits of a size; negative where tens or hundreds are enough."""
    return significant - 1 - math.floor(math.log10(abs(size))) if size else 0


def fixed(value: float, decimals: int, *, signed: bool = False, minus: str = "-") -> str:
    """Return a number with so many decimals; zero has no sign."""
    text = f"{round(abs(value), decimals):,.{max(decimals, 0)}f}"
    if not text.strip("0.,"):
        return text
    return f"{minus if value < 0.0 else '+' if signed else ''}{text}"
