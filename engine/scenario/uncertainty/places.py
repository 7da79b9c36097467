"""Where a parameter's dotted name leads in a scenario: its value, its range, and the scenario with another value.

`carry.leverage` is a parameter of a mechanism; `regimes.FLIGHT.initial` and `hazards.CALM.FLIGHT.per_year` are those
of an element of a list, by what names it; `drifts.USDJPY` and `regimes.FLIGHT.vol_multipliers.JGB_*` are sizes, by the
factor or glob that the file has; `vol_multipliers.USDJPY` is the scenario's own; `intervention` alone is whether that
mechanism is on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

from engine.errors import did_you_mean
from engine.mechanisms.parameters.parameter import Form, Parameter, parameters
from engine.mechanisms.registry import MECHANISMS, mechanisms_on
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import LARGEST_MULTIPLIER, Scenario

VOLS = "vol_multipliers"  # of the scenario itself
_BY_KEY = (Form.BY_FACTOR, Form.BY_REGIME, Form.NAMED, Form.MULTIPLIERS)
_MULTIPLIER = Parameter(doc="Factor on the vols.", low=0.0, high=LARGEST_MULTIPLIER, form=Form.MULTIPLIERS)


class UnknownParameterError(Exception):
    """A name leads to no scalar parameter of the scenario; says why, and what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One scalar parameter of one scenario."""

    centre: float  # the scenario's own value; of a switch 1
    low: float
    high: float
    is_open: bool  # `low` itself lies outside
    is_switch: bool  # a mechanism, or true or false
    put: Callable[[float], Scenario]  # the scenario with another value

    def range_text(self) -> str:
        """Return the parameter's range as a person writes it."""
        return self._range().range_text()

    def is_within(self, value: float) -> bool:
        """Return whether the parameter may have a value."""
        return self._range().is_within(value)

    def _range(self) -> Parameter:
        return Parameter(doc="", low=self.low, high=self.high, is_open=self.is_open)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A value within another, and that other with the value exchanged."""

    value: Any
    declared: Parameter
    put: Callable[[Any], Any]


def place_of(scenario: Scenario, name: str) -> Place:
    """Return where a dotted name leads. Raises UnknownParameterError."""
    key, *rest = name.split(".")
    if key == VOLS:
        return _of_number(_vols(scenario, ".".join(rest)), name)
    unwind = scenario.unwind or Unwind()
    if key not in (there := [mechanism.key for mechanism, _ in mechanisms_on(unwind)]):
        known = f"it has {', '.join([VOLS, *there])}"
        known = f"it has no [{key}]" if key in MECHANISMS else f"{known}{did_you_mean(key, [VOLS, *there])}"
        raise UnknownParameterError(f"the scenario has no parameter {name!r}: {known}")

    def with_part(part: Any) -> Scenario:
        return replace(scenario, unwind=_with_part(unwind, key, part))

    part, declared = unwind.part(key), parameters(Unwind).get(key, Parameter(doc=""))
    if not rest and not isinstance(part, float):
        if key == "law":
            raise UnknownParameterError("`law` is no number: run each law by itself, `--law`")
        off = () if isinstance(part, tuple) else None
        return Place(
            centre=1.0,
            low=0.0,
            high=1.0,
            is_open=False,
            is_switch=True,
            put=lambda on: with_part(part) if on else with_part(off),
        )
    return _of_number(_then(_Found(value=part, declared=declared, put=with_part), rest, name), name)


def _of_number(found: _Found, name: str) -> Place:
    value, declared = found.value, found.declared
    if isinstance(value, bool):
        return Place(
            centre=float(value), low=0.0, high=1.0, is_open=False, is_switch=True, put=lambda on: found.put(bool(on))
        )
    if not isinstance(value, float):
        raise UnknownParameterError(f"{name!r} is no number that may vary, it is {_sort(value)}")
    return Place(
        centre=value,
        low=declared.low,
        high=declared.high,
        is_open=declared.is_open,
        is_switch=False,
        put=found.put,
    )


def _sort(value: Any) -> str:
    match value:
        case None:
            return "not set"
        case str():
            return "a text"
        case int():
            return "a whole number"
        case _:
            return "a table: name a parameter of it"


def _then(found: _Found, rest: Sequence[str], name: str) -> _Found:
    """Follow the rest of a name into a value."""
    if not rest:
        return found
    if is_dataclass(found.value):
        return _in_part(found, rest, name)
    if found.declared.form in _BY_KEY:
        return _in_sizes(found, ".".join(rest), name)
    if isinstance(found.value, tuple) and found.value and all(map(is_dataclass, found.value)):
        return _in_list(found, rest, name)
    raise UnknownParameterError(f"{name!r}: nothing follows after {name.removesuffix('.' + '.'.join(rest))!r}")


def _in_part(found: _Found, rest: Sequence[str], name: str) -> _Found:
    key, part = rest[0], found.value
    known = parameters(type(part))
    if key not in known:
        near = did_you_mean(key, [*known])
        raise UnknownParameterError(f"{name!r}: there is no parameter {key!r}{near or ', but ' + ', '.join(known)}")
    inner = _Found(
        value=getattr(part, key), declared=known[key], put=lambda value: found.put(replace(part, **{key: value}))
    )
    return _then(inner, rest[1:], name)


def _in_sizes(found: _Found, key: str, name: str) -> _Found:
    """Find a size by the factor, glob or regime that the scenario gives it by."""
    sizes, keys = found.value, [each[0] for each in found.value]
    if key not in keys:
        near = did_you_mean(key, keys)
        raise UnknownParameterError(f"{name!r}: {key!r} is not among {', '.join(keys) or 'none'}{near}")
    i = len(keys) - 1 - keys[::-1].index(key)  # the last one counts

    def put(size: float) -> Any:
        return found.put((*sizes[:i], (key, size), *sizes[i + 1 :]))

    return _Found(value=sizes[i][1], declared=found.declared, put=put)


def _in_list(found: _Found, rest: Sequence[str], name: str) -> _Found:
    """Find an element of a list by the parameters that name it."""
    parts = found.value
    names = [key for key, declared in parameters(type(parts[0])).items() if declared.is_name]
    known = [[str(getattr(part, key)) for key in names] for part in parts]
    path, dotted = ".".join(rest), [".".join(each) for each in known]
    i = next((i for i, each in enumerate(dotted) if names and f"{path}.".startswith(f"{each}.")), None)
    if i is None:
        there = f"there are {', '.join(dotted)}" if names else "its tables have no names"
        raise UnknownParameterError(f"{name!r}: no {'.'.join(rest[: len(names)])!r}; {there}")
    element = _Found(
        value=parts[i],
        declared=found.declared,
        put=lambda part: found.put((*parts[:i], part, *parts[i + 1 :])),
    )
    below = path.removeprefix(dotted[i]).removeprefix(".")
    return _then(element, below.split(".") if below else [], name)


def _vols(scenario: Scenario, glob: str) -> _Found:
    """Find a vol multiplier of the scenario; one that it has not stands before its own, which win over it."""
    if not glob:
        raise UnknownParameterError(f"{VOLS!r} is a table: name a factor or glob of it, such as {VOLS}.USDJPY")
    own = scenario.vol_multipliers
    found = _Found(
        value=own if glob in [each for each, _ in own] else ((glob, 1.0), *own),
        declared=_MULTIPLIER,
        put=lambda multipliers: replace(scenario, vol_multipliers=multipliers),
    )
    return _in_sizes(found, glob, f"{VOLS}.{glob}")


def _with_part(unwind: Unwind, key: str, part: Any) -> Unwind:
    """Return an unwind with one mechanism exchanged, or off."""
    if key in parameters(Unwind):
        return replace(unwind, **{key: part})
    others = tuple(each for each in unwind.added if each[0] != key)
    return replace(unwind, added=others if part is None else (*others, (key, part)))
