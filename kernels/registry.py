"""A list of kinds by name, to which a program of someone else's may add for good or for a while."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

E = TypeVar("E")


class Registry(dict[str, E]):
    """Entries by their names, in their order. Everything that has to do with all of them iterates over it."""

    def __init__(self, what: str, entries: Iterable[E], *, name: Callable[[E], str]) -> None:
        super().__init__((name(each), each) for each in entries)
        self.what, self._name = what, name

    def register(self, entry: E) -> None:
        """Add an entry after the others. Raises ValueError where one has its name."""
        name = self._name(entry)
        if name in self:
            raise ValueError(f"there is a {self.what} {name!r} already; there are {', '.join(self)}")
        self[name] = entry

    @contextmanager
    def registered(self, entry: E) -> Iterator[None]:
        """Have an entry in the list for a while. Raises ValueError as `register`."""
        self.register(entry)
        try:
            yield
        finally:
            del self[self._name(entry)]
