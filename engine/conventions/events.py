"""Dates known ahead on which something may happen to markets: meetings and auctions, as data with their sources."""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What recurs on dates that are announced."""

    meaning: str
    source: str
    dates: tuple[date, ...]  # ascending; the last is where the source ends, not the event

    def after(self, day: date) -> tuple[date, ...]:
        """Return the dates that come after a day."""
        return tuple(each for each in self.dates if each > day)


def _events() -> dict[str, Event]:
    text = (files("engine.conventions") / "events.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: Event(**{**table, "dates": tuple(table["dates"])}) for name, table in tables.items()}


EVENTS = _events()
