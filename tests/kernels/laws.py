"""Random laws for kernel tests, as arrays."""

from collections.abc import Collection

import numpy as np

from engine.law.past.filtered import ROW_FIELDS
from kernels.law_layout import ALIAS_BITS, LAW, N_QUANTILES, N_SPEEDS, ModelArrays, plain_model


def random_model(rng: np.random.Generator, n_factors: int, n_dynamics: int = 1) -> ModelArrays:
    """Laws with a full Cholesky factor of about 1 % a step, some reversion and drift."""
    chol = np.tril(rng.normal(0.0, 0.004, (n_dynamics, n_factors, n_factors)))
    chol[:, range(n_factors), range(n_factors)] = 0.01
    return plain_model(
        decay=rng.uniform(0.9, 1.0, (n_dynamics, n_factors)),
        drift=rng.normal(0.0, 1e-4, (n_dynamics, n_factors)),
        chol=chol,
    )


def random_unwind(
    rng: np.random.Generator, n_factors: int, n_dynamics: int = 1, n_steps: int = 8, off: Collection[str] = ()
) -> ModelArrays:
    """Laws with everything that an unwind may have, all of it often enough to be seen; `off` names what to leave out.

    Names: regimes, mixing, jumps, intervention, feedback, cap.
    """
    n_regimes, n_jumps = 3, 5
    plain = [random_model(rng, n_factors, n_dynamics) for _ in range(n_regimes)]
    laws = np.zeros(n_dynamics, LAW)
    laws["is_unwind"] = 1
    laws["n_regimes"] = 1 if "regimes" in off else n_regimes
    laws["mixes"] = "mixing" not in off
    laws["last_jump"] = 0 if "jumps" in off else n_jumps
    laws["intervenes"] = "intervention" not in off
    laws["feeds_back"] = "feedback" not in off
    for name in ("fx", "ust", "pickup_1", "pickup_2", "pickup_3", "pickup_4"):
        laws[name] = rng.integers(0, n_factors, n_dynamics)
    typical = {
        **{"lag_1": 0.01, "lag_2": 0.02, "lag_3": -0.01, "lag_4": 0.0, "lag_5": 0.015},
        **{"rise_logit": -4.0, "fall_logit": -3.0, "logit_per_move": 60.0, "log_size": 1.0, "size_sd": 0.5},
        **{"fx_per_tn": 0.006, "ust_per_tn": 6.9, "ust_stock": 1000.0, "years": 1.0 / 252.0},
        **{"hazard": 0.1, "hazard_per_pickup": -5.0, "hazard_per_loss": 8.0, "hazard_most": 20.0},
        **{"duration": 6.0, "unhedged": 0.5, "weight_1": 1.0, "weight_2": -1.0, "weight_3": 1.0, "weight_4": -1.0},
        **{"fx_low": 0.0005, "fx_per_bn": 0.001, "fx_high": 0.002, "long_run": 0.4, "fading": 0.984, "per_cap": 300.0},
        **{"study_1": 0.3, "study_2": 0.5, "study_3": 0.75},
        **{"low_1": 15e-6, "low_2": 19e-6, "low_3": 40e-6, "low_4": 100e-6},
        **{"high_1": 18e-6, "high_2": 44e-6, "high_3": 60e-6, "high_4": 100e-6},
    }
    for name, size in typical.items():
        laws[name] = size * rng.uniform(0.8, 1.2, n_dynamics)
    laws["start_held"] = 0.02 * rng.uniform(0.8, 1.2, n_dynamics)
    cap = np.random.default_rng(n_factors)  # its own, so that what was drawn before there was one stays
    laws["is_capped"] = "cap" not in off
    laws["capped"] = cap.integers(0, n_factors, n_dynamics)
    held = {"cap_begin": 0.002, "cap_band": 0.01, "cap_pull": 0.004, "pull_per_tn": 1e-4}
    for name, size in (held | {"end_least": 0.05, "end_per_tn": 0.002}).items():
        laws[name] = size * cap.uniform(0.8, 1.2, n_dynamics)
    shape = cap.uniform(0.0, 1.0, (n_dynamics, n_factors)) * (cap.uniform(size=(n_dynamics, n_factors)) < 0.7)
    shape[range(n_dynamics), laws["capped"]] = 1.0
    leaving = rng.uniform(0.0, 0.1, (n_dynamics, n_regimes, n_regimes))
    return plain[0]._replace(
        decay=plain[0].decay,
        drift=np.stack([model.drift[:, 0] for model in plain], axis=1),
        chol=np.stack([(1 + r) * model.chol[:, 0] for r, model in enumerate(plain)], axis=1),
        convexity=rng.normal(0.0, 1e-4, (n_dynamics, n_regimes, n_factors)),
        laws=laws,
        quantiles=np.sort(rng.lognormal(0.0, 0.5, (n_dynamics, N_QUANTILES)))[:, ::-1].copy(),
        initial=np.tile([0.5, 0.8, 1.0], (n_dynamics, 1)),
        transitions=np.stack([leaving, 3.0 * leaving], axis=-1),
        jump_step=np.array([-1, -1, 2, -1, 0]),
        jump_tails=rng.uniform(0.0, 0.2, (n_jumps, n_regimes, 1)) * [1.0, 0.5, 0.2],
        jump_mean=rng.normal(0.0, 0.01, (n_jumps, n_factors)),
        jump_loadings=rng.normal(0.0, 0.005, (n_jumps, n_factors, 4)),
        impact=rng.uniform(-0.5, 1.5, (n_dynamics, n_factors)) * (rng.uniform(size=(n_dynamics, n_factors)) < 0.7),
        scheduled=rng.uniform(0.0, 20.0, (n_dynamics, n_steps)),
        may_end=(np.arange(n_steps) % 3 != 0) * np.ones((n_dynamics, 1)),
        cap_shape=shape,
        cap_release=shape + cap.normal(0.0, 0.3, (n_dynamics, n_factors)),
    )


