"""The command lines that say what a view shows, to copy into a shell."""

from collections.abc import Sequence
from pathlib import Path
from shlex import join

from engine.inputs.run import RunConfig
from engine.run.replay_command import replay_words
from unwind_risk.serve.record_state import ChosenRun
from unwind_risk.serve.state import ServeState

_WITHOUT_OPTION = ("laws", "precision", "steps", "instantaneous", "revaluation")  # of a run, in `unwind hedge`


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


def hedge_line(state: ServeState, chosen: ChosenRun, options: Sequence[str], *, has_file: bool) -> str:
    """Return the command that finds a mix of hedges for a run's settings, `options` of it given.

    "" where the run has settings that the command has no option for: they are a RUN.toml's.
    """
    config, _ = state.inputs_of(chosen)
    if any(getattr(config, name) != RunConfig.model_fields[name].default for name in _WITHOUT_OPTION):
        return ""
    manifest = chosen.record.manifest
    books = state.settings.books or tuple(Path(each["path"]) for each in manifest["books"])
    told = config.model_copy(update={"market": Path(manifest["market"]["path"]), "book_files": books})
    words = replay_words(told).removeprefix("unwind replay PATH ")
    return f"unwind hedge {join([*(['HEDGES.csv'] if has_file else []), *options])} {words}"


def replay_line(chosen: ChosenRun, scenario: str, path: int) -> str:
    """Return the command that shows one path of a recorded run day by day."""
    return command_line(["replay", path, chosen.folder, "--only", scenario])


def reproduce_line(chosen: ChosenRun) -> str:
    """Return the command that reproduces a recorded run bit by bit."""
    return command_line(["reproduce", chosen.folder])
