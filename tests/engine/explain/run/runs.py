"""Small runs that tests explain, made once."""

from functools import cache

from engine.explain.run.run_explanation import RunExplanation, run_explanation
from engine.explain.run.run_source import MeasuredRun, ReadyRun, measured_by_settings, ready_by_settings
from engine.inputs.run import RunConfig, resolve

REGIMES = "bench/three-regimes.toml"  # regimes, jumps, interventions and sales
N_PATHS = 20_000  # 200 in the tail


def ignore(*_: object) -> None:
    """What a run says while it works."""


def config(*scenarios: str, **settings: object) -> RunConfig:
    """Return the settings of a run of the bundled books."""
    return resolve({"scenarios": list(scenarios), "backend": "numba", "paths": N_PATHS, **settings}, {})


@cache
def ready(*scenarios: str, steps: str = "auto") -> ReadyRun:
    """Return a run up to its first path."""
    return ready_by_settings(config(*scenarios, steps=steps), ignore)


@cache
def measured() -> MeasuredRun:
    """Return a run of two scenarios, one of them with every mechanism."""
    return measured_by_settings(config("base", REGIMES), ignore, ignore)


@cache
def explained() -> RunExplanation:
    """Return it explained."""
    return run_explanation(measured())
