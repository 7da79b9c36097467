"""The unwind's mechanisms for the oracle: plain formulas over many paths. A fixed point is searched, not solved."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kernels.lanes import EVENTS, IMPACT_SIZE, INTERVENTION_SIZE, JUMP_SIZES, PARAMETER_STEP, PARAMETERS
from kernels.layout import SAID, ModelArrays
from kernels.mixing import quantile_nodes
from kernels.numpy.draws import double_normals, philox_at, uniform
from kernels.types import F64, I64, U64, Array

N_DAYS = 5  # that hazards look back
N_HALVINGS = 60  # of the interval in which a sale is searched


@dataclass(slots=True)
class Unwind:
    """What paths of one law carry beside their deviations; all (n_ids,) unless noted."""

    q: F64
    regime: I64
    short_run: F64  # impact per USD bn
    closes: F64  # (N_DAYS, n_ids) ln USD/JPY one to five closes ago
    worst: F64 = field(init=False)
    carry_sold: F64 = field(init=False)
    private_sold: F64 = field(init=False)
    official_sold: F64 = field(init=False)
    fading: F64 = field(init=False)

    def __post_init__(self) -> None:
        for name in ("worst", "carry_sold", "private_sold", "official_sold", "fading"):
            setattr(self, name, np.zeros(self.q.size))

    def impact(self, long_run: float) -> F64:
        """On the 5-year yield."""
        sales = self.official_sold + self.private_sold
        return np.asarray(self.short_run * (long_run * sales + (1.0 - long_run) * self.fading))

    def said(self, long_run: float) -> F64:
        """(len(SAID), n_ids)."""
        rows = {name: getattr(self, name) for name in SAID[:-1]} | {"impact": self.impact(long_run)}
        return np.array([rows[name] for name in SAID], np.float64)


def start_unwind(model: ModelArrays, d: int, seed: int, path_ids: U64) -> Unwind:
    """Draw what a path of law d keeps for good."""
    law, n = model.laws[d], path_ids.size
    w = philox_at(seed, path_ids, PARAMETER_STEP, PARAMETERS)
    z = double_normals(*philox_at(seed, path_ids, PARAMETER_STEP, IMPACT_SIZE))[0]
    q = np.interp(uniform(w[0], w[1]), quantile_nodes(), model.quantiles[d]) if law["mixes"] else np.ones(n)
    n_regimes = max(1, int(law["n_regimes"]))
    return Unwind(
        q=q,
        regime=(uniform(w[2], w[3])[:, None] >= model.initial[d, : n_regimes - 1]).sum(axis=1),
        short_run=np.exp(law["log_impact"] + law["impact_sd"] * z),
        closes=np.repeat([[law[f"lag_{k}"]] for k in range(1, N_DAYS + 1)], n, axis=1),
    )


def unwind_step(
    model: ModelArrays, d: int, seed: int, path_ids: U64, step: int, normals: Array, state: Array, unwind: Unwind
) -> None:
    """One step of law d: state (n_factors, n_ids) and `unwind`, in and out; normals (n_factors, n_ids)."""
    law = model.laws[d]
    words = philox_at(seed, path_ids, step, EVENTS)
    spot = state[law["fx"]].astype(np.float64)
    move = spot - unwind.closes[-1]
    unwind.closes = np.vstack([spot, unwind.closes[:-1]])
    _change_regimes(model, d, uniform(words[0], words[1]), move, unwind)
    _diffuse(model, d, normals, state, unwind)
    _jump(model, d, seed, path_ids, step, state, unwind)
    flow = np.full(path_ids.size, model.scheduled[d, step])
    if law["intervenes"]:
        flow += _intervene(law, seed, path_ids, step, uniform(words[2]), move, state)
    if law["feeds_back"]:
        _sell(model, d, step, flow, state, unwind)


def _change_regimes(model: ModelArrays, d: int, u: F64, move: F64, unwind: Unwind) -> None:
    n_regimes = int(model.laws[d]["n_regimes"])
    if n_regimes < 2:
        return
    base, slope = np.moveaxis(model.transitions[d, :n_regimes, :n_regimes], -1, 0)
    leaving = base[unwind.regime] + slope[unwind.regime] * np.maximum(0.0, -move)[:, None]  # (n_ids, n_regimes)
    leaving[np.arange(u.size), unwind.regime] = 0.0
    edges = np.cumsum(leaving, axis=1)
    leaves = u < edges[:, -1]
    unwind.regime = np.where(leaves, (u[:, None] >= edges).sum(axis=1), unwind.regime)


def _diffuse(model: ModelArrays, d: int, normals: Array, state: Array, unwind: Unwind) -> None:
    kind, before = state.dtype.type, state.copy()
    drawn = normals * unwind.q.astype(kind) if model.laws[d]["mixes"] else normals
    for r in range(max(1, int(model.laws[d]["n_regimes"]))):
        here = unwind.regime == r
        moved = model.decay[d][:, None] * before + model.drift[d, r][:, None] + np.tril(model.chol[d, r]) @ drawn
        if model.laws[d]["mixes"]:
            moved = moved + model.convexity[d, r][:, None] * unwind.q**2
        state[:, here] = moved[:, here]


def _jump(model: ModelArrays, d: int, seed: int, path_ids: U64, step: int, state: Array, unwind: Unwind) -> None:
    first, last = int(model.laws[d]["first_jump"]), int(model.laws[d]["last_jump"])
    for j in range(first, last):
        if model.jump_step[j] not in (-1, step):
            continue
        kind = j - first
        u = uniform(philox_at(seed, path_ids, step, EVENTS + 1 + kind // 4)[kind % 4])
        n = (u[:, None] < model.jump_tails[j][unwind.regime]).sum(axis=1)
        lanes = (JUMP_SIZES + 2 * kind, JUMP_SIZES + 2 * kind + 1)
        xi = np.vstack([double_normals(*philox_at(seed, path_ids, step, lane)) for lane in lanes])  # (4, n_ids)
        state += n * model.jump_mean[j][:, None] + np.sqrt(n) * (model.jump_loadings[j] @ xi)


def _intervene(law: npt.NDArray[np.void], seed: int, path_ids: U64, step: int, u: F64, move: F64, state: Array) -> F64:
    """Push USD/JPY; returns the Treasuries sold for it, USD bn (n_ids,)."""
    side = np.where(move < 0.0, law["rise_logit"], law["fall_logit"])
    arrives = u < 1.0 / (1.0 + np.exp(-(side + law["logit_per_move"] * np.abs(move))))
    z = double_normals(*philox_at(seed, path_ids, step, INTERVENTION_SIZE))[0]
    size = np.where(arrives, np.exp(law["log_size"] + law["size_sd"] * z), 0.0)
    toward = np.where(move < 0.0, 1.0, -1.0)
    state[law["fx"]] += toward * law["fx_per_tn"] * size
    return np.asarray(-toward * law["ust_per_tn"] * size)


def _sell(model: ModelArrays, d: int, step: int, flow: F64, state: Array, unwind: Unwind) -> None:
    """Sales by losses and what they do to prices: each sale the least fixed point of its own response."""
    law, impact = model.laws[d], model.impact[d]
    x = state.astype(np.float64)
    spot, long_run = x[law["fx"]], float(law["long_run"])
    unwind.official_sold = unwind.official_sold + flow
    unwind.fading = law["fading"] * unwind.fading + flow
    pickups = [(int(law[f"pickup_{k}"]), float(law[f"weight_{k}"])) for k in range(1, 5)]
    held = (law["ust_stock"] - unwind.private_sold) * law["years"]
    level = unwind.impact(long_run)

    def private(sale: F64) -> F64:
        shown = x + np.outer(impact, level + unwind.short_run * sale)
        pickup = sum(weight * shown[f] for f, weight in pickups)
        loss = np.maximum(0.0, law["start_held"] + law["duration"] * shown[law["ust"]] - law["unhedged"] * spot)
        hazard = law["hazard"] + law["hazard_per_pickup"] * pickup + law["hazard_per_loss"] * loss
        return np.asarray(held * np.clip(hazard, 0.0, law["hazard_most"]))

    sold = _least_fixed_point(private, held * law["hazard_most"])
    unwind.private_sold = unwind.private_sold + sold
    unwind.fading = unwind.fading + sold
    spot = spot - law["fx_per_bn"] * law["unhedged"] * sold

    def loss_of(sale: F64) -> F64:
        earned = law["carry_per_step"] * (step + 1)
        return np.asarray(law["leverage"] * (law["start_loss"] - earned - spot + law["fx_per_bn"] * sale))

    def carry(sale: F64) -> F64:
        share = law["stop_slope"] * (np.maximum(unwind.worst, loss_of(sale)) - law["stop_loss"])
        stopped = law["carry_stock"] * np.clip(share, 0.0, law["stop_most"])
        return np.maximum(0.0, stopped - unwind.carry_sold)

    sold = _least_fixed_point(carry, np.full(spot.size, law["carry_stock"] * law["stop_most"]))
    unwind.worst = np.maximum(unwind.worst, loss_of(sold))
    unwind.carry_sold = unwind.carry_sold + sold
    state[law["fx"]] = spot - law["fx_per_bn"] * sold


def _least_fixed_point(response: Callable[[F64], F64], most: F64) -> F64:
    """The least sale in [0, most] that is its own response, which crosses the diagonal once or stays above it."""
    low, high = np.zeros_like(most), most.copy()
    for _ in range(N_HALVINGS):
        middle = 0.5 * (low + high)
        asks_more = response(middle) > middle
        low, high = np.where(asks_more, middle, low), np.where(asks_more, high, middle)
    return np.where(response(np.zeros_like(most)) <= 0.0, 0.0, 0.5 * (low + high))
