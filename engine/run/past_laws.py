"""Laws of past days among a run's scenarios: which are known without simulation, and what to say of them."""

from collections.abc import Sequence

from engine.errors import InputError
from engine.mechanisms.law import is_historical
from engine.mechanisms.unwind import Unwind
from engine.run.load import Inputs


def past_scenarios(unwinds: Sequence[Unwind | None]) -> list[int]:
    """Return the numbers of the scenarios whose moves are those of past days, filtered or as they were."""
    return [s for s, unwind in enumerate(unwinds) if unwind is not None and unwind.law is not None]


def exact_scenarios(unwinds: Sequence[Unwind | None], n_steps: int) -> list[int]:
    """Return the numbers of the scenarios that need no simulation: plain history, and one day of filtered history."""
    whole = [unwind is not None and (n_steps == 1 or is_historical(unwind)) for unwind in unwinds]
    return [s for s in past_scenarios(unwinds) if whole[s]]


def refuse_plain_history(inputs: Inputs) -> None:
    """Raise InputError where a scenario is plain history: all that draws paths refuses it."""
    for name, unwind in zip(inputs.names, inputs.unwinds, strict=True):
        if unwind is not None and is_historical(unwind):
            raise InputError(
                f"{name} is plain history, which has no paths to draw: `unwind run` and `unwind batch` value it whole"
            )


def past_notes(inputs: Inputs) -> tuple[str, ...]:
    """Return which factors of a run have no history, and how laws of past days move them, in words."""
    notes = {}
    for s in past_scenarios(inputs.unwinds):
        state, unwind = inputs.shocked[s].filtered, inputs.unwinds[s]
        if state is None or unwind is None or unwind.law is None or not state.given:
            continue
        if is_historical(unwind):
            notes[unwind.law] = f"{unwind.law}: {', '.join(state.given)} stays still, for there is no history of it"
            continue
        ways = [
            f"{name} by {' + '.join(f'{weight:g} x {other}' for other, weight in each.loadings.items())}"
            for name, each in state.given.items()
        ]
        notes[unwind.law] = f"{unwind.law}: without a history, by assumption: {'; '.join(ways)}, and noise of its own"
    return tuple(notes.values())
