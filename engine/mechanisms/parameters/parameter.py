"""How a mechanism declares a parameter, once.

A mechanism is a frozen dataclass whose fields are made with `parameter`: type, range, unit, default, source, meaning,
and the field of the kernels' record that takes it unchanged. From that follow the scenario file's schema, the checks
of ranges, the law's record, `unwind schema scenario` and docs/reference/mechanisms.md.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum, auto
from typing import Any

from engine.market.factors import FactorKind
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.sizes import Sizes

LATEST_DAY = 10_000  # business day of a jump or a sale: beyond any horizon
DAYS = "business days"  # after the start: the unit by which a day beyond the horizon is found
_DECLARED = "parameter"  # key of a dataclass field's metadata


class Form(Enum):
    """How a file writes a parameter that is no number, text, switch or table of its own."""

    PLAIN = auto()  # a number, text, a switch, a table or a list of tables: the field's own type
    FACTOR = auto()  # a factor's name
    BY_FACTOR = auto()  # a table: factor or glob -> size
    BY_REGIME = auto()  # a table: regime, or "*" for all -> size
    NAMED = auto()  # BY_FACTOR, or the name of one of `sets`; the field NAME_name keeps the name
    LOADINGS = auto()  # a list of BY_FACTOR
    MULTIPLIERS = auto()  # a list of tables with `factor` and `multiplier`
    CORRELATIONS = auto()  # a list of tables with two `factors` and a `value`
    CHOICE = auto()  # one of the names of `choices`


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What is declared of one parameter."""

    doc: str  # what it means, in whole words
    unit: str = ""  # "USD bn", "per year", "fraction"; "" of text and switches
    low: float = -math.inf  # the smallest value, of numbers and of each size in a table
    high: float = math.inf
    is_open: bool = False  # `low` itself lies outside
    source: str = ""  # where the default comes from, "assumption", or "assumption: ..."
    hint: str = ""  # what the error says beside the range
    kernel: str | None = None  # the field of kernels.law_layout.LAW that takes it unchanged
    form: Form = Form.PLAIN
    most: int | None = None  # elements of a list, characters of a text
    is_name: bool = False  # elements of a list that agree in it meet when a file extends another
    sets: Mapping[str, Sizes] = field(default_factory=dict)  # of Form.NAMED
    choices: Mapping[str, Any] = field(default_factory=dict)  # of Form.CHOICE, by name
    largest: Mapping[FactorKind, float] = field(default_factory=dict)  # of sizes by the kind of factor, without sign
    one: str = ""  # what one such size is, "a drift per year"

    def is_within(self, value: float) -> bool:
        """Return whether a number lies in the range; NaN does not."""
        return self.low <= value <= self.high and not (self.is_open and value == self.low)

    def range_text(self) -> str:
        """Return the range as a person writes it: `[0, 1]`, `above 0`; "" where any number will do."""
        if math.isinf(self.low) and math.isinf(self.high):
            return ""
        if math.isinf(self.high):
            return f"{'above' if self.is_open else 'at least'} {self.low:g}"
        if math.isinf(self.low):
            return f"at most {self.high:g}"
        return f"{'(' if self.is_open else '['}{self.low:g}, {self.high:g}]"

    def wanted(self) -> str:
        """Return what a number must do: `lie in [0, 1e4] (USD bn)`, `be above 0`."""
        verb = "be" if math.isinf(self.low) or math.isinf(self.high) else "lie in"
        return f"{verb} {self.range_text()}{f' ({self.unit})' if self.unit else ''}"


def parameter(*, default: Any = MISSING, above: float | None = None, **declared: Any) -> Any:
    """Declare a dataclass field as a parameter, by the fields of `Parameter`.

    `above` is a `low` that itself lies outside. Without a default a file must give it.
    """
    if above is not None:
        declared |= {"low": above, "is_open": True}
    return field(default=default, metadata={_DECLARED: Parameter(**declared)})


def source_text() -> Any:
    """Declare the field that says where a part's figures come from."""
    return parameter(doc="Where the figures come from, or 'assumption: ...'.")


def parameters(part: type) -> dict[str, Parameter]:
    """Return what a mechanism's dataclass declares, by field, in its order."""
    return {each.name: each.metadata[_DECLARED] for each in fields(part) if _DECLARED in each.metadata}


def default_of(part: type, name: str) -> Any:
    """Return a parameter's default; dataclasses.MISSING where it has none."""
    return next(each.default for each in fields(part) if each.name == name)


def description(part: type, name: str) -> str:
    """Return a parameter's meaning as a file's schema has it: with its default and where that comes from."""
    declared = parameters(part)[name]
    if not declared.source:
        return declared.doc
    is_assumed = declared.source.startswith("assumption")
    why = f" (assumption){declared.source.removeprefix('assumption')}" if is_assumed else f": {declared.source}"
    return f"{declared.doc} Default {default_of(part, name):g}{why}."


def kernel_record(part: Any) -> dict[str, float]:
    """Return the fields of kernels.law_layout.LAW that parameters of a part go to unchanged."""
    declared = parameters(type(part))
    return {each.kernel: getattr(part, name) for name, each in declared.items() if each.kernel is not None}


def check_ranges(part: Any, at: str, findings: Findings) -> None:
    """Refuse every number of a part that lies outside its range; `at` is the part's place, such as `carry.`."""
    bounded = ((name, each) for name, each in parameters(type(part)).items() if each.range_text())
    for name, declared in bounded:
        for where, value in _numbers(getattr(part, name), f"{at}{name}", declared.form):
            if not declared.is_within(value):
                hint = f"; {declared.hint}" if declared.hint else ""
                findings.refuse(where, f"must {declared.wanted()}, got {value!r}{hint}")


def _numbers(value: Any, at: str, form: Form) -> Iterator[tuple[str, float]]:
    """Yield place and value of each number that a range is declared for."""
    if form in (Form.BY_FACTOR, Form.BY_REGIME, Form.NAMED):
        yield from ((key_of(at, key), size) for key, size in value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield at, value
