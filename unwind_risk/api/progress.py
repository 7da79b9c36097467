"""How far a run is: a bar in a notebook, a caller's own function, or nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

Report: TypeAlias = Callable[[int, int], None]  # paths done, paths in all
Asked: TypeAlias = Report | Literal[False] | None

WIDTH = 40  # letters of a bar


@contextmanager
def shown(asked: Asked) -> Iterator[Report]:
    """Yield what a run calls after each block.

    asked   a function of paths done and in all; None: a bar in a notebook, else nothing; False: nothing
    """
    if callable(asked):
        yield asked
    elif asked is None and in_notebook():
        with _bar() as report:
            yield report
    else:
        yield lambda done, total: None


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell is not None and getattr(shell, "kernel", None) is not None


def bar(done: int, total: int) -> str:
    """Return a bar in letters: "[########                ]  33 %, 1,000 of 3,000 paths"."""
    share = done / total if total else 1.0
    filled = round(WIDTH * share)
    return f"[{'#' * filled}{' ' * (WIDTH - filled)}] {share:4.0%}, {done:,} of {total:,} paths"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What a notebook shows as plain text, without quotes."""

    text: str

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.text)


@contextmanager
def _bar() -> Iterator[Report]:
    """Show one bar, which moves, and is gone when the run ends."""
    handle = cast(Any, sys.modules["IPython"]).display.display(_Text(text=""), display_id=True)
    try:
        yield lambda done, total: handle.update(_Text(text=bar(done, total)))
    finally:
        handle.update(_Text(text=""))
