"""What pydantic found wrong, in the user's words: line, key, the value that came, what was wanted."""

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.errors import Fault, did_you_mean
from engine.inputs.toml.lines import key_lines, nearest_line

Keys = tuple[str | int, ...]

_WANTED = {  # pydantic's error type -> what was wanted, in plain words
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotes",
    "date_type": "a date such as 2025-05-28, without quotes",
    "tuple_type": "a list in [brackets]",
    "list_type": "a list in [brackets]",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
}
_SHOWN = 80  # characters of a value in a message
MOST_SHOWN = 20  # errors of a file; the others are counted
_OF_CHECKS = ("value_error", "assertion_error")  # pydantic's error types of checks that are not its own


def faults_of(error: ValidationError, model: type[BaseModel], data: Any, text: str | None) -> list[Fault]:
    """Return what pydantic found, as faults in the user's words. `text` None: the values came without a file."""
    lines = key_lines(text) if text is not None else {}

    def fault_at(keys: Keys, message: str) -> Fault:
        return Fault(message=message, line=nearest_line(lines, keys), where=dotted(keys))

    return faults_at(error, model, data, fault_at)


def faults_at(
    error: ValidationError, model: type[BaseModel], data: Any, fault_at: Callable[[Keys, str], Fault]
) -> list[Fault]:
    """Return what pydantic found, in the order of lines: the first `MOST_SHOWN`, and how many more there are.

    What members of a union want is joined, since one of them is enough; messages of checks are each true on their own.
    A message is made for what is shown alone, so that thousands of errors cost no more than finding them.

    Parameters
    ----------
    data : what was validated
    fault_at : makes a fault of the keys that it is at, and its message
    """
    found: dict[tuple[Keys, str], list[ErrorDetails]] = {}
    details = _of_what_was_meant(error.errors(include_url=False), data)
    for is_check in (False, True):
        for detail in details:
            if (detail["type"] in _OF_CHECKS) is is_check:
                told = detail["msg"] if is_check else ""
                found.setdefault((_keys_in(data, detail), told), []).append(detail)
    placed = sorted(found, key=lambda each: fault_at(each[0], "").line or 0)
    faults = [fault_at(at[0], _joined_message(found[at], model, at[0])) for at in placed[:MOST_SHOWN]]
    return [*faults, *more_faults(len(placed) - len(faults))]


def _of_what_was_meant(details: list[ErrorDetails], data: Any) -> list[ErrorDetails]:
    """Return the errors without those of a name that might stand in place of a table, where a table came."""
    above = {at[:end] for at in (_keys_in(data, detail) for detail in details) for end in range(len(at))}
    return [
        detail
        for detail in details
        if not (
            detail["type"] == "literal_error"
            and isinstance(detail["input"], Mapping)
            and _keys_in(data, detail) in above
        )
    ]


def more_faults(n_more: int) -> list[Fault]:
    """Return a last fault that counts those that are not shown; none where all are."""
    return [Fault(message=f"and {n_more:,} errors more")] if n_more > 0 else []


def _joined_message(details: list[ErrorDetails], model: type[BaseModel], keys: Keys) -> str:
    plain = [_wanted(detail) for detail in details]
    hints = [hint for detail in details if (hint := _hint(detail))]
    if len(details) > 1 and all(plain) and len({id(detail["input"]) for detail in details}) == 1:  # members of a union
        wanted = ", or ".join(dict.fromkeys(map(str, plain)))
        return f"must be {wanted}, got {shown(details[0]['input'])}{''.join(hints[:1])}"
    return ", or ".join(dict.fromkeys(_message(detail, model, keys) for detail in details))


def _wanted(detail: ErrorDetails) -> str | None:
    """Return what a model wanted of one value, in plain words; None when it has its own message."""
    kind, context = detail["type"], detail.get("ctx", {})
    match kind:
        case "greater_than":
            return f"a number above {context['gt']}"
        case "greater_than_equal":
            return f"a number of at least {context['ge']}"
        case "less_than":
            return f"a number below {context['lt']}"
        case "less_than_equal":
            return f"a number of at most {context['le']}"
        case "literal_error" | "enum":
            return f"one of {context['expected']}"
        case "string_too_short":
            return f"text of {context['min_length']} characters or more"
        case "string_too_long":
            return f"text of {context['max_length']} characters at most"
        case "string_pattern_mismatch":
            return f"text of the form {context['pattern']}"
        case "too_short":
            return f"{context['min_length']} elements or more"
        case "too_long":
            return f"{context['max_length']} elements at most"
        case "missing_argument" | "unexpected_positional_argument":
            return "as many elements as the list has places"
    return _WANTED.get(kind)


def _message(detail: ErrorDetails, model: type[BaseModel], keys: Keys) -> str:
    if detail["type"] == "missing":
        return f"this {'element' if isinstance(keys[-1], int) else 'key'} is missing and has no default"
    if detail["type"] == "extra_forbidden":
        known = _known_keys(model, keys[:-1])
        return f"unknown key{did_you_mean(str(keys[-1]), known) or '.'} Known keys: {', '.join(known)}"
    if detail["type"] in _OF_CHECKS:
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    came = shown(detail["input"])
    plain = _wanted(detail)
    if plain is None:
        return f"{detail['msg']}, got {came}"
    return f"must be {plain}, got {came}{_hint(detail)}"


def _hint(detail: ErrorDetails) -> str:
    """Return the word that may be meant where one of a few was wanted."""
    if detail["type"] != "literal_error" or not isinstance(detail["input"], str):
        return ""
    return did_you_mean(detail["input"], re.findall(r"'([^']*)'", detail["ctx"]["expected"]))


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, a list in brackets."""
    if isinstance(value, str):
        value = value[:_SHOWN]
    elif isinstance(value, tuple):
        return _cut(f"[{', '.join(map(repr, value[:_SHOWN]))}]")
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _keys_in(data: Any, detail: ErrorDetails) -> Keys:
    """Return the part of an error's location that the file has: pydantic adds names of union members."""
    keys: Keys = ()
    for part in detail["loc"]:
        in_list = isinstance(data, tuple) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, Mapping) and part in data):
            data = data[part]
        elif detail["type"] in ("missing", "extra_forbidden") and part == detail["loc"][-1]:
            return (*keys, part)
        elif isinstance(part, str) and "[" in part:
            continue  # the name of a union's member, such as dict[str,float]
        else:
            return keys
        keys = (*keys, part)
    return keys


def _known_keys(model: type[BaseModel], keys: Keys) -> list[str]:
    """Return the keys of the table at `keys`: follows the annotations of nested models."""
    here: Any = model
    for key in keys:
        if isinstance(key, str) and isinstance(here, type) and issubclass(here, BaseModel):
            field = next((f for name, f in here.model_fields.items() if key in (name, f.alias)), None)
            here = _model_in(field.annotation) if field else None
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """Return the model inside `tuple[Model, ...]`, `dict[str, Model]` or `Model | None`."""
    if isinstance(annotation, UnionType) or get_origin(annotation) is not None:
        inner = (_model_in(argument) for argument in get_args(annotation))
        return next((found for found in inner if found is not None), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def dotted(keys: Keys) -> str | None:
    """Return `shocks[1].size`, elements counted from 1 as a person does."""
    dotted = ""
    for key in keys:
        if isinstance(key, int):
            dotted += f"[{key + 1}]"
        else:
            bare = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else repr(key)
            dotted += f".{bare}" if dotted else bare
    return dotted or None
