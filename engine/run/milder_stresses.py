"""Stresses of a run that lose less than its ordinary law: a stress is not the worse for its name."""

from collections.abc import Mapping, Sequence
from math import hypot

from engine.conventions.amounts import scale_of
from engine.mechanisms.law import FILTERED, GAUSSIAN, STRESSED
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import ScopeResult
from engine.risk.standing import Standing
from engine.scenario.scenario import Scenario

_ERRORS = 2.0  # by which the two must differ
_WHY = {
    GAUSSIAN: "its moves are normal, at the vols of one long window and not today's",
    STRESSED: "its moves are a past year's as they were, at the vols of then",
    FILTERED: "what the scenario adds to the same law helps this book",
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
    unit = scale_of(currency, [tail.of(measure).value for tail in totals.values()], least_decimals=1)
    for each in scenarios:
        found = totals[each.name].of(measure)
        apart = usual.value - found.value > _ERRORS * hypot(usual.se, found.se)
        if standings[each.name].is_stress and apart:
            law = (each.unwind.law if each.unwind is not None else None) or GAUSSIAN
            milder.setdefault(law, []).append(f"{each.name} ({unit.amount(found.value)})")
    level = f"{measure.label} {100.0 * ordinary.confidence:.10g} % in {unit.unit}"
    return tuple(
        f"stress {', '.join(names)} is milder here than {FILTERED} ({unit.amount(usual.value)}), {level}:"
        f" {_WHY.get(law, f'its moves are by law {law!r}')}"
        for law, names in milder.items()
    )
