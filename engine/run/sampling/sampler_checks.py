"""What a run with a sampler may ask for, and where a sampler is taken at all."""

from collections.abc import Sequence

from engine.errors import InputError
from engine.inputs.run import RunConfig
from engine.mechanisms.law import Way, way_of
from engine.mechanisms.registry import is_daily
from engine.mechanisms.unwind import Unwind
from engine.risk.sampling.weighted_tail import check_measures


def check_plain(config: RunConfig) -> None:
    """Raise InputError where a run has a sampler: what walks paths again counts them alike, and has no weights."""
    if config.sampler != "plain":
        raise InputError(
            f"sampler: {config.sampler} gives `unwind run` its VaR and ES; what looks at single paths counts them"
            " alike, and these have weights: leave sampler out"
        )


def check_sampled(config: RunConfig, names: Sequence[str], unwinds: Sequence[Unwind | None], n_steps: int) -> None:
    """Raise InputError where scenarios that are drawn, (n_scenarios,), cannot be sampled, with the way out."""
    check_measures()
    refused = [name for name, each in zip(names, unwinds, strict=True) if n_steps > 1 or not is_sampled_law(each)]
    if refused:
        raise InputError(
            f"sampler: {config.sampler} takes normal and t laws over one step, and {refused[0]} is walked day by day;"
            " leave sampler out, or take such a law: --scenario base, --law gaussian, --law ewma, --law t"
        )
    if config.precision != "float64":
        raise InputError(f"sampler: {config.sampler} draws in float64; leave precision out")
    if config.parameters is not None:
        raise InputError(f"sampler: {config.sampler} takes no sets of parameters; leave sampler or parameters out")
    if config.by:
        raise InputError(f"sampler: {config.sampler} takes VaR and ES not apart; leave sampler or by out")


def is_sampled_law(unwind: Unwind | None) -> bool:
    """Return whether a scenario's law over one step is normal or t, and nothing happens beside it."""
    return unwind is None or (way_of(unwind) in (Way.DIFFUSION, Way.COVARIANCE) and not is_daily(unwind))
