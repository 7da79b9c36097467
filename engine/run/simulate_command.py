"""The command that shows one path of a run again, day by day."""

from shlex import quote

from engine.inputs.run import RunConfig
from engine.run.prepared import PreparedRun

_OPTIONS = ("market", "horizon_days", "seed", "precision")  # of `unwind simulate`, on which a path depends


def simulate_command(prepared: PreparedRun, scenario: str, path: int) -> str | None:
    """Return the `unwind simulate` that shows a path of a scenario that was drawn, with every option that needs it.

    None where there is no such command: paths that took the horizon in one step, as `unwind simulate` walks by day;
    scenarios laid under a law, which it does not take; inputs that are a program's own and no files.
    """
    config, drawn = prepared.config, prepared.drawn
    if drawn is None or drawn.packed.n_steps != config.horizon_days or config.laws or not prepared.inputs.is_of_files:
        return None
    given = dict(zip(prepared.inputs.names, config.scenarios, strict=True))  # by name, or by the path of a file
    words = ["unwind", "simulate", "--scenario", quote(given[scenario])]
    for name in _OPTIONS:
        value = getattr(config, name)
        if value != RunConfig.model_fields[name].default:
            words += [f"--{name.replace('_', '-')}", quote(str(value))]
    return " ".join([*words, "--path", str(path)])
