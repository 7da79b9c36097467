"""Laws of past days among a run's scenarios: which are known without simulation, and what to say of them."""

from collections.abc import Sequence

from engine.errors import InputError
from engine.market.filtered import FilteredState
from engine.mechanisms.law import STRESSED, Way, draws_jumps, is_whole, way_of
from engine.mechanisms.registry import has_events
from engine.mechanisms.unwind import Unwind
from engine.run.load import Inputs


def past_scenarios(unwinds: Sequence[Unwind | None]) -> list[int]:
    """Return the numbers of the scenarios whose moves are made of those of past days."""
    return [s for s, unwind in enumerate(unwinds) if way_of(unwind) is not Way.DIFFUSION]


def exact_scenarios(unwinds: Sequence[Unwind | None], n_steps: int) -> list[int]:
    """Return the numbers of the scenarios that need no simulation: plain history, and one day of filtered history.

    Jumps, those beyond its rows among them, interventions and sales on top of it are drawn.
    """

    def is_known(unwind: Unwind | None) -> bool:
        if unwind is None or is_whole(unwind):
            return unwind is not None
        return n_steps == 1 and way_of(unwind) is Way.ROWS and not has_events(unwind) and not draws_jumps(unwind)

    return [s for s, unwind in enumerate(unwinds) if is_known(unwind)]


def refuse_plain_history(inputs: Inputs) -> None:
    """Raise InputError where a scenario is plain history: all that draws paths refuses it."""
    for name, unwind in zip(inputs.names, inputs.unwinds, strict=True):
        if is_whole(unwind):
            raise InputError(
                f"{name} is plain history, which has no paths to draw: `unwind run` and `unwind batch` value it whole"
            )


def past_notes(inputs: Inputs) -> tuple[str, ...]:
    """Return which factors of a run have no history, and how laws of past days move them, in words."""
    notes: dict[str, list[str]] = {}
    for s in past_scenarios(inputs.unwinds):
        state, unwind = inputs.shocked[s].filtered, inputs.unwinds[s]
        if state is not None and unwind is not None and unwind.law is not None and state.given:
            words = _still_words(state) if is_whole(unwind) else _given_words(state, unwind)
            notes.setdefault(words, []).append(unwind.law)
        if state is not None and state.stressed is not None and way_of(unwind) is Way.STRESS:
            year = state.stressed
            words = f"joint moves of {year.first} to {year.last}, the worst year for {year.book}, whatever is held here"
            notes.setdefault(words, []).append(STRESSED)
    return tuple(f"{', '.join(dict.fromkeys(laws))}: {words}" for words, laws in notes.items())


def _still_words(state: FilteredState) -> str:
    return f"{', '.join(state.given)} stays still, for there is no history of it"


def _given_words(state: FilteredState, unwind: Unwind) -> str:
    following = [each.factor for each in unwind.row_followers if each.factor in state.given]
    ways = [
        f"{name} by {' + '.join(f'{weight:g} x {other}' for other, weight in each.loadings.items())}"
        for name, each in state.given.items()
        if name not in following
    ]
    words = f"without a history, by assumption: {'; '.join(ways)}, and noise of its own" if ways else ""
    with_rows = f"with the rows by `row_followers`: {', '.join(following)}" if following else ""
    return "; ".join(each for each in (words, with_rows) if each)
