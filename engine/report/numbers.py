"""Numbers as a reader sees them: three digits of a table's largest, and the record's own value beneath."""

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.conventions import amounts
from engine.conventions.amounts import MOST_DECIMALS, decimals_for
from engine.words.language import JAPANESE, Text, Wording, language, texts

_MINUS = "\N{MINUS SIGN}"
_OF_A_LEVEL = 5  # digits
TABLE = Text("table")
PER_BASIS_POINT = Text(" a bp")
_CERTAIN, _NO = texts("certain", "no")


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

    reason: Wording

    def __html__(self) -> str:
        """The reason, set apart."""
        return f'<span class="missing">{html.escape(str(self.reason))}</span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and those of its standard errors that reach its last digit: the simulation's, and that of a table."""

    value: Number
    error: Number | Missing | None  # of the simulation; None: below the last digit, or the figure is exact
    table: Number | Missing | None = None  # of the law's table of past days; None: as above, or the law has none
    second: Wording = TABLE  # what the second error is of

    @property
    def is_bare(self) -> bool:
        """Return whether no error is shown."""
        return self.error is None and self.table is None

    def __html__(self) -> str:
        """The figure, and the errors set apart; the table's by its name."""
        error = "" if self.error is None else f' <span class="se slot">±{self.error.__html__()}</span>'
        table = "" if self.table is None else f' <span class="se slot">±{self.table.__html__()} {self.second}</span>'
        return f"{self.value.__html__()}{error}{table}"


Figure = Number | Missing | Estimate

NONE = Missing(Text("none"))
NOT_A_NUMBER = Missing(Text("not a number"))
NOT_BOUNDED = Missing(Text("not bounded"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One unit and one number of decimals for all amounts that are read together."""

    divisor: float
    unit: str  # "JPY bn"
    decimals: int

    def amount(self, value: float | None, *, signed: bool = False) -> Number | Missing:
        """Show an amount without error; `signed` is for what adds to another, or takes off."""
        if value is None:
            return NONE
        return _fault(value) or self._number(value, self.decimals, signed=signed)

    def estimate(
        self,
        value: float | None,
        se: float | None,
        table_se: float | None = None,
        *,
        second: Wording = TABLE,
        signed: bool = False,
    ) -> Figure:
        """Show an amount with those of its standard errors that reach its last digit.

        se         of the simulation; None or 0: it has none
        table_se   of the law's table of past days, or what `second` names; None: it has none
        """
        return self._estimate(value, (se, table_se), self.decimals, second=second, signed=signed)

    def change(self, value: float | None, se: float | None) -> Figure:
        """Show a change or a part of one: with its sign, and one decimal more than amounts have.

        se   paired, or of two independent runs; None: not known
        """
        return self._estimate(value, (se, None), min(self.decimals + 1, MOST_DECIMALS), signed=True)

    def plain(self, value: float, *, signed: bool = False) -> str:
        """Return an amount for running text and charts, as a table has it."""
        if _fault(value):
            return str(NOT_A_NUMBER.reason)
        return _fixed(value / self.divisor, self.decimals, signed=signed)

    def money(self, value: float) -> str:
        """Return an amount with its unit, for a sentence."""
        if language() == JAPANESE:
            return f"{self.plain(value)}{self.unit}"
        currency, _, size = self.unit.partition(" ")
        return f"{currency} {self.plain(value)} {size}".strip()

    def _estimate(
        self,
        value: float | None,
        ses: tuple[float | None, float | None],
        decimals: int,
        *,
        second: Wording = TABLE,
        signed: bool = False,
    ) -> Figure:
        if value is None:
            return NONE
        if fault := _fault(value):
            return fault
        error, table = (self._error(se, decimals) for se in ses)
        number = self._number(value, decimals, signed=signed)
        return Estimate(value=number, error=error, table=table, second=second)

    def _error(self, se: float | None, decimals: int) -> Number | Missing | None:
        if se is None:
            return None
        if fault := _fault(se):
            return fault
        return self._number(se, decimals) if round(se / self.divisor, decimals) > 0.0 else None

    def _number(self, value: float, decimals: int, *, signed: bool = False) -> Number:
        return Number(value=value, text=_fixed(value / self.divisor, decimals, signed=signed))


def scale_of(currency: str, values: Iterable[float | None], per: Wording = "") -> Scale:
    """Choose the unit in which the largest amount has one to three digits before the point, and three in all.

    per   what follows the unit: " a bp"
    """
    found = amounts.scale_of(currency, values)
    decimals = max(found.decimals, 0) if language() == JAPANESE else found.decimals
    return Scale(divisor=found.divisor, unit=f"{found.unit}{per}", decimals=decimals)


def difference_se(one: float, other: float) -> float:
    """Return the standard error of a difference of two independent estimates."""
    return math.hypot(one, other)


def percent(fraction: float | None) -> Figure:
    """Show a fraction in whole percent."""
    if fraction is None:
        return NONE
    if fault := _fault(fraction):
        return fault
    return Number(value=fraction, text=f"{_fixed(100.0 * fraction, 0)} %")


def probability(value: float | None, *, exact: bool = False) -> Figure:
    """Show a probability in percent; beyond 0.1 % and 99.9 % only on which side."""
    if value is None:
        return Missing(Text("not known"))
    if fault := _fault(value):
        return fault
    if exact:
        return Number(value=value, text=str(_CERTAIN if value else _NO))
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
    decimals = min(max(decimals_for(value, _OF_A_LEVEL), 0), MOST_DECIMALS)
    shown = f"{_fixed(100.0 * value, 2)} %" if "decimal" in unit else _fixed(value, decimals)
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


def _fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    return amounts.fixed(value, decimals, signed=signed, minus=_MINUS)
