"""The reverse stress of a run: ways to lose an amount under each scenario's law, and what markets given a level are."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.factor_levels import GivenLevel, factor_number, given_levels
from engine.analysis.reverse.given_stress import given_stress
from engine.analysis.reverse.horizon_paths import (
    WINDOW,
    LossCount,
    count_losses,
    farthest_loss,
    paths_at_horizon,
)
from engine.analysis.reverse.likely_modes import likely_modes
from engine.analysis.reverse.path_modes import path_modes
from engine.analysis.reverse.required_level import required_levels
from engine.analysis.reverse.results import Figure, ReverseStress
from engine.analysis.reverse.stress_setting import StressSetting, stress_setting
from engine.errors import InputError
from engine.inputs.repeated import first_repeated
from engine.inputs.run import RunConfig
from engine.run.blocks import Progress
from engine.run.load import Inputs
from engine.scenario.under_laws import standing_of

LEAST_NEAR = 30  # drawn paths that lose about the amount, to tell ways apart


def reverse_stresses(
    config: RunConfig,
    inputs: Inputs,
    target: float,
    solve: Sequence[str],
    given: Sequence[str],
    progress: Progress,
    say: Callable[[str], None],
) -> tuple[ReverseStress, ...]:
    """Find the likeliest ways to lose `target`, over the horizon, under each scenario of `config`.

    Parameters
    ----------
    config : checked settings; `steps`, `until_se` and confidences do not count: paths are walked daily
    inputs : of the run
    target : a loss, positive, in the run's currency
    solve : names of factors, each of which is asked what it must be for that loss
    given : levels as a user writes them, "USDJPY=125", at which factors end in a conditional stress
    progress : called with paths done and in all
    say : is called with what was picked

    Raises
    ------
    InputError
        An input is bad; no such factor; a level that no market reaches; a loss beyond the paths or below the usual.
    """
    factors = [factor_number(name, inputs.market.factors, "--solve") for name in solve]
    if (twice := first_repeated(solve)) is not None:
        raise InputError(f"--solve: {twice} is given twice; leave one out")
    results = []
    for s in range(len(inputs.names)):
        levels = given_levels(given, inputs.shocked[s])
        own = config if config.laws else config.model_copy(update={"scenarios": (config.scenarios[s],)})
        setting = stress_setting(own, inputs.of([s]), say)
        results.append(_of_setting(setting, target, factors, levels, progress))
    return tuple(results)


def as_json(results: Sequence[ReverseStress]) -> dict[str, Any]:
    """Return strict JSON's types; what is not known becomes None."""
    return {"schema": 1, "results": [_plain(dataclasses.asdict(result)) for result in results]}


def _of_setting(
    setting: StressSetting, target: float, factors: Sequence[int], levels: Sequence[GivenLevel], progress: Progress
) -> ReverseStress:
    part = setting.part
    book = _book(setting, bool(factors or levels))
    given = given_stress(setting, book, levels) if book is not None and levels else None
    required = [required_levels(setting, book, factor, target) for factor in factors] if book is not None else []
    count = count_losses(part, target, progress)
    near = paths_at_horizon(part, count.near)
    counted = Figure(value=count.probability, se=count.probability_se)
    if setting.density is not None and book is not None:
        probability, modes = likely_modes(setting, setting.density, book, target, near)
    else:
        _check_count(setting, count, target)
        probability, modes = counted, path_modes(setting, near)
    return ReverseStress(
        scenario=part.inputs.names[0],
        standing=standing_of(part.inputs.scenarios[0], part.inputs.market),
        currency=part.config.currency,
        valuation_date=part.inputs.market.valuation_date.isoformat(),
        horizon_days=part.config.horizon_days,
        target=target,
        method="paths" if setting.density is None else "density",
        n_paths=count.n_paths,
        seed=None if setting.is_whole else part.config.seed,
        probability=probability,
        counted=counted,
        n_near=int(np.size(count.near)),
        modes=modes,
        required=tuple(required),
        given=given,
        warnings=part.inputs.warnings,
    )


def _book(setting: StressSetting, is_asked: bool) -> BookLosses | None:
    """Return the losses of given markets; refuse what asks for them where the way to the horizon matters."""
    if setting.losses is None and is_asked:
        raise InputError(f"--solve and --given look at markets on the horizon, and {setting.expiring}")
    return setting.losses


def _check_count(setting: StressSetting, count: LossCount, target: float) -> None:
    """Refuse a loss that too few paths come near, or that half of them exceed."""
    name, currency = setting.part.inputs.names[0], setting.part.config.currency
    if count.probability > 0.5:
        raise InputError(
            f"--loss: {count.probability:.0%} of the paths of {name} lose {target:,.0f} {currency} or more, so that it"
            " is no stress; ask for more"
        )
    least = 1 if setting.is_whole else LEAST_NEAR
    if count.near.size >= least:
        return
    more = "" if setting.is_whole else ", or for more --paths"
    what = "moves, which are all that the law has," if setting.is_whole else "paths"
    raise InputError(
        f"--loss: of {count.n_paths:,} {what} of {name} {count.near.size:,} lose within {WINDOW:.0%} of {target:,.0f}"
        f" {currency}, and it takes {least}: the loss is beyond the tail. The largest loss is {count.worst[0]:,.0f};"
        f" ask for {farthest_loss(count, least):,.0f} or less{more}"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
