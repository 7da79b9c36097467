"""Frames that say their units, and memory that is asked for before it is taken."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 2 * 2**30  # of what is made on demand, of the paths of a run or of levels


def framed(frame: "pd.DataFrame", *, units: Mapping[str, str], **facts: Any) -> "pd.DataFrame":
    """Return the frame with the units of its columns, and facts of all of it, in `.attrs`."""
    frame.attrs.update(facts, units=dict(units))
    return frame


def check_bytes(need: int, what: str, way_out: str) -> None:
    """Refuse what would take more than 2 GiB. Raises InputError with the way out.

    need   bytes
    what   is asked for, in words
    """
    if need > MOST_BYTES:
        raise InputError(
            f"{what} would take {need / 2**30:,.1f} GiB of memory, and at most {MOST_BYTES / 2**30:g} are taken;"
            f" {way_out}"
        )
