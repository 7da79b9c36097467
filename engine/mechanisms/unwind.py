"""The unwind as dynamics: all mechanisms of a scenario together. Data alone.

Sizes are in the units of the factors' states: decimal rates, natural logarithms of prices and vols. Every part says
where its figures come from, or that they are assumptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.mechanisms.bridge import Bridge
from engine.mechanisms.cap import Cap
from engine.mechanisms.carry import Carry
from engine.mechanisms.drifts import DRIFTS
from engine.mechanisms.fat_tails import NU
from engine.mechanisms.impact import Impact
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.jumps import Jump
from engine.mechanisms.law import GAUSSIAN, KIND
from engine.mechanisms.parameters.parameter import parameter, parameters
from engine.mechanisms.parameters.sizes import Sizes
from engine.mechanisms.regimes import Hazard, Regime
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.rows import MOST_FOLLOWERS, MOST_ROWS, PastRow, RowFollower
from engine.mechanisms.scheduled_sales import MAX_SALES, Sale
from kernels.law_layout import MAX_JUMPS, MAX_REGIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwind:
    """Everything that a scenario has beyond constant vols and correlations. Parts that are None or empty are off."""

    law: str | None = KIND  # None: gaussian
    rows: tuple[PastRow, ...] = parameter(
        doc="Past dates' residuals, in place of the market's.", default=(), most=MOST_ROWS
    )
    row_followers: tuple[RowFollower, ...] = parameter(
        doc="Prices and vols that move with the rows.", default=(), most=MOST_FOLLOWERS
    )
    regimes: tuple[Regime, ...] = parameter(doc="States of the market.", default=(), most=MAX_REGIMES)
    hazards: tuple[Hazard, ...] = parameter(
        doc="How often a regime gives way to another.", default=(), most=MAX_REGIMES * (MAX_REGIMES - 1)
    )
    nu: float | None = NU
    jumps: tuple[Jump, ...] = parameter(doc="Moves of many factors at once.", default=(), most=MAX_JUMPS)
    drifts: Sizes = DRIFTS
    bridge: Bridge | None = parameter(doc="Leads the median of a price to a level.", default=None)
    intervention: Intervention | None = parameter(doc="Official intervention.", default=None)
    cap: Cap | None = parameter(doc="Purchases that hold a yield under a cap, and its end.", default=None)
    carry: Carry | None = parameter(doc="Carry trades stopped out.", default=None)
    repatriation: Repatriation | None = parameter(doc="Treasuries sold by private holders.", default=None)
    impact: Impact | None = parameter(doc="What sales do to prices.", default=None)
    scheduled_sales: tuple[Sale, ...] = parameter(doc="Treasuries sold by day.", default=(), most=MAX_SALES)
    added: tuple[tuple[str, Any], ...] = ()  # (key, part) of mechanisms without a field here: one more needs none

    def __post_init__(self) -> None:
        if self.law == GAUSSIAN:
            object.__setattr__(self, "law", None)  # said aloud or not, it is one law

    def __repr__(self) -> str:
        """Leave some parts out where they say nothing: a scenario's digest is of this text, and stays for it."""
        quiet = ("law", "rows", "row_followers", "cap", "added")
        shown = [each.name for each in fields(self) if each.name not in quiet or getattr(self, each.name)]
        return f"Unwind({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def part(self, key: str) -> Any:
        """Return what a mechanism has here, by its key; None or () where it is off."""
        known = {each.name for each in fields(self)} - {"added"}
        return getattr(self, key) if key in known else dict(self.added).get(key)


def placed_parts(unwind: Unwind) -> Iterator[tuple[str, Any]]:
    """Yield every part that is on, with its place: "" of the unwind itself, `carry.`, `regimes[2].`."""
    yield "", unwind
    for key in parameters(Unwind):
        value = getattr(unwind, key)
        if is_dataclass(value):
            yield f"{key}.", value
        elif isinstance(value, tuple):
            yield from ((f"{key}[{i + 1}].", each) for i, each in enumerate(value) if is_dataclass(each))
    yield from ((f"{key}.", part) for key, part in unwind.added)
