"""Jumps: moves of many factors at once, at random or on a day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.conventions.events import EVENTS
from engine.market.factors import FactorKind
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.parameter import DAYS, LATEST_DAY, Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes
from engine.mechanisms.regimes import ANY_REGIME, Regime, unknown_regime
from kernels.law_layout import MAX_JUMPS

MAX_LOADINGS = 4
DATED_SHOCKS = "shocks of day"  # how the jumps begin that shocks with a day become
LARGEST_JUMP = {  # of a state: 50 %, a factor of 20, 5 % of a spread, a risk reversal as large as the vol
    FactorKind.RATE: 0.5,
    FactorKind.PRICE: 3.0,
    FactorKind.VOL: 3.0,
    FactorKind.SPREAD: 0.05,
    FactorKind.SKEW: 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Moves of many factors at once, at random or on a day: mean plus common normals times their loadings."""

    # N mean + sqrt(N) sum of loading_k xi_k, with N jumps in a day
    name: str = parameter(doc="What it is called, once in a scenario.", most=40, is_name=True)
    source: str = source_text()
    rates: Sizes = parameter(
        doc="Regime, or '*' for all -> jumps per year.",
        default=(),
        low=0.0,
        high=100.0,
        unit="per year",
        form=Form.BY_REGIME,
    )
    day: int | None = parameter(
        doc="Business day after the start on which it may come; without rates.",
        default=None,
        low=1,
        high=LATEST_DAY,
        unit=DAYS,
    )
    event: str | None = parameter(
        doc="Instead of a day: it may come on each date of this event after the valuation date. "
        + "; ".join(f"{name}: {each.meaning}, to {each.dates[-1]}" for name, each in EVENTS.items())
        + ".",
        default=None,
        form=Form.CHOICE,
        choices=EVENTS,
    )
    probability: float = parameter(
        doc="That it comes on its day, or on each date of its event.",
        default=1.0,
        low=0.0,
        high=1.0,
        unit="probability",
    )
    mean: Sizes = parameter(
        doc="Factor -> mean move: decimal rates, logarithms of prices, vols.",
        default=(),
        unit="of the state",
        form=Form.BY_FACTOR,
        largest=LARGEST_JUMP,
        one="one jump",
    )
    loadings: tuple[Sizes, ...] = parameter(
        doc="For each common normal: factor -> standard deviation.",
        default=(),
        unit="of the state",
        form=Form.LOADINGS,
        most=MAX_LOADINGS,
        largest=LARGEST_JUMP,
        one="one jump",
    )
    is_compensated: bool = parameter(
        doc="The drift of prices takes the mean back, as in Merton (1976); not with a day.", default=False
    )


def jump_sizes(jump: Jump) -> tuple[tuple[str, float, float], ...]:
    """Return factor or glob, mean and standard deviation of one jump, in the states' units, in its keys' order."""
    means = dict(jump.mean)
    squares: dict[str, float] = dict.fromkeys(means, 0.0)
    for loading in jump.loadings:
        for glob, size in loading:
            squares[glob] = squares.get(glob, 0.0) + size * size
    return tuple((glob, means.get(glob, 0.0), math.sqrt(square)) for glob, square in squares.items())


def check_jumps(jumps: Sequence[Jump], regimes: Sequence[Regime], findings: Findings) -> None:
    """Refuse too many jumps or normals, names that come twice, unknown regimes, and jumps that never come."""
    if len(jumps) > MAX_JUMPS:
        many = (
            f"there may be {MAX_JUMPS} kinds of jumps at most within the horizon, and a date of an event is one, and a"
            f" day that has shocks; got {len(jumps)}"
        )
        findings.refuse("shocks" if jumps[MAX_JUMPS].name.startswith(DATED_SHOCKS) else "jumps", many)
    names = [regime.name for regime in regimes]
    for i, jump in enumerate(jumps):
        at = f"jumps[{i + 1}]"
        if jump.name in [other.name for other in jumps[:i]]:
            findings.refuse(f"{at}.name", f"{jump.name!r} comes twice")
        if len(jump.loadings) > MAX_LOADINGS:
            findings.refuse(f"{at}.loadings", f"{MAX_LOADINGS} common normals at most, got {len(jump.loadings)}")
        _check_arrival(jump, at, findings)
        for regime, _ in jump.rates:
            if regime != ANY_REGIME and regime not in names:
                findings.refuse(
                    key_of(f"{at}.rates", regime), f"{unknown_regime(regime, regimes)}; '*' is every regime"
                )


def _check_arrival(jump: Jump, at: str, findings: Findings) -> None:
    if jump.day is None and jump.event is None:
        if not jump.rates:
            findings.refuse(at, f"jump {jump.name!r} never comes: give `rates` by regime, a `day` or an `event`")
        if jump.probability != 1.0:
            findings.refuse(
                f"{at}.probability", "is of a jump with a `day` or an `event`; others come at their `rates`"
            )
        return
    if jump.day is not None and jump.event is not None:
        findings.refuse(f"{at}.event", "a jump comes on its `day` or on the dates of an `event`; leave one of them out")
    if jump.rates:
        findings.refuse(f"{at}.rates", "a jump comes on its `day` or at `rates`; leave one of them out")
    if jump.is_compensated:
        findings.refuse(f"{at}.is_compensated", "a jump with a `day` is foreseen: no drift takes its mean back")
