"""Frames of what is asked of a run: one row a finding, each column with its unit in the run's currency."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from unwind_risk.api.frames import framed

if TYPE_CHECKING:
    import pandas as pd


def frame_of(
    rows: Iterable[Any] | Mapping[str, Any], units: Mapping[str, str], currency: str, **facts: Any
) -> "pd.DataFrame":
    """Return rows as a frame that says its units, in `.attrs["units"]`.

    Parameters
    ----------
    rows : mappings by column, or tuples in the order of the columns; or whole columns by name
    units : by column, in the frame's order; `{currency}` in them is the currency
    facts : of all of it, in `.attrs` too
    """
    import pandas as pd

    told = {name: unit.format(currency=currency) for name, unit in units.items()}
    frame = pd.DataFrame(rows if isinstance(rows, Mapping) else list(rows), columns=[*units])
    return framed(frame, units=told, currency=currency, **facts)


def fields_of(found: object, names: Sequence[str]) -> dict[str, Any]:
    """Return fields of a finding by name: columns that are called as they."""
    return {name: getattr(found, name) for name in names}