def random_filtered(
    rng: np.random.Generator, n_factors: int, n_dynamics: int = 1, n_steps: int = 8, n_rows: int = 37
) -> ModelArrays:
    """Laws by rows, each with a table of its own; some factors follow three leaders, two have normals of their own.

    The first law has no regimes of rows, the second three, the third two, and so on; the first has no jumps beyond the
    rows' cap, the second two directions of them, the third three, each often enough to be seen.
    """
    model = random_model(rng, n_factors, n_dynamics)
    laws = np.zeros(n_dynamics, LAW)
    laws["is_filtered"] = 1
    laws["first_row"] = n_rows * np.arange(n_dynamics)
    laws["last_row"] = laws["first_row"] + n_rows
    laws["lead_clip"] = 1.5
    edges, aliases = [], []
    for d in range(n_dynamics):
        laws["n_row_regimes"][d] = n = (0, 3, 2)[d % 3]
        laws["first_edge"][d], laws["first_alias"][d] = sum(map(np.size, edges)), sum(map(np.size, aliases))
        edges.append(np.sort(rng.integers(0, 2**32, (n + 2, n)), axis=1))
        edges[-1][0] = 2**32
        aliases.append(rng.integers(0, 2**32, (n + 1, n_rows)) << ALIAS_BITS | rng.integers(0, n_rows, (n + 1, n_rows)))
        aliases[-1][0] = np.arange(n_rows)
    beyond = []
    for d in range(n_dynamics):
        laws["n_beyond"][d], laws["first_beyond"][d] = (0, 2, 3)[d % 3], sum(map(np.size, beyond))
        beyond.append(np.sort(np.random.default_rng(d).integers(0, 2**30, (0, 2, 3)[d % 3])))
    laws["beyond_shape"], laws["beyond_ratio"], laws["beyond_least"], laws["beyond_cap"] = 0.3, 2.0, 1e-4, 5.0
    of_factor = (n_dynamics, n_factors)
    given = rng.permuted(np.arange(n_factors) < min(2, n_factors - 1))
    averages = rng.uniform(0.3, 2.0, (*of_factor, N_SPEEDS))
    return model._replace(
        decay=np.where(given, model.decay, 1.0),
        laws=laws,
        residuals=rng.standard_t(4, (n_factors, n_rows * n_dynamics)),
        root_span=np.sqrt(rng.integers(1, 4, (n_dynamics, n_steps))),
        weekday_move=rng.uniform(0.002, 0.01, of_factor),
        follows=np.broadcast_to(np.where(given, 0, 1), of_factor).copy(),
        own_normal=np.broadcast_to(np.where(given, 0.9, 0.0), of_factor).copy(),
        least_variance=rng.choice([1e-6, 0.9], of_factor),  # the higher floor is met
        variance=averages,
        speed=np.tile([0.8, 0.94, 0.98, 0.999], (n_dynamics, 1)),
        weight=np.tile([0.25, 0.5, 0.15, 0.1], (n_dynamics, 1)),
        leader=rng.integers(0, n_factors, (n_dynamics, 3)),
        lead=rng.normal(0.0, 0.2, (*of_factor, 3)) * (rng.uniform(size=(*of_factor, 1)) < 0.6),
        last_residual=rng.uniform(-1.5, 1.5, (n_dynamics, 3)),
        regime_edges=np.concatenate([each.ravel() for each in edges]),
        row_aliases=np.concatenate([each.ravel() for each in aliases]),
        beyond_edges=np.concatenate(beyond).astype(np.int64),
        beyond_moves=np.random.default_rng(1).uniform(-1.0, 1.0, (sum(map(np.size, beyond)), n_factors)),
    )


