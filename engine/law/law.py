"""The law of the factors' moves over a step: what the kernels draw from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.law.diffusion import Diffusion, Steps, covariance_after, diffusion_of, mean_after, reverting_time
from engine.law.drifts import drifts_per_year
from engine.law.envelope import envelope, envelope_over_rows
from engine.law.part import LawSetting
from engine.law.past.filtered import WEEKDAYS_PER_YEAR, RowLaw, jumping, row_law, step_spans, tilted
from engine.law.past.historical import historical_law
from engine.law.past.weekday_covariance import weekday_moves
from engine.law.registry import check_laws, law_part
from engine.law.unwind import UnwindLaw, unwind_law
from engine.market.factors import DAYS_PER_YEAR, LEVELS_MOVE, FactorKind
from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.mechanisms.law import LAW_KINDS, LawKind, Way
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.regimes import regime_correlation, regime_vols
from engine.mechanisms.registry import has_events, is_daily, mechanisms_on
from engine.mechanisms.unwind import Unwind
from kernels.types import F64

LARGEST_MOVES = {
    FactorKind.RATE: 5.0,
    FactorKind.PRICE: 300.0,
    FactorKind.VOL: 300.0,
    FactorKind.SPREAD: 5.0,
    FactorKind.SKEW: 20.0,
}  # of a state over the horizon; exp(700) overflows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """One step of the deviations from the start, in each regime: x <- decay x + drift + chol (q z) + convexity q^2.

    A law without an `unwind` has one regime, q = 1 and no convexity; `mean`, `covariance` and `std` are then exact.
    Otherwise they describe a range that few paths leave (`engine.law.envelope`). A law by rows has no chol: its moves
    are a row's, by variances that go along with the path; what happens beside them is its `unwind`.
    """

    decay: F64  # (n_factors,) exp(-kappa dt)
    drift: F64  # (n_regimes, n_factors) per step, in the state's units
    chol: F64  # (n_regimes, n_factors, n_factors) lower Cholesky factor of the step's covariance
    convexity: F64  # (n_regimes, n_factors) per step
    unwind: UnwindLaw | None = None
    rows: RowLaw | None = None

    def mean(self, steps: int) -> F64:
        """Return the mean of the deviations after `steps`, in the states' units: (n_factors,)."""
        if self.unwind is not None:
            return self._envelope(self.unwind, steps)[0]
        mean = mean_after(self.decay, self.drift[0], steps)
        return mean if self.rows is None else mean + self.rows.mean(steps)

    def covariance(self, steps: int) -> F64:
        """Return the covariance of the deviations after `steps`: (n_factors, n_factors)."""
        if self.unwind is not None:
            return self._envelope(self.unwind, steps)[1]
        if self.rows is not None:
            return self.rows.covariance(steps)
        return covariance_after(self.decay, self.chol[0], steps)

    def std(self, steps: int) -> F64:
        """Return the standard deviations after `steps`, in the states' units: (n_factors,)."""
        return np.sqrt(np.diag(self.covariance(steps)))

    def key(self) -> bytes:
        """Return bytes that are equal for equal laws."""
        own = b"".join(each.tobytes() for each in (self.decay, self.drift, self.chol, self.convexity))
        return own + (self.unwind.key() if self.unwind else b"") + (self.rows.key() if self.rows else b"")

    def _envelope(self, unwind: UnwindLaw, steps: int) -> tuple[F64, F64]:
        if self.rows is None:
            return envelope(self.decay, self.drift + self.convexity, self.chol, unwind, steps)
        alone = replace(self, unwind=None)
        return envelope_over_rows(alone.mean(steps), alone.covariance(steps), self.decay, unwind, steps)


def law_of(
    market: Market,
    horizon_days: int,
    n_steps: int,
    unwind: Unwind | None = None,
    base: Market | None = None,
) -> Law:
    """Return the law of `n_steps` equal steps to the horizon, from a market in a scenario with its unwind.

    `base` is the market before the scenario's shocks, from which losses and the pick-up of those who sell count:
    `market` itself unless given.

    Raises
    ------
    InputError
        A vol is beyond a market's range; the unwind is seen by day and steps are longer; a regime's correlation is not
        positive semidefinite.
    LookupError
        A mechanism was registered without its part in a law, or a part without its mechanism.
    """
    check_laws()
    dt = horizon_days / DAYS_PER_YEAR / n_steps
    setting = LawSetting(market=market, base=base or market, dt=dt, n_steps=n_steps)
    if unwind is not None and unwind.law is not None:
        law = _of_past(unwind, LAW_KINDS[unwind.law], setting, horizon_days)
    else:
        law = _plain(market, dt) if unwind is None else _with_unwind(unwind, setting)
    vols = np.max([market.vols, *(regime_vols(each, market) for each in (unwind.regimes if unwind else ()))], axis=0)
    _check_moves(market, vols, np.abs(law.mean(n_steps)) + 10.0 * law.std(n_steps))
    return law


def _plain(market: Market, dt: float) -> Law:
    return _law(market, _joined([diffusion_of(market, market.vols, market.correlation, dt)]), dt)


