"""Hedges that pay in one kind of unwind and cost in the other, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.analysis.whatif.whatif import Mean

# A flight to quality, where yields fall, beside a repatriation, where they rise.
UNWINDS = (("flight-2024", "repatriation-2025"), ("august-2024", "april-2025"))
SURE = 2.0  # errors from 0 at which a sign counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SignChange:
    """A hedge whose sign depends on which unwind comes."""

    hedge: str
    pays_in: str
    pays: Mean  # of one lot
    costs_in: str
    costs: Mean  # of one lot


def sign_changes(
    hedges: Sequence[str], scenarios: Sequence[str], lot_pnl: Sequence[Sequence[Mean]]
) -> tuple[SignChange, ...]:
    """Find the hedges whose mean P&L has one sign in a flight and the other in a repatriation, each by two errors.

    lot_pnl   by hedge and scenario, of one lot
    """
    return tuple(_changes(hedges, scenarios, lot_pnl))


def _changes(
    hedges: Sequence[str], scenarios: Sequence[str], lot_pnl: Sequence[Sequence[Mean]]
) -> Iterator[SignChange]:
    for pair in UNWINDS:
        if not set(pair) <= set(scenarios):
            continue
        flight, repatriation = (scenarios.index(name) for name in pair)
        for name, of_hedge in zip(hedges, lot_pnl, strict=True):
            one, other = of_hedge[flight], of_hedge[repatriation]
            if _sign(one) * _sign(other) < 0:
                pays, costs = (0, 1) if one.value > 0.0 else (1, 0)
                means = (one, other)
                yield SignChange(
                    hedge=name, pays_in=pair[pays], pays=means[pays], costs_in=pair[costs], costs=means[costs]
                )


def _sign(mean: Mean) -> int:
    """Return the sign of a mean that lies two errors from 0; else 0."""
    return 0 if abs(mean.value) < SURE * mean.se else (1 if mean.value > 0.0 else -1)
