"""TOML files that extend one another, merged into one table that still knows the file and line of every key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.opened import MissingFileError
from engine.inputs.toml.lines import Keys, key_lines
from engine.inputs.toml.read import parse_toml, read_text

DEEPEST = 8  # files that extend one another in a row
Place = tuple[str, int]  # file, line
Find = Callable[[str, Path], Path]  # what `extends` names, and the file that names it -> the file, or InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """How lists of tables meet: by name, or one after the other. Other lists, and values, replace one another."""

    named: Mapping[str, tuple[str, ...]]  # list -> the keys that name an element
    joined: frozenset[str]  # lists that are laid end to end, within named elements too
    own: frozenset[str]  # keys that are not inherited


@dataclass(slots=True, kw_only=True)
class Merged:
    """Tables of several files laid over one another, the last one on top."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Keys, Place] = field(default_factory=dict)


def read_merged(path: Path, merging: Merging, find: Find) -> Merged:
    """Read a file and what it extends: later names win over earlier ones, the file itself over all.

    Each file is read once, also where several extend it. Raises FileFaults: a file that cannot be read, a circle, or
    more than eight files in a row.
    """
    return _read(path, merging, find, (), {})


def _read(path: Path, merging: Merging, find: Find, above: tuple[Path, ...], texts: dict[Path, str]) -> Merged:
    if (home := path.resolve()) not in texts:
        texts[home] = read_text(path)
    text = texts[home]
    data = parse_toml(path, text)
    lines = key_lines(text)
    merged = Merged()
    chain = (*above, home)
    for i, name in enumerate(_names(data.pop("extends", ()), path, lines)):
        line = lines.get(("extends", i), lines.get(("extends",)))
        try:
            parent = find(name, path)
        except InputError as error:
            fault = Fault(message=str(error), line=lines.get(("extends",)), where="extends")
            raise FileFaults(path, [fault]) from None
        if (circle := _chain_fault(parent.resolve(), chain)) is not None:
            raise FileFaults(path, [Fault(message=circle, line=line, where=f"extends[{i + 1}]")])
        try:
            inherited = _read(parent, merging, find, chain, texts)
        except MissingFileError as error:
            raise FileFaults(path, [Fault(message=str(error), line=line, where=f"extends[{i + 1}]")]) from None
        _lay(merged, inherited, merging)
    for key in merging.own:
        merged.data.pop(key, None)
        _forget(merged, (key,))
    _lay(merged, Merged(data=data, places={keys: (str(path), line) for keys, line in lines.items()}), merging)
    return merged


def _names(value: object, path: Path, lines: Mapping[Keys, int]) -> Sequence[str]:
    if isinstance(value, tuple) and all(isinstance(name, str) and name for name in value):
        return value
    message = f"must be a list of scenarios' names and paths, got {value!r}"
    raise FileFaults(path, [Fault(message=message, line=lines.get(("extends",)), where="extends")])


def _chain_fault(parent: Path, chain: tuple[Path, ...]) -> str | None:
    if parent in chain:
        circle = " -> ".join(each.stem for each in (*chain[chain.index(parent) :], parent))
        return f"files extend one another in a circle: {circle}"
    if len(chain) >= DEEPEST:
        return f"more than {DEEPEST} files extend one another in a row: {' -> '.join(each.stem for each in chain)}"
    return None


def _lay(under: Merged, over: Merged, merging: Merging) -> None:
    """Lay one table over another, in place."""
    for key, value in over.data.items():
        if key in merging.named and _are_tables(value) and _are_tables(under.data.get(key, ())):
            _merge_named(under, over, key, merging)
        else:
            under.data[key] = _laid(under, over, (key,), (key,), under.data.get(key), value, merging)


def _joined(
    under: Merged, over: Merged, at: Keys, source: Keys, below: tuple[Any, ...], above: tuple[Any, ...]
) -> tuple[Any, ...]:
    under.places.setdefault(at, over.places[source])
    for i in range(len(above)):
        _move(under, over, (*source, i), (*at, len(below) + i))
    return (*below, *above)


def _merge_named(under: Merged, over: Merged, key: str, merging: Merging) -> None:
    names = merging.named[key]
    before = list(under.data.get(key, ()))
    n_before = len(before)  # tables of one file that share a name stay two, to be refused
    known = [tuple(table.get(name) for name in names) for table in before]
    under.places.setdefault((key,), over.places[key,])
    for i, table in enumerate(over.data[key]):
        name = tuple(table.get(each) for each in names)
        at = known.index(name) if name in known[:n_before] else len(before)
        if at == len(before):
            before.append(table)
            _move(under, over, (key, i), (key, at))
        else:
            before[at] = _laid(under, over, (key, at), (key, i), before[at], table, merging)
    under.data[key] = tuple(before)


def _laid(under: Merged, over: Merged, at: Keys, source: Keys, below: Any, above: Any, merging: Merging) -> Any:
    """Lay a value over another: tables key by key, keys of the upper one last; lists are joined end to end."""
    if at[-1] in merging.joined and isinstance(below, tuple) and isinstance(above, tuple):
        return _joined(under, over, at, source, below, above)
    if not (isinstance(below, dict) and isinstance(above, dict)):
        _forget(under, at)
        _move(under, over, source, at)
        return above
    laid = {key: value for key, value in below.items() if key not in above}
    for key, value in above.items():
        laid[key] = _laid(under, over, (*at, key), (*source, key), below.get(key), value, merging)
    return laid


def _are_tables(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, dict) for each in value)


def _forget(merged: Merged, at: Keys) -> None:
    for keys in [keys for keys in merged.places if keys[: len(at)] == at]:
        del merged.places[keys]


def _move(under: Merged, over: Merged, source: Keys, at: Keys) -> None:
    for keys, place in over.places.items():
        if keys[: len(source)] == source:
            under.places[(*at, *keys[len(source) :])] = place
