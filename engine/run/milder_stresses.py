"""Stresses of a run that lose less than its ordinary law: a stress is not the worse for its name."""

from collections.abc import Mapping, Sequence
from math import hypot

from engine.mechanisms.law import FILTERED, GAUSSIAN, STRESSED
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult
from engine.risk.standing import Standing
from engine.scenario.scenario import Scenario

_ERRORS = 2.0  # by which the two must differ
_MOVES = {
    GAUSSIAN: "its moves are normal, by the market's vols of one long window, beside what the scenario itself does",
    STRESSED: "its moves are a past year's as they were, at the vols of then",
    FILTERED: "its moves are by the same law, beside what the scenario itself does",
}


def milder_stresses(
    rows: Sequence[ScopeResult], scenarios: Sequence[Scenario], standings: Mapping[str, Standing], currency: str
) -> tuple[str, ...]:
    """Return a note on the stresses whose VaR of the total lies below that of `filtered` in the same run.

    At the highest confidence, by more than two errors; one note for all stresses of one law, none without `filtered`.
    """
    totals = {row.scenario: row.measures[-1] for row in rows if row.scope == "total"}
    if FILTERED not in totals:
        return ()
    measure, ordinary = HEADLINE[0], totals[FILTERED]
    usual, milder = ordinary.of(measure), dict[str, list[str]]()  # by law
    for each in scenarios:
        found = totals[each.name].of(measure)
        apart = usual.value - found.value > _ERRORS * hypot(usual.se, found.se)
        if standings[each.name].is_stress and apart:
            law = (each.unwind.law if each.unwind is not None else None) or GAUSSIAN
            milder.setdefault(law, []).append(f"{each.name} ({found.value:,.0f})")
    level = f"{measure.label} {100.0 * ordinary.confidence:.10g} %"
    return tuple(
        f"stress {', '.join(names)} is milder than {FILTERED} ({usual.value:,.0f}) here, {level} of the total in"
        f" {currency}: {_MOVES.get(law, f'its moves are by law {law!r}')}; those of {FILTERED}"
        " are past days' at the vols of today"
        for law, names in milder.items()
    )
