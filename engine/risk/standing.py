"""What a scenario's figures may be taken for: a forecast that a backtest has judged, or a stress."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STRESS_LABEL = "stress law: not a forecast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a scenario says of itself. Field names are the JSON's keys."""

    is_stress: bool  # its file says `stress = true`, or its law is a stress: no table shows it without saying so
    law: str | None  # by which its factors move with nothing on top, so that the law's backtest is its own; else None
    loop: str = ""  # what the market's record says of the strength of its loop; "" of one without


def recorded_standings(facts: Mapping[str, Any]) -> dict[str, Standing]:
    """Return the standings by scenario in a run's recorded facts; none in records from before these were kept."""
    return {name: Standing(**each) for name, each in facts.get("standings", {}).items()}