def _of_past(unwind: Unwind, kind: LawKind, setting: LawSetting, horizon_days: int) -> Law:
    market, n_steps = setting.market, setting.n_steps
    if market.filtered is None:
        raise InputError(f"the market of {market.valuation_date} has no law of past days: {market.no_filtered}")
    if kind.way is Way.COVARIANCE:
        return _by_covariance(market.filtered, kind, setting, horizon_days)
    if abs(setting.dt * DAYS_PER_YEAR - 1.0) > 1e-9:
        raise InputError("a law of past days steps from one joint date to the next: it needs `steps` daily")
    if kind.way is Way.ROWS:
        rows, steps = row_law(market.filtered, market, n_steps, unwind.rows)
        rows = tilted(rows, market.filtered) if kind.is_tilted else rows
        rows = jumping(rows, market.filtered, market) if kind.jumps else rows
    else:
        rows, steps = historical_law(market.filtered, market, kind, n_steps)
    by_date = replace(setting, dt=steps.years)
    for mechanism, _ in mechanisms_on(unwind):
        if (change_table := law_part(mechanism.key).change_table) is not None:
            rows = change_table(unwind, by_date, rows)
    for mechanism, _ in mechanisms_on(unwind):
        if (change := law_part(mechanism.key).change_rows) is not None:
            steps = change(unwind, by_date, rows, steps)
    n = len(market.factors)
    return Law(
        decay=steps.decay,
        drift=steps.drift[None],
        chol=np.zeros((1, n, n)),
        convexity=np.zeros((1, n)),
        unwind=unwind_law(unwind, by_date) if has_events(unwind) else None,
        rows=rows,
    )


def _by_covariance(state: FilteredState, kind: LawKind, setting: LawSetting, horizon_days: int) -> Law:
    """Return normals or t by the covariance of a weekday; the weekdays to the horizon are spread over its steps."""
    moves = weekday_moves(state, setting.market, kind)
    weekdays = float(step_spans(setting.market.valuation_date, horizon_days).sum())
    market = replace(setting.market, kappas=np.where(moves.held, 0.0, setting.market.kappas))
    dt = weekdays / WEEKDAYS_PER_YEAR / setting.n_steps
    step = diffusion_of(market, moves.vols, moves.correlation, dt)
    steps = _joined([replace(step, drift=np.where(moves.held, 0.0, step.drift))])
    if kind.nu is None:
        return _law(market, steps, dt)
    return _law(market, steps, dt, unwind_law(Unwind(nu=kind.nu), replace(setting, market=market, dt=dt)))


def _with_unwind(unwind: Unwind, setting: LawSetting) -> Law:
    if is_daily(unwind) and abs(setting.dt * DAYS_PER_YEAR - 1.0) > 1e-9:
        raise InputError("this scenario's unwind is seen day by day: it needs `steps` daily")
    market, drifts = setting.market, drifts_per_year(unwind, setting.market)
    n_regimes = max(1, len(unwind.regimes))
    steps = _joined([_regime_step(market, unwind, k, drifts, setting.dt) for k in range(n_regimes)])
    for mechanism, _ in mechanisms_on(unwind):
        if (change := law_part(mechanism.key).change_steps) is not None:
            steps = change(unwind, setting, steps)
    parts = unwind_law(unwind, setting)
    return _law(market, steps, setting.dt, parts if parts.record["is_unwind"] else None)


def _regime_step(market: Market, unwind: Unwind, k: int, drifts: F64, dt: float) -> Diffusion:
    """Return regime k's step; without regimes, the market's. `drifts` (n_factors,) per year are every regime's."""
    regime = unwind.regimes[k] if unwind.regimes else None
    vols = regime_vols(regime, market) if regime else market.vols
    correlation = regime_correlation(regime, market) if regime else market.correlation
    step = diffusion_of(market, vols, correlation, dt, mixes=unwind.nu is not None)
    own = values(regime.drifts, [factor.name for factor in market.factors]) if regime else np.zeros_like(drifts)
    return replace(step, drift=step.drift + (drifts + own) * reverting_time(market.kappas, dt))


def _joined(steps: Sequence[Diffusion]) -> Steps:
    return Steps(
        drift=np.stack([step.drift for step in steps]),
        chol=np.stack([step.chol for step in steps]),
        convexity=np.stack([step.convexity for step in steps]),
    )


def _law(market: Market, steps: Steps, dt: float, unwind: UnwindLaw | None = None) -> Law:
    return Law(
        decay=np.exp(-market.kappas * dt),
        drift=steps.drift,
        chol=steps.chol,
        convexity=steps.convexity,
        unwind=unwind,
    )


def _check_moves(market: Market, vols: F64, largest: F64) -> None:
    """Refuse a law whose moves no exponential can hold; 10 standard deviations are never drawn."""
    for factor, move, vol in zip(market.factors, largest.tolist(), vols.tolist(), strict=True):
        if move > LARGEST_MOVES[factor.kind]:
            raise InputError(
                f"{factor.name} has a vol of {vol:g} per year in this scenario, and over this horizon its"
                f" {'level' if factor.kind in LEVELS_MOVE else 'logarithm'} may move by {move:.3g}: that is no move"
                " of a market; vols are decimals, 0.10 is 10 %; check vols and vol multipliers, drifts, the level of a"
                " bridge and what sales do to prices"
            )
