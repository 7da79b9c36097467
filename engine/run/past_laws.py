"""Laws of past days among a run's scenarios: which are known without simulation, and what to say of them."""

from collections.abc import Sequence
from shlex import quote

from engine.errors import InputError, counted
from engine.inputs.book.load import bundled_book_path
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import bundled_market_path
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import bundled_scenario_names
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


def past_notes(config: RunConfig, inputs: Inputs) -> tuple[str, ...]:
    """Return a line for each way in which laws of past days move factors without a history, and for a stressed year."""
    notes: dict[str, list[str]] = {}
    followers: dict[str, str] = {}  # factor -> the first law that lets it follow others
    following = list[str]()  # laws that do
    for s in past_scenarios(inputs.unwinds):
        state, unwind = inputs.shocked[s].filtered, inputs.unwinds[s]
        if state is not None and unwind is not None and unwind.law is not None and state.given:
            if is_whole(unwind):
                notes.setdefault(_still_words(state), []).append(unwind.law)
            else:
                following.append(unwind.law)
                followers |= {name: unwind.law for name in state.given if name not in followers}
        if state is not None and state.stressed is not None and way_of(unwind) is Way.STRESS:
            year = state.stressed
            words = f"joint moves of {year.first} to {year.last}, the worst year for {year.book}, whatever is held here"
            notes.setdefault(words, []).append(STRESSED)
    if followers:
        notes[_following_words(len(followers), show_command(config, inputs, following[0]))] = following
    return tuple(f"{', '.join(dict.fromkeys(laws))}: {words}" for words, laws in notes.items())


def show_command(config: RunConfig, inputs: Inputs, law: str) -> str | None:
    """Return the `unwind scenario show` that lists what follows others by assumption under a law in a run's market.

    None where there is no such command: a market that is a program's own, or a law that is no bundled scenario.
    """
    if not inputs.is_of_files or law not in bundled_scenario_names():
        return None
    files = config.book_files or (bundled_book_path(),)
    if config.market is not None:
        where = f" --market {quote(str(config.market))}"
    elif market_path_for(files) != bundled_market_path():
        own = next(each for each in files if market_path_for([each]) != bundled_market_path())
        where = f" --book {quote(own.stem)}"  # a bundled one: others have no market of their own
    else:
        where = ""
    return f"unwind scenario show {law}{where}"


def _still_words(state: FilteredState) -> str:
    return f"{', '.join(state.given)} stays still, for there is no history of it"


def _following_words(n: int, command: str | None) -> str:
    follow, them = ("has no history and follows", "it") if n == 1 else ("have no history and follow", "them")
    listed = f"; `{command}` lists {them}" if command is not None else ""
    return f"{counted(n, 'factor')} {follow} others by assumption{listed}"
