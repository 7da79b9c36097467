"""The command that shows one path of a run again, with what it does to every book, whatever its law."""

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


def replay_command(config: RunConfig, scenario: str, path: int) -> str:
    """Return the `unwind replay` that shows a path in one scenario of a run, with every option that it needs.

    scenario   its name in the run, the law that it is laid under included
    """
    words = ["unwind", "replay", str(path)]
    for name, option in _OPTIONS.items():
        value = getattr(config, name)
        if name == "scenarios" or value != RunConfig.model_fields[name].default:
            for each in value if isinstance(value, tuple) else (value,):
                words += [option, quote(str(each))]
    if config.instantaneous:
        words.append("--instantaneous")
    if config.laws or len(config.scenarios) > 1:
        words += ["--only", quote(scenario)]
    return " ".join(words)
