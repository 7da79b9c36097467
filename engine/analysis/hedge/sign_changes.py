"""Hedges that make the tail less in one kind of unwind and worse in the other."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.analysis.whatif.paired_changes import Change

# A flight to quality, where yields fall, beside a repatriation, where they rise.
UNWINDS = (("flight-2024", "repatriation-2025"), ("august-2024", "april-2025"))
SURE = 2.0  # errors from 0 at which a sign counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SignChange:
    """A hedge whose sign depends on which unwind comes."""

    hedge: str
    helps_in: str
    helps: Change  # of ES, below 0
    hurts_in: str
    hurts: Change  # of ES, above 0


def sign_changes(
    hedges: Sequence[str], scenarios: Sequence[str], es_changes: Sequence[Sequence[Change]]
) -> tuple[SignChange, ...]:
    """Find the hedges that change ES one way in a flight and the other in a repatriation, each by two errors.

    es_changes   by hedge and scenario, of each hedge alone
    """
    return tuple(_changes(hedges, scenarios, es_changes))


def _changes(
    hedges: Sequence[str], scenarios: Sequence[str], es_changes: Sequence[Sequence[Change]]
) -> Iterator[SignChange]:
    for pair in UNWINDS:
        if not set(pair) <= set(scenarios):
            continue
        flight, repatriation = (scenarios.index(name) for name in pair)
        for name, of_hedge in zip(hedges, es_changes, strict=True):
            one, other = of_hedge[flight], of_hedge[repatriation]
            if _sign(one) * _sign(other) < 0:
                helps, hurts = (0, 1) if one.value < 0.0 else (1, 0)
                both = (one, other)
                yield SignChange(
                    hedge=name, helps_in=pair[helps], helps=both[helps], hurts_in=pair[hurts], hurts=both[hurts]
                )


def _sign(change: Change) -> int:
    """Return the sign of a change that lies two errors from 0, the table's among them; else 0."""
    error = math.hypot(change.se, change.table_se or 0.0)
    return 0 if abs(change.value) < SURE * error else (1 if change.value > 0.0 else -1)
