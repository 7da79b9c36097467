"""Limits on risk figures, each checked alone: one with a fault costs no other."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticKnownError

from engine.conventions.currencies import HOME
from engine.errors import Fault
from engine.inputs.currency_code import CurrencyCode
from engine.inputs.run import Confidence
from engine.inputs.toml.faults import faults_of
from engine.inputs.toml.read import Strict
from engine.risk.measures.registry import measures_by_label
from engine.scenario.default_scenario import DEFAULT_SCENARIO

EXACT = ("stress", "DV01")  # figures without Monte Carlo error that a limit may be on
ALL_CURVES = "all"  # the DV01 of all curves together


def _positive(value: float) -> float:
    if value <= 0.0:
        raise ValueError(f"must be a positive loss, got {value!r}")
    return value


def _known_measure(value: str) -> str:
    if value not in (known := _measures()):
        *others, last = map(repr, known)
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(others)} or {last}"})
    return value


def _measures() -> tuple[str, ...]:
    """Return what a limit may be on: a registered tail measure, or an exact figure."""
    return (*measures_by_label(), *EXACT)


def _described(text: str) -> Callable[[dict[str, Any]], None]:
    """Describe a key in the schema when it is asked for, with the names of the tail measures at {tail}."""
    return lambda schema: schema.update(description=text.format(tail=", ".join(measures_by_label())))


def _describe_measure(schema: dict[str, Any]) -> None:
    exact = "stress: loss by a scenario's shock alone; DV01: loss for +1 bp."
    _described(f"{{tail}}: at `confidence`; {exact}")(schema)
    schema.update(enum=list(_measures()))


class Limit(Strict):
    """The most that a figure may be."""

    name: str | None = Field(default=None, min_length=1, description="In messages. Default: its number in the file.")
    measure: Annotated[str, AfterValidator(_known_measure)] = Field(json_schema_extra=_describe_measure)
    amount: Annotated[float, AfterValidator(_positive)] = Field(description="In `currency`.")
    currency: CurrencyCode = HOME
    kind: Literal["hard", "soft"] = Field(default="hard", description="A breach of a hard limit ends with code 3.")
    run: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a run, or a glob over names: each of them. Default: the first run that has the figure.",
    )
    scope: str = Field(default="total", min_length=1, description='"total", "book:NAME" or a glob over them.')
    scenario: str | None = Field(
        default=None,
        json_schema_extra=_described(
            f"{{tail}}: {DEFAULT_SCENARIO} unless given, and the batch says so. stress: needed."
        ),
    )
    confidence: Confidence | None = Field(
        default=None, json_schema_extra=_described("{tail}: needed; one of the run's.")
    )
    curve: str | None = Field(
        default=None, description='DV01: a curve such as "JGB"; unless given, all of them netted over currencies.'
    )
    each_currency: bool = Field(
        default=False, description="DV01: of each currency's curves alone, so that no currency is netted with another."
    )

    @property
    def scenario_held(self) -> str | None:
        """Return the scenario whose figures the limit is held to; None for DV01, which depends on none."""
        return None if self.measure == "DV01" else self.scenario or DEFAULT_SCENARIO

    @model_validator(mode="after")
    def _has_what_its_measure_needs(self) -> "Limit":
        tail = self.measure in measures_by_label()
        if tail and self.confidence is None:
            raise ValueError(f"a limit on {self.measure} needs `confidence`, such as 0.99")
        if not tail and self.confidence is not None:
            raise ValueError(f"a limit on {self.measure} has no `confidence`")
        if self.measure == "stress" and self.scenario is None:
            raise ValueError("a limit on stress needs `scenario`, such as 'august-2024'")
        if self.measure == "DV01" and self.scenario is not None:
            raise ValueError("a limit on DV01 has no `scenario`: it is measured in the unshocked market")
        if self.measure != "DV01" and (self.curve is not None or self.each_currency):
            raise ValueError(f"a limit on {self.measure} has no `{'curve' if self.curve else 'each_currency'}`")
        if self.curve is not None and self.each_currency:
            raise ValueError(f"`curve` and `each_currency` exclude each other; {self.curve!r} is of one currency")
        return self


def describe_limits(schema: dict[str, Any]) -> None:
    """Describe the key of a batch file that holds limits, with the measures that are registered by then."""
    schema.update(anyOf=[{"type": "string"}, {"type": "array", "items": Limit.model_json_schema()}])


class _LimitTables(Strict):
    limits: tuple[Limit, ...]


def checked_limits(
    tables: tuple[Any, ...], text: str | None, source: str
) -> tuple[tuple[Limit, ...], tuple[Fault, ...]]:
    """Return the limits of `[[limits]]` tables that have no fault, named, and the faults of the others."""
    data = {"limits": tables}
    faults: tuple[Fault, ...] = ()
    bad: set[Any] = set()
    try:
        _LimitTables.model_validate(data)
    except ValidationError as error:
        found = faults_of(error, _LimitTables, data, text)
        faults = tuple(Fault(message=f"{source}: {each}") for each in found)
        bad = {detail["loc"][1] for detail in error.errors() if len(detail["loc"]) > 1}
    good = [(i, Limit.model_validate(table)) for i, table in enumerate(tables) if i not in bad]
    named = (each if each.name else each.model_copy(update={"name": f"limit {i + 1}"}) for i, each in good)
    return tuple(named), faults
