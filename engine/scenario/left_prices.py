"""Equities that a book holds and that a scenario leaves to the diffusion while it moves all else."""

from collections.abc import Sequence

from engine.mechanisms.unwind import Unwind
from engine.scenario.left_fx import where_dollar_moves, where_moved
from engine.scenario.scenario import Scenario, findings_of

CURE = "equities/mixture-theory"  # the bundled scenario in which they move with the regimes


def left_price_notes(scenario: Scenario, held: Sequence[str]) -> tuple[str, ...]:
    """Return a note where a scenario moves USD/JPY beyond the diffusion and says nothing of prices that are held.

    `held` are the price factors of a book's holdings, each once.
    """
    unwind = scenario.unwind or Unwind()
    where = next(where_dollar_moves(scenario, unwind), None)
    left = [name for name in held if not any(where_moved(scenario, unwind, name))]
    if where is None or not left:
        return ()
    findings = findings_of(scenario)
    findings.note(
        where,
        f"it moves USD/JPY and leaves {', '.join(left)} to the market's own vols, though equities fell with it in the"
        f" unwinds of 2024 and 2025; take the scenario {CURE}, or give {left[0]} a shock, drifts or jumps",
    )
    return findings.notes()