def random_overlaid(
    rng: np.random.Generator, n_factors: int, n_dynamics: int = 1, n_steps: int = 8, off: Collection[str] = ()
) -> ModelArrays:
    """Laws by rows with an unwind on top; `off` names what to leave out: jumps, intervention, feedback, cap, carry.

    Carry trades have 3 to 7 cohorts, of which some are renewed more than once in the steps.
    """
    rows = random_filtered(rng, n_factors, n_dynamics, n_steps)
    unwind = random_unwind(rng, n_factors, n_dynamics, n_steps, ("regimes", "mixing", *off))
    laws = unwind.laws.copy()
    own = [name for name in LAW.names if name in ROW_FIELDS]
    for name in own:
        laws[name] = rows.laws[name]
    typical = {"carry_stock": 250.0, "fx_per_stock": 0.3, "stop_start": 0.01, "stop_slope": 3.0, "stop_most": 0.6}
    for name, size in (typical | {"stop_limit": 0.05, "waiting": 0.02}).items():
        laws[name] = size * rng.uniform(0.8, 1.2, n_dynamics)
    laws["held_impact"] = 0.3 * (np.arange(n_dynamics) > 0)
    of_cohorts = (n_dynamics, 7)
    laws["n_cohorts"] = 0 if "carry" in off else rng.integers(3, 8, n_dynamics)
    entry, with_fx = rng.uniform(-0.03, 0.03, of_cohorts), rng.uniform(-0.5, 0.5, (n_dynamics, n_factors))
    with_fx[:, : n_factors // 2] = 0.0
    with_fx[range(n_dynamics), laws["fx"]] = 1.0
    beside = ("quantiles", "jump_step", "jump_mean", "jump_loadings", "impact", "scheduled")
    beside = (*beside, "may_end", "cap_shape", "cap_release")
    return rows._replace(
        laws=laws,
        jump_tails=unwind.jump_tails[:, :1],
        initial=np.ones((n_dynamics, 1)),
        transitions=np.zeros((n_dynamics, 1, 1, 2)),
        with_fx=with_fx,
        cohort_holdings=_some_holdings(n_dynamics, n_factors),
        cohort_entry=entry,
        cohort_stopped=np.clip(2.0 * entry, 0.0, 0.6),
        **{name: getattr(unwind, name) for name in beside},
    )


def _some_holdings(n_dynamics: int, n_factors: int) -> np.ndarray:
    """What cohorts hold beside USD/JPY: nothing under the first law."""
    held = np.random.default_rng(n_factors).uniform(-0.3, 0.5, (n_dynamics, n_factors))
    return np.where(np.arange(n_factors) % 3 == 1, held, 0.0) * (np.arange(n_dynamics) > 0)[:, None]


def among_others(rng: np.random.Generator, n_factors: int, n_steps: int = 8) -> ModelArrays:
    """Three laws: a plain one, one with an unwind, one by rows."""
    unwind, rows = random_unwind(rng, n_factors, 3, n_steps), random_filtered(rng, n_factors, 3, n_steps)
    laws = unwind.laws.copy()
    laws[0], laws[2] = np.zeros((), LAW), rows.laws[2]
    added = {name: getattr(rows, name) for name in rows._fields[rows._fields.index("residuals") :]}
    for name in ("own_normal", "follows", "lead"):
        added[name] = added[name] * (np.arange(3) == 2).reshape(-1, *[1] * (added[name].ndim - 1))
    return unwind._replace(laws=laws, **added)


def placed(deviations: np.ndarray) -> ModelArrays:
    """Laws whose first step goes where `deviations` (n_dynamics, n_factors) say, on every path."""
    return plain_model(
        decay=np.ones(deviations.shape), drift=deviations, chol=np.zeros((*deviations.shape, deviations.shape[1]))
    )


def white_model(n_factors: int) -> ModelArrays:
    """A law whose deviations after each step are that step's normals, to the bit."""
    return plain_model(decay=np.zeros((1, n_factors)), drift=np.zeros((1, n_factors)), chol=np.eye(n_factors)[None])
