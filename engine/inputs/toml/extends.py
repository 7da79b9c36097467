"""TOML files that extend one another, merged into one table that still knows the file and line of every key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.opened import MissingFileError
from engine.inputs.toml.faults import shown
from engine.inputs.toml.lines import Keys, key_lines
from engine.inputs.toml.read import parse_toml, read_text

DEEPEST = 8  # files that extend one another in a row
MOST_FILES = 64  # that are read for one, those that come again counted again
Place = tuple[str, int]  # file, line
Find = Callable[[str, Path], Path]  # what `extends` names, and the file that names it -> the file, or InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """How lists of tables meet: by name, or one after the other. Other lists, and values, replace one another."""

    named: Mapping[str, tuple[str, ...]]  # list -> the keys that name an element
    joined: frozenset[str]  # lists that are laid end to end, within named elements too
    own: frozenset[str]  # keys that are not inherited
    replaced: frozenset[str] = frozenset()  # tables whose own tables take one another's place whole


@dataclass(slots=True)
class Places:
    """Where a key stands, and all that is below it: a tree, so that laying a table over another costs its own size."""

    place: Place | None = None
    below: "dict[str | int, Places]" = field(default_factory=dict)

    def at(self, keys: Keys) -> "Places":
        """Return the part of the tree below a path of keys, which is made where it is absent."""
        found = self
        for key in keys:
            found = found.below.setdefault(key, Places())
        return found

    def flat(self, above: Keys = ()) -> Iterator[tuple[Keys, Place]]:
        """Yield every key that has a place, with it."""
        if self.place is not None:
            yield above, self.place
        for key, each in self.below.items():
            yield from each.flat((*above, key))


@dataclass(slots=True, kw_only=True)
class Merged:
    """Tables of several files laid over one another, the last one on top."""

    data: dict[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)


@dataclass(slots=True, kw_only=True)
class _Read:
    """The texts of all files read so far, and how often they were wanted."""

    texts: dict[Path, str] = field(default_factory=dict)
    n_read: int = 0

    def text(self, path: Path, home: Path) -> str:
        self.n_read += 1
        if home not in self.texts:
            self.texts[home] = read_text(path)
        return self.texts[home]


def read_merged(path: Path, merging: Merging, find: Find, text: str | None = None) -> Merged:
    """Read a file and what it extends: later names win over earlier ones, the file itself over all.

    text   of the file itself, where a program has it: `path` then says what it is called, and what is beside it

    Each file is read once, also where several extend it. Raises FileFaults: a file that cannot be read, a circle, or
    more than eight files in a row.
    """
    before = _Read() if text is None else _Read(texts={path.resolve(): text})
    return _read(path, merging, find, (), before)


def _read(path: Path, merging: Merging, find: Find, above: tuple[Path, ...], before: _Read) -> Merged:
    home = path.resolve()
    text = before.text(path, home)
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
        if (circle := _chain_fault(parent.resolve(), chain, before.n_read)) is not None:
            raise FileFaults(path, [Fault(message=circle, line=line, where=f"extends[{i + 1}]")])
        try:
            inherited = _read(parent, merging, find, chain, before)
        except MissingFileError as error:
            raise FileFaults(path, [Fault(message=str(error), line=line, where=f"extends[{i + 1}]")]) from None
        _lay(merged, inherited, merging)
    for key in merging.own:
        merged.data.pop(key, None)
        merged.places.below.pop(key, None)
    own = Places()
    for keys, line in lines.items():
        own.at(keys).place = (str(path), line)
    _lay(merged, Merged(data=data, places=own), merging)
    return merged


def _names(value: object, path: Path, lines: Mapping[Keys, int]) -> Sequence[str]:
    if isinstance(value, tuple) and all(isinstance(name, str) and name for name in value):
        return value
    message = f"must be a list of scenarios' names and paths, got {shown(value)}"
    raise FileFaults(path, [Fault(message=message, line=lines.get(("extends",)), where="extends")])


def _chain_fault(parent: Path, chain: tuple[Path, ...], n_read: int) -> str | None:
    if parent in chain:
        circle = " -> ".join(each.stem for each in (*chain[chain.index(parent) :], parent))
        return f"files extend one another in a circle: {circle}"
    if n_read >= MOST_FILES:
        return f"more than {MOST_FILES} files are read for one scenario; extend fewer"
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
    here, there = under.places.at(at), over.places.at(source)
    here.place = here.place or there.place
    for i in range(len(above)):
        here.below[len(below) + i] = there.at((i,))
    return (*below, *above)


def _merge_named(under: Merged, over: Merged, key: str, merging: Merging) -> None:
    names = merging.named[key]
    before = list(under.data.get(key, ()))
    known: dict[str, int] = {}  # of the lower file alone: tables of one file that share a name stay two, to be refused
    for i, table in enumerate(before):
        known.setdefault(_name_in(table, names), i)
    here, there = under.places.at((key,)), over.places.at((key,))
    here.place = here.place or there.place
    for i, table in enumerate(over.data[key]):
        at = known.get(_name_in(table, names), len(before))
        if at == len(before):
            before.append(table)
            here.below[at] = there.at((i,))
        else:
            before[at] = _laid(under, over, (key, at), (key, i), before[at], table, merging)
    under.data[key] = tuple(before)


def _laid(under: Merged, over: Merged, at: Keys, source: Keys, below: Any, above: Any, merging: Merging) -> Any:
    """Lay a value over another: tables key by key, keys of the upper one last; lists are joined end to end."""
    if at[-1] in merging.joined and isinstance(below, tuple) and isinstance(above, tuple):
        return _joined(under, over, at, source, below, above)
    is_whole = len(at) > 1 and at[0] in merging.replaced
    if is_whole or not (isinstance(below, dict) and isinstance(above, dict)):
        under.places.at(at[:-1]).below[at[-1]] = over.places.at(source)
        return above
    laid = {key: value for key, value in below.items() if key not in above}
    for key, value in above.items():
        laid[key] = _laid(under, over, (*at, key), (*source, key), below.get(key), value, merging)
    return laid


def _are_tables(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, dict) for each in value)


def _name_in(table: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return what names a table in its list, as a word that can be looked up whatever stands there."""
    return repr([table.get(name) for name in names])
