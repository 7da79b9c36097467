"""How much of a loss is exogenous, how much the loop of forced sales adds, how much not knowing its impact adds.

Three variants of a scenario on the same random numbers: without carry stops, repatriation and price impact; with them
at the median impact; with the impact drawn per path. Differences of a risk measure between neighbours are its parts.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from engine.analysis.gain_odds import gain_odds_of
from engine.analysis.loop_gain import LoopGain, loop_gain
from engine.analysis.regimes import RegimeResult, by_regime
from engine.analysis.sectioning import N_SECTIONS, check_sectioning, sectioning_error
from engine.errors import InputError
from engine.inputs.run import RunConfig
from engine.law.law import law_of
from engine.law.unwind import UnwindLaw
from engine.market.factors import DAYS_PER_YEAR
from engine.mechanisms.impact import at_median
from engine.mechanisms.repatriation import MONTH_DAYS, RECORD_USD_BN, Repatriation, sold_in_a_month
from engine.mechanisms.unwind import Unwind
from engine.pack.pack import Packed, pack
from engine.risk.estimate import mean_se
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import value_at_risk
from engine.risk.standing import Standing
from engine.risk.tail import TailEstimate
from engine.risk.uncertainty.study import GainOdds
from engine.run.backend import choose_backend, device_errors
from engine.run.blocks import Progress
from engine.run.load import Inputs, load_inputs
from engine.run.past_laws import refuse_plain_history
from engine.run.sampling.sampler_checks import check_plain
from engine.scenario.under_laws import standing_of
from kernels.base import AbstractBackend, PathRange, Program
from kernels.law_layout import PATH_SERIES
from kernels.types import F64, Bools

N_VARIANTS = 3
MOST_BYTES = 2**31  # of P&L held at once
CHUNK = 2**16  # paths at a time
CHUNK_BYTES = 2**27  # of levels at a time
CHANNELS = {"carry": "carry_sold", "private": "private_sold", "official": "official_sold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a risk measure, or the whole, in the run's currency; losses positive."""

    value: float
    se: float  # by sections of the paths, paired where it is a difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """One risk measure of one scope: total = exogenous + feedback + impact_uncertainty."""

    scope: str  # "total" or "book:NAME"
    measure: str  # its key, such as "value_at_risk"
    confidence: float
    total: Part
    exogenous: Part  # with no forced sales and no price impact
    feedback: Part  # what sales at the median impact add
    impact_uncertainty: Part  # what drawing the impact adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Sales over the horizon, USD bn: dollars by the carry trade, Treasuries by the others."""

    name: str  # "carry", "private", "official"
    mean: Part
    in_tail: Part  # mean over the paths whose total loss is at least VaR at the highest confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMonth:
    """What private holders sell in a month, USD bn, beside the record."""

    simulated: Part  # the mean, where the share sold of what is left goes on as over the horizon
    at_most: float  # at the largest hazard
    record: float  # the fall of Japan's holdings in March 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the loop does to one scenario."""

    scenario: str
    standing: Standing  # a stress or a forecast
    currency: str  # of all losses
    n_paths: int
    n_sections: int  # disjoint blocks of paths that the errors come from
    horizon_days: int
    parts: tuple[Decomposition, ...]
    sales: tuple[Channel, ...]
    private_month: PrivateMonth | None  # None: no private holders
    gain: LoopGain
    gain_odds: GainOdds | None  # over the scenario's priors; None: it has none
    regimes: tuple[RegimeResult, ...]
    warnings: tuple[str, ...]


def feedback(config: RunConfig, progress: Progress, say: Callable[[str], None]) -> tuple[Feedback, ...]:
    """Take apart the risk of each scenario of `config`.

    Parameters
    ----------
    config : checked settings; `steps` and `until_se` do not count: paths are walked daily
    progress : called with paths done and in all
    say : is called with what was picked

    Raises
    ------
    InputError
        An input is bad; too few paths for paired errors, or too many to hold.
    """
    check_plain(config)
    inputs = load_inputs(config)
    check_sectioning(config.n_paths, config.confidences)
    refuse_plain_history(inputs)
    n_rows = N_VARIANTS * (1 + len(set(inputs.book.books)))
    if 8 * n_rows * config.n_paths > MOST_BYTES:
        most = MOST_BYTES // (8 * n_rows)
        raise InputError(f"`paths` must be at most {most:,} here: all P&L is held at once; got {config.n_paths:,}")
    backend = choose_backend(config.backend, say)
    with device_errors():
        return tuple(_of_scenario(config, inputs, backend, s, progress) for s in range(len(inputs.names)))


def variants(unwind: Unwind) -> tuple[Unwind, Unwind, Unwind]:
    """Return the unwind without forced sales and impact; with both at the median impact; and as it is."""
    alone = replace(unwind, carry=None, repatriation=None, impact=None)
    fixed = replace(unwind, impact=at_median(unwind.impact)) if unwind.impact else unwind
    return alone, fixed, unwind


def as_json(results: Sequence[Feedback]) -> dict[str, Any]:
    """Return strict JSON's types; what the sample does not bound becomes None."""
    return {"schema": 1, "results": [_plain(result) for result in results]}


