"""The command lines that say what a view shows, to copy into a shell."""

from collections.abc import Sequence
from pathlib import Path
from shlex import join

from engine.run.replay_command import replay_words
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import ServeState


def command_line(words: Sequence[object]) -> str:
    """Return `unwind` and its words as a shell takes them."""
    return f"unwind {join(map(str, words))}"


def explain_line(chosen: ChosenRun) -> str:
    """Return the command that explains a recorded run."""
    return command_line(["explain", chosen.folder])


def whatif_line(state: ServeState, chosen: ChosenRun) -> str:
    """Return the command that tries trades on a recorded run, or on its settings with other books."""
    if not state.settings.books:
        return command_line(["whatif", "TRADES.csv", "--night", chosen.folder])
    config, _ = state.inputs_of(chosen)
    market = Path(chosen.record.manifest["market"]["path"])
    other = config.model_copy(update={"market": market, "book_files": state.settings.books})
    return replay_words(other).replace("unwind replay PATH", "unwind whatif TRADES.csv", 1)


def reproduce_line(chosen: ChosenRun) -> str:
    """Return the command that reproduces a recorded run bit by bit."""
    return command_line(["reproduce", chosen.folder])
