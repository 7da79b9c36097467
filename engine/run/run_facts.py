"""What was run, as a result tells it: settings, versions, and how far compressed revaluation may be off."""

import platform
from importlib.metadata import PackageNotFoundError, version

from engine.risk.ranks import INTERVAL_CONFIDENCE
from engine.risk.results import Revaluation, RunFacts
from engine.run.prepared import PreparedRun
from engine.scenario.under_laws import law_groups, standing_of

PACKAGES = ("unwind-risk", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "cupy-cuda12x", "cupy-cuda13x")


def facts_of(prepared: PreparedRun, n_paths: int) -> RunFacts:
    """Return what was run.

    n_paths   of the simulation; where nothing is drawn, the most moves of any scenario
    """
    config, inputs, backend = prepared.config, prepared.inputs, prepared.backend
    packs = [part.packed for part in prepared.parts]
    return RunFacts(
        seed=config.seed,
        n_paths=n_paths,
        horizon_days=config.horizon_days,
        steps="one" if packs[0].n_steps == 1 else "daily",
        backend=backend.name,
        device=backend.device(),
        precision=config.precision,
        valuation_date=inputs.market.valuation_date,
        currency=config.currency,
        interval_confidence=INTERVAL_CONFIDENCE,
        versions=versions(),
        inputs=inputs.sha256,
        until_se=config.until_se,
        sampler=config.sampler,
        laws=law_groups(inputs.scenarios),
        standings={each.name: standing_of(each, inputs.market) for each in inputs.scenarios},
        revaluation=Revaluation(
            method=config.revaluation,
            degree=max(each.book.flows.degree for each in packs),
            flow_bound=max(each.bounds.flows for each in packs),
            option_bound=max(each.bounds.payoffs["fx_options"] for each in packs),
            future_bound=max(each.bounds.payoffs["futures"] for each in packs),
            swaption_bound=max(each.bounds.payoffs["swaptions"] for each in packs),
            instantaneous=config.instantaneous,
        ),
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
