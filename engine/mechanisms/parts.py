"""The parts of an unwind, each with its place in a scenario file: what checks of every parameter walk over."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from engine.mechanisms.parameter import parameters
from engine.mechanisms.unwind import Unwind


def placed_parts(unwind: Unwind) -> Iterator[tuple[str, Any]]:
    """Yield every part that is on, with its place: "" of the unwind itself, `carry.`, `regimes[2].`."""
    yield "", unwind
    for key in parameters(Unwind):
        given = getattr(unwind, key)
        if is_dataclass(given):
            yield f"{key}.", given
        elif isinstance(given, tuple):
            yield from ((f"{key}[{i + 1}].", each) for i, each in enumerate(given) if is_dataclass(each))
    yield from ((f"{key}.", part) for key, part in unwind.added)
