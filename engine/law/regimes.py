"""Regimes as a step of their chain: probabilities of the start and of each change."""

import math

import numpy as np

from engine.law.part import LawSetting, Record
from engine.mechanisms.regimes import Hazard, Regime
from engine.mechanisms.unwind import Unwind
from kernels.types import F64

REGIME_FIELDS = ("n_regimes",)


def regimes_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's field of `unwind.regimes`: how many there are, one where none has a name."""
    return {"n_regimes": max(1, len(unwind.regimes))}


def initial_probabilities(regimes: tuple[Regime, ...]) -> F64:
    """Return the cumulated probabilities of the regime at the start: (n_regimes,), the last is 1."""
    if not regimes:
        return np.ones(1)
    cumulated = np.cumsum([regime.initial for regime in regimes])
    cumulated[-1] = 1.0
    return cumulated


def transition_table(regimes: tuple[Regime, ...], hazards: tuple[Hazard, ...], dt: float) -> F64:
    """Return the probability of each change in a step, and what a unit of 5-day fall adds: (n_regimes, n_regimes, 2).

    The base is exp(Q dt) of the continuous-time chain with the hazards' rates; the response to falls is linear in dt.
    """
    names = [regime.name for regime in regimes]
    n = max(1, len(names))
    rates, slopes = np.zeros((n, n)), np.zeros((n, n))
    for hazard in hazards:
        place = names.index(hazard.start), names.index(hazard.end)
        rates[place] += hazard.per_year
        slopes[place] += hazard.per_year_per_fall
    table = np.stack([chain_step(rates, dt), slopes * dt], axis=-1)
    table[np.arange(n), np.arange(n)] = 0.0
    return table


def chain_step(rates: F64, dt: float) -> F64:
    """Return the transition probabilities over `dt` years of a chain with these rates: (n, n); rows add up to 1.

    rates  (n, n) per year, off the diagonal

    By uniformisation, sum_k e^-m m^k / k! B^k with m the fastest rate of leaving times dt and B = I + Q / rate: no term
    is negative, so nothing cancels (Jensen 1953).
    """
    n = rates.shape[0]
    leaving = [math.fsum(row) for row in rates.tolist()]
    fastest = max(leaving)
    if fastest == 0.0:
        return np.eye(n)
    halvings = max(0, math.ceil(math.log2(fastest * dt)))
    mean = fastest * dt / 2.0**halvings
    jump = rates / fastest + np.diag(1.0 - np.array(leaving) / fastest)
    total, power, weight, k = np.zeros((n, n)), np.eye(n), math.exp(-mean), 0
    while weight > 1e-18:
        total, power, k = total + weight * power, ordered_product(power, jump), k + 1
        weight *= mean / k
    for _ in range(halvings):
        total = ordered_product(total, total)
    return np.asarray(total / total.sum(axis=1, keepdims=True))


def occupancy(initial: F64, transitions: F64, steps: int) -> F64:
    """Return the probability of each regime during each step, without falls of USD/JPY: (steps, n_regimes)."""
    at, change = np.diff(initial, prepend=0.0), transitions[:, :, 0]
    change = change + np.diag(1.0 - change.sum(axis=1))
    rows = []
    for _ in range(steps):
        at = at @ change
        rows.append(at)
    return np.array(rows)


def ordered_product(a: F64, b: F64) -> F64:
    """Multiply a (n, m) by b (m, k) in one order of operations on every machine: (n, k)."""
    return np.asarray((a[:, :, None] * b[None]).sum(axis=1))
