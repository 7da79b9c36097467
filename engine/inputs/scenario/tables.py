"""A scenario file's tables of mechanisms, made from the mechanisms' own declarations: schema and reader in one."""

import inspect
import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, create_model

from engine.inputs.scenario.overrides import CorrelationOverride, VolMultiplier
from engine.inputs.toml.parameters import ByFactor, fewer_required, sizes
from engine.inputs.toml.read import Strict
from engine.mechanisms.parameters.parameter import Form, Parameter, default_of, description, parameters
from engine.mechanisms.registry import MECHANISMS
from engine.mechanisms.unwind import Unwind

P = TypeVar("P")
Head = TypeVar("Head", bound=Strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """How a form of parameter stands in a file, and as what the engine has it."""

    type: Any  # pydantic's
    to_engine: Callable[[Any], Any]
    to_file: Callable[[Any], Any] = dict  # of a default


FORMS: dict[Form, FileForm] = {
    Form.FACTOR: FileForm(type=str, to_engine=str, to_file=str),
    Form.BY_FACTOR: FileForm(type=ByFactor, to_engine=sizes),
    Form.BY_REGIME: FileForm(type=dict[str, float], to_engine=sizes),
    Form.NAMED: FileForm(type=ByFactor, to_engine=sizes),
    Form.LOADINGS: FileForm(
        type=tuple[ByFactor, ...], to_engine=lambda tables: tuple(sizes(each) for each in tables), to_file=tuple
    ),
    Form.MULTIPLIERS: FileForm(
        type=tuple[VolMultiplier, ...],
        to_engine=lambda tables: tuple((each.factor, each.multiplier) for each in tables),
        to_file=tuple,
    ),
    Form.CORRELATIONS: FileForm(
        type=tuple[CorrelationOverride, ...],
        to_engine=lambda tables: tuple((*each.factors, each.value) for each in tables),
        to_file=tuple,
    ),
}


def identifying_keys() -> dict[str, tuple[str, ...]]:
    """Return, for each list of tables of a mechanism, the keys that name an element of it."""
    lists = {key: _table_class(hint) for key, hint in get_type_hints(Unwind).items() if get_origin(hint) is tuple}
    names = {key: _names(part) for key, part in lists.items() if part is not None}
    return {key: named for key, named in names.items() if named}


def scenario_model(head: type[Head]) -> type[Head]:
    """Return the model of a scenario file: the keys of `head`, then those of every mechanism that is registered."""
    return _scenario_model(head, _added())


def unwind_of(file: Strict) -> Unwind | None:
    """Return what a scenario file says of the unwind; None when it says nothing."""
    tables = ((key, part, getattr(file, key)) for key, part in _added())
    added: tuple[tuple[str, Any], ...] = tuple(
        (key, part_of(part, table)) for key, part, table in tables if table is not None
    )
    unwind = part_of(Unwind, file, added=added)
    return None if unwind == Unwind() else unwind


@cache
def table_of(part: type) -> type[Strict]:
    """Return the model of a table in a scenario file from the dataclass of a mechanism's parameters."""
    return create_model(
        f"{part.__name__}Table",
        __base__=Strict,
        __doc__=inspect.getdoc(part),
        __cls_kwargs__=dict(ConfigDict(json_schema_extra=fewer_required(_names(part)))),
        **_fields(part),
    )


def part_of(part: type[P], table: Strict, **values: Any) -> P:
    """Return a mechanism's parameters from its table; `values` are fields that a file does not write as such."""
    hints = get_type_hints(part)
    for name, declared in parameters(part).items():
        value, inner = getattr(table, name), _table_class(hints[name])
        if declared.form is Form.NAMED and isinstance(value, str):
            values |= {name: declared.sets[value], f"{name}_name": value}
        elif declared.form not in (Form.PLAIN, Form.CHOICE):
            values[name] = FORMS[declared.form].to_engine(value)
        elif inner is not None and isinstance(value, tuple):
            values[name] = tuple(part_of(inner, each) for each in value)
        else:
            values[name] = value if inner is None or value is None else part_of(inner, value)
    return part(**values)


def _added() -> tuple[tuple[str, type], ...]:
    """Return the key and parameters of every mechanism that `Unwind` has no field for, registered from outside."""
    own = parameters(Unwind)
    return tuple((key, each.part) for key, each in MECHANISMS.items() if key not in own and each.part is not None)


@cache
def _scenario_model(head: type[Head], added: tuple[tuple[str, type], ...]) -> type[Head]:
    tables: dict[str, Any] = {key: (table_of(part) | None, None) for key, part in added}
    return create_model("ScenarioFile", __base__=head, __doc__=head.__doc__, **_fields(Unwind), **tables)


def _fields(part: type) -> dict[str, Any]:
    """Return the type and constraints of every parameter of a dataclass, as pydantic has them."""
    hints = get_type_hints(part)
    return {
        name: (_file_type(hints[name], declared), _field(part, name, declared))
        for name, declared in parameters(part).items()
    }


def _file_type(hint: Any, declared: Parameter) -> Any:
    if declared.form is Form.NAMED:
        return ByFactor | Literal[tuple(declared.sets)]
    if declared.form is Form.CHOICE:
        return Literal[tuple(declared.choices)] | None
    if declared.form is not Form.PLAIN:
        return FORMS[declared.form].type
    inner = _table_class(hint)
    if inner is None:
        return hint
    table = table_of(inner)
    return tuple[table, ...] if get_origin(hint) is tuple else table | None  # type: ignore[valid-type]


def _field(part: type, name: str, declared: Parameter) -> Any:
    default = default_of(part, name)
    is_number = declared.form is Form.PLAIN
    low = declared.low if is_number and math.isfinite(declared.low) else None
    is_text = get_type_hints(part)[name] is str
    return Field(
        ... if default is MISSING else _file_default(default, declared.form),
        ge=None if declared.is_open else low,
        gt=low if declared.is_open else None,
        le=declared.high if is_number and math.isfinite(declared.high) else None,
        min_length=1 if is_text else None,
        max_length=declared.most,
        description=description(part, name),
    )


def _file_default(default: Any, form: Form) -> Any:
    return default if form in (Form.PLAIN, Form.CHOICE) else FORMS[form].to_file(default)


def _table_class(hint: Any) -> type | None:
    """Return the dataclass in `Carry | None` or `tuple[Regime, ...]`; None of other types."""
    inner = [each for each in get_args(hint) if each not in (NoneType, Ellipsis)]
    return inner[0] if len(inner) == 1 and is_dataclass(inner[0]) and isinstance(inner[0], type) else None


def _names(part: type) -> tuple[str, ...]:
    return tuple(name for name, declared in parameters(part).items() if declared.is_name)
