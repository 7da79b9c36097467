"""The walk by QuantLib's multi-path generator, its paths' ends read in Python."""

from typing import Any

import numpy as np
import QuantLib as ql  # noqa: N813

from bench.peers.walk_law import Walk, WalkLaw
from engine.market.factors import DAYS_PER_YEAR


def multi_path(law: WalkLaw, n_paths: int) -> Walk:
    """Walk Ornstein-Uhlenbeck rates without reversion, and one lognormal price: the last factor."""
    generator = _generator(law)
    horizon = np.empty((law.n_factors, n_paths))

    def walk() -> Any:
        for path in range(n_paths):
            paths = generator.next().value()
            for f in range(law.n_factors):
                horizon[f, path] = paths[f][law.n_steps]
        np.log(horizon[-1], out=horizon[-1])
        return horizon

    return walk


def _generator(law: WalkLaw) -> Any:
    today, count = ql.Date(1, 1, 2025), ql.Actual365Fixed()
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, count))
    vol = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), float(law.vols[-1]), count))
    price = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(1.0)), flat, flat, vol)
    rates = [ql.OrnsteinUhlenbeckProcess(0.0, float(v), 0.0, 0.0) for v in law.vols[:-1]]
    correlation = ql.Matrix(law.n_factors, law.n_factors)
    for i, j in np.ndindex(law.correlation.shape):
        correlation[i][j] = float(law.correlation[i, j])
    processes = ql.StochasticProcessArray([*rates, price], correlation)
    uniforms = ql.UniformRandomSequenceGenerator(law.n_factors * law.n_steps, ql.UniformRandomGenerator(42))
    times = [day / DAYS_PER_YEAR for day in range(1, law.n_steps + 1)]
    return ql.GaussianMultiPathGenerator(processes, times, ql.GaussianRandomSequenceGenerator(uniforms), False)
