"""One example row for every kind of position, as of 2025-05-28: what `unwind book template` prints."""

import csv
import io
from collections.abc import Sequence

from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.kind import Kind


def example_row(kind: Kind) -> dict[str, str]:
    """Return the fields of an example position, by column."""
    return {
        "position_id": f"{kind}-1",
        "book": "example",
        "kind": kind.name,
        "currency": kind.example.get("currency") or next(iter(kind.rule.currencies)),
        **{name: text for name, text in kind.example.items() if name != "currency"},
    }


def template(kinds: Sequence[Kind]) -> str:
    """Return a book file with an example of each kind: CSV, with the columns that these kinds may fill, in order."""
    names = [name for name in COLUMNS if any(kind.rule.takes(name) for kind in kinds)]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(example_row(kind) for kind in kinds)
    return text.getvalue()
