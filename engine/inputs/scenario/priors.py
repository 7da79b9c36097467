"""The table [uncertainty] of a scenario file: a prior by the dotted name of each parameter, in quotes.

A prior's table takes the keys of its kind, by the declarations of `engine.scenario.uncertainty.priors`.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import Field, ValidationError, create_model

from engine.errors import Fault, did_you_mean
from engine.inputs.scenario.tables import part_of, table_of
from engine.inputs.toml.faults import Keys, faults_at
from engine.inputs.toml.read import Strict
from engine.scenario.uncertainty.priors import PRIORS, AbstractPrior
from engine.scenario.uncertainty.uncertain_parameters import KEY, UncertainParameter

MOST = 256  # uncertain parameters of a scenario
DESCRIPTION = (
    'Priors of parameters, each by its dotted name in quotes, such as "carry.leverage": `unwind run --parameters` draws'
    " sets of values from them. A prior takes the place of one that a file further down gives, whole."
)
_KIND = "prior"  # the key that names the kind, as `_table` has it

PriorTable = dict[str, Any]  # as the file has it
FaultAt = Callable[[Keys, str], Fault]


def add_prior_schema(schema: dict[str, Any]) -> None:
    """Add to the schema of the table what a prior may hold: one of the kinds, each with its own keys."""
    schema["additionalProperties"] = {"oneOf": [_inlined(_table(each).model_json_schema()) for each in PRIORS.values()]}


def uncertainty_of(
    tables: Mapping[str, PriorTable], fault_at: FaultAt
) -> tuple[tuple[UncertainParameter, ...], list[Fault]]:
    """Return a file's priors, and what is wrong with others; `fault_at` makes a fault of its keys and a message."""
    found, faults = list[UncertainParameter](), list[Fault]()
    for name, table in tables.items():
        own = _faults(name, table, fault_at)
        faults += own
        if not own:
            found.append(UncertainParameter(name=name, prior=_prior(table)))
    return tuple(found), faults


def _prior(table: PriorTable) -> AbstractPrior:
    prior = PRIORS[table[_KIND]]
    return part_of(prior, _table(prior).model_validate(table))


def _faults(name: str, table: PriorTable, fault_at: FaultAt) -> list[Fault]:
    at: Keys = (KEY, name)
    if _KIND not in table:
        if inner := next((key for key, value in table.items() if isinstance(value, dict)), None):
            return [fault_at(at, f'write the whole name in quotes: "{name}.{inner}" = {{ {_KIND} = ... }}')]
        return [fault_at(at, f"the key `{_KIND}` is missing: one of {', '.join(PRIORS)}")]
    kind = table[_KIND]
    if kind not in PRIORS:
        near = did_you_mean(kind, [*PRIORS]) if isinstance(kind, str) else ""
        return [fault_at((*at, _KIND), f"must be one of {', '.join(PRIORS)}, got {kind!r}{near}")]
    model = _table(PRIORS[kind])
    try:
        model.model_validate(table)
    except ValidationError as error:
        return faults_at(error, model, table, lambda keys, message: fault_at((*at, *keys), message))
    return []


@cache
def _table(prior: type[AbstractPrior]) -> type[Strict]:
    """Return the model of a prior's table: its kind, and the keys that it declares."""
    kind: Any = (Literal[prior.kind], Field(description="The kind of prior."))
    return create_model(f"{prior.__name__}Prior", __base__=table_of(prior), __doc__=inspect.getdoc(prior), prior=kind)


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its definitions in their places, so that it can stand within another."""
    definitions = schema.pop("$defs", {})

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return whole(definitions[value["$ref"].rpartition("/")[2]])
            return {key: whole(each) for key, each in value.items()}
        return [whole(each) for each in value] if isinstance(value, list) else value

    return {key: whole(value) for key, value in schema.items()}
