"""Numbers as a reader sees them: no more digits than their error allows, and the record's own value beneath."""

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

_SIZES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))
_MINUS = "\N{MINUS SIGN}"
_SIGNIFICANT = 2  # digits of an error
_EXACT = 4  # digits of a figure without error
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A figure: rounded for the eye, whole in the page's source."""

    value: float  # as in the record, in its unit
    text: str

    def __html__(self) -> str:
        """The figure as an element that carries its value."""
        return f'<data value="{self.value!r}">{html.escape(self.text)}</data>'


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that is not there, and why in a few words."""

    reason: str

    def __html__(self) -> str:
        """The reason, set apart."""
        return f'<span class="missing">{html.escape(self.reason)}</span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its standard errors: the simulation's, and that of the law's table of past days."""

    value: Number
    error: Number | Missing | None  # of the simulation; None: the figure is exact
    table: Number | Missing | None = None  # of the table; None: the law has none
    second: str = "table"  # what the second error is of

    def __html__(self) -> str:
        """The figure, and the errors set apart; the table's by its name."""
        error = "exact" if self.error is None else f"± {self.error.__html__()}"
        table = "" if self.table is None else f' <span class="se">± {self.table.__html__()} {self.second}</span>'
        return f'{self.value.__html__()} <span class="se">{error}</span>{table}'


Figure = Number | Missing | Estimate

NONE = Missing("none")
NOT_A_NUMBER = Missing("not a number")
NOT_BOUNDED = Missing("not bounded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One unit for all amounts that are read together."""

    divisor: float
    unit: str  # "JPY billion"

    def amount(self, value: float | None) -> Number | Missing:
        """Show an amount without error, to four digits."""
        if value is None:
            return NONE
        return _fault(value) or self._number(value, max(_decimals(value / self.divisor, _EXACT), 0))

    def estimate(
        self,
        value: float | None,
        se: float | None,
        table_se: float | None = None,
        *,
        signed: bool = False,
        second: str = "table",
    ) -> Figure:
        """Show an amount with its standard errors, to their second digit; no error: it is exact.

        se         of the simulation
        table_se   of the law's table of past days, or what `second` names; None: it has none
        """
        if value is None or not (se or table_se):
            return self.amount(value)
        if fault := _fault(value):
            return fault
        table = self._error(table_se) if table_se is not None else None
        if fault := _fault(se or 0.0):
            number = self._number(value, _decimals(value / self.divisor), signed=signed)
            return Estimate(value=number, error=fault, table=table, second=second)
        decimals = _decimals((se or table_se or 0.0) / self.divisor)
        return Estimate(
            value=self._number(value, decimals, signed=signed),
            error=self._error(se) if se else None,
            table=table,
            second=second,
        )

    def edge(self, value: float, width: float) -> Number | Missing:
        """Show a bin's end, to the second digit of the bin's width."""
        return _fault(value) or self._number(value, _decimals(width / self.divisor))

    def plain(self, value: float) -> str:
        """Return an amount for running text and charts, with three digits."""
        if _fault(value):
            return "not a number"
        scaled = value / self.divisor
        return _fixed(scaled, _decimals(scaled, 3))

    def _error(self, se: float) -> Number | Missing:
        return _fault(se) or self._number(se, _decimals(se / self.divisor))

    def _number(self, value: float, decimals: int, *, signed: bool = False) -> Number:
        return Number(value=value, text=_fixed(value / self.divisor, decimals, signed=signed))


def scale_of(currency: str, values: Iterable[float | None], per: str = "") -> Scale:
    """Choose the unit in which the largest amount has one to three digits before the point.

    per   what follows the unit: " per bp"
    """
    largest = max((abs(value) for value in values if value is not None and math.isfinite(value)), default=0.0)
    divisor, name = next(((size, name) for size, name in _SIZES if largest >= size), (1.0, ""))
    return Scale(divisor=divisor, unit=f"{currency} {name}".strip() + per)


def difference_se(one: float, other: float) -> float:
    """Return the standard error of a difference of two independent estimates; on common draws it is at most that."""
    return math.hypot(one, other)


def percent(fraction: float | None) -> Figure:
    """Show a fraction in percent, to three digits and at most one decimal."""
    if fraction is None:
        return NONE
    if fault := _fault(fraction):
        return fault
    decimals = 1 if abs(fraction) < 1.0 else 0
    return Number(value=fraction, text=f"{_fixed(100.0 * fraction, decimals)} %")


def probability(value: float | None, *, exact: bool = False) -> Figure:
    """Show a probability in percent; beyond 0.1 % and 99.9 % only on which side."""
    if value is None:
        return Missing("not known")
    if fault := _fault(value):
        return fault
    if exact:
        return Number(value=value, text="certain" if value else "no")
    shown = f"{100.0 * value:.1f} %" if 0.001 <= value <= 0.999 else "< 0.1 %" if value < 0.5 else "> 99.9 %"
    return Number(value=value, text=shown)


def correlation(value: float | None) -> Figure:
    """Show a correlation, to two decimals."""
    if value is None:
        return NONE
    return _fault(value) or Number(value=value, text=_fixed(value, 2))


def level(value: float, unit: str) -> Figure:
    """Show a market level: a rate or vol in percent, another to five digits."""
    if fault := _fault(value):
        return fault
    shown = f"{_fixed(100.0 * value, 2)} %" if "decimal" in unit else _fixed(value, max(_decimals(value, 5), 0))
    return Number(value=value, text=shown)


def count(value: int) -> Number:
    """Show a whole number."""
    return Number(value=value, text=f"{value:,}")


def confidence_text(confidence: float) -> str:
    """Show 0.975 as "97.5 %"."""
    return f"{100.0 * confidence:.10g} %"


def _fault(value: float) -> Missing | None:
    if math.isnan(value):
        return NOT_A_NUMBER
    return None if math.isfinite(value) else NOT_BOUNDED


def _decimals(size: float, significant: int = _SIGNIFICANT) -> int:
    """Return the decimals that show so many digits of a size; negative where tens or hundreds are enough."""
    if size == 0.0:
        return 0
    return min(significant - 1 - math.floor(math.log10(abs(size))), _MOST_DECIMALS)


def _fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    text = f"{round(abs(value), decimals):,.{max(decimals, 0)}f}"
    if not text.strip("0.,"):
        return text  # zero has no sign
    return f"{_MINUS if value < 0.0 else '+' if signed else ''}{text}"