def _of_scenario(config: RunConfig, inputs: Inputs, backend: AbstractBackend, s: int, progress: Progress) -> Feedback:
    unwind = inputs.unwinds[s] or Unwind()
    packed = _pack(config, inputs, s, variants(unwind))
    pnl = _pnl(backend, _prepare(config, backend, packed), config.n_paths, progress)  # (3, n_scopes, n_paths)
    outcomes = _outcomes(backend, _prepare(config, backend, _pack(config, inputs, s, (unwind,))), config)
    scopes = ("total", *(f"book:{name}" for name in packed.books))
    law = law_of(inputs.shocked[s], config.horizon_days, config.horizon_days, unwind, inputs.market)
    regimes = tuple(regime.name for regime in unwind.regimes) or ("the only one",)
    in_tail = pnl[2, 0] <= -value_at_risk(pnl[2, 0], max(config.confidences))
    return Feedback(
        scenario=inputs.names[s],
        standing=standing_of(inputs.scenarios[s], inputs.market),
        currency=config.currency,
        n_paths=config.n_paths,
        n_sections=N_SECTIONS,
        horizon_days=config.horizon_days,
        parts=tuple(
            _decomposed(pnl[:, k], scope, measure, confidence)
            for k, scope in enumerate(scopes)
            for confidence in config.confidences
            for measure in MEASURES.values()
        ),
        sales=tuple(_channel(name, outcomes[row], in_tail) for name, row in CHANNELS.items()),
        private_month=_private_month(
            unwind.repatriation, law.unwind, outcomes[CHANNELS["private"]], config.horizon_days
        ),
        gain=loop_gain(law.unwind, config.horizon_days)
        if law.unwind
        else LoopGain(at_median=0.0, at_95=0.0, probability=0.0),
        gain_odds=gain_odds_of(inputs.scenarios[s], inputs, config.horizon_days, config.parameters_seed),
        regimes=by_regime(pnl[2], scopes, outcomes["regime"].astype(np.int64), regimes, config.confidences),
        warnings=inputs.warnings,
    )


def _pack(config: RunConfig, inputs: Inputs, s: int, unwinds: Sequence[Unwind]) -> Packed:
    return pack(
        inputs.book,
        inputs.market,
        [inputs.shocked[s]] * len(unwinds),
        unwinds,
        horizon_days=config.horizon_days,
        n_steps=config.horizon_days,
        currency=config.currency,
        instantaneous=config.instantaneous,
        direct=config.revaluation == "direct",
    )


def _prepare(config: RunConfig, backend: AbstractBackend, packed: Packed) -> Program:
    return backend.prepare(
        packed.model,
        packed.book,
        seed=config.seed,
        n_steps=packed.n_steps,
        float32=config.precision == "float32",
        centre=packed.shock_pnl.ravel(),
    )


def _pnl(backend: AbstractBackend, program: Program, n_paths: int, progress: Progress) -> F64:
    """Return P&L by variant: (n_variants, n_scopes, n_paths) [currency]."""
    pnl = np.empty((program.n_rows, n_paths))
    for first in range(0, n_paths, CHUNK):
        n = min(CHUNK, n_paths - first)
        pnl[:, first : first + n] = backend.pnl(program, PathRange(first=first, n=n))
        progress(first + n, n_paths)
    return pnl.reshape(N_VARIANTS, -1, n_paths)


def _outcomes(backend: AbstractBackend, program: Program, config: RunConfig) -> dict[str, F64]:
    """Return what each name of PATH_SERIES is at the horizon: (n_paths,) each."""
    n_rows = program.n_steps * (program.model.decay.shape[-1] + len(PATH_SERIES))
    chunk = max(1, min(CHUNK, CHUNK_BYTES // (8 * n_rows)))
    outcomes = np.empty((len(PATH_SERIES), config.n_paths))
    for first in range(0, config.n_paths, chunk):
        ids = np.arange(first, min(first + chunk, config.n_paths), dtype=np.uint64)
        outcomes[:, first : first + ids.size] = backend.levels(program, ids)[0, -1, -len(PATH_SERIES) :]
    return dict(zip(PATH_SERIES, outcomes, strict=True))


def _decomposed(pnl: F64, scope: str, measure: TailMeasure, confidence: float) -> Decomposition:
    """Take apart a measure of one scope, from its P&L in the three variants (3, n_paths) [currency]."""

    def part(*variants: tuple[int, float]) -> Part:
        def statistic(rows: F64) -> float:
            """Add up variants with their signs, from rows (3, n_paths) [currency]."""
            return sum(sign * measure.of_sample(rows[k], confidence) for k, sign in variants)

        return Part(value=statistic(pnl), se=sectioning_error(statistic, pnl))

    return Decomposition(
        scope=scope,
        measure=measure.key,
        confidence=confidence,
        total=part((2, 1.0)),
        exogenous=part((0, 1.0)),
        feedback=part((1, 1.0), (0, -1.0)),
        impact_uncertainty=part((2, 1.0), (1, -1.0)),
    )


def _private_month(
    repatriation: Repatriation | None, unwind: UnwindLaw | None, sold: F64, n_steps: int
) -> PrivateMonth | None:
    """Return what private holders sell in a month, from `sold` (n_paths,) over the steps of the horizon [USD bn]."""
    if repatriation is None or unwind is None:
        return None
    step_years, stock = float(unwind.record["years"]), repatriation.stock_usd_bn
    months = n_steps * step_years * DAYS_PER_YEAR / MONTH_DAYS
    left = 1.0 - sold / stock if stock > 0.0 else np.ones_like(sold)
    return PrivateMonth(
        simulated=_mean(stock * (1.0 - left ** (1.0 / months))),
        at_most=sold_in_a_month(repatriation, repatriation.most, step_years),
        record=RECORD_USD_BN,
    )


def _channel(name: str, sold: F64, in_tail: Bools) -> Channel:
    return Channel(name=name, mean=_mean(sold), in_tail=_mean(sold[in_tail]))


def _mean(values: F64) -> Part:
    return Part(value=float(values.mean()), se=mean_se(values))


def _plain(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case TailEstimate():
            return _plain(value.flat())
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
