"""The command that shows one path of a run again, with what it does to every book, whatever its law."""

from pathlib import Path
from shlex import quote

from engine.inputs.run import RunConfig

# Settings on which a path, its P&L or its unit depends, and the options of `unwind replay` for them.
_OPTIONS = {
    "market": "--market",
    "book_files": "--book",
    "scenarios": "--scenario",
    "laws": "--law",
    "n_paths": "--paths",
    "horizon_days": "--horizon-days",
    "seed": "--seed",
    "precision": "--precision",
    "steps": "--steps",
    "currency": "--currency",
    "revaluation": "--revaluation",
}


def replay_words(config: RunConfig) -> str:
    """Return the `unwind replay` of a run with every option that it needs, and PATH in place of a path's number."""
    words = ["unwind", "replay", "PATH"]
    for name, option in _OPTIONS.items():
        value = getattr(config, name)
        if name == "scenarios" or value != RunConfig.model_fields[name].default:
            for each in value if isinstance(value, tuple) else (value,):
                words += [option, quote(str(each))]
    if config.instantaneous:
        words.append("--instantaneous")
    return " ".join(words)


def recorded_words(folder: Path, run: str | None) -> str:
    """Return the `unwind replay` of a recorded run, or of one of a night's, with PATH in place of a path's number."""
    return " ".join(["unwind replay PATH", quote(str(folder)), *([f"--run {quote(run)}"] if run is not None else [])])


def replay_command(config: RunConfig, scenario: str, path: int) -> str:
    """Return the `unwind replay` that shows a path in one scenario of a run.

    scenario   its name in the run, the law that it is laid under included
    """
    only = f" --only {quote(scenario)}" if config.laws or len(config.scenarios) > 1 else ""
    return replay_words(config).replace("PATH", str(path), 1) + only
