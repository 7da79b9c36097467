"""The bundled market with factors of its spreads, swaption vols and FX skew, all laws the tests' own."""

from dataclasses import replace

import numpy as np

from engine.market.factors import parse_factor
from engine.market.filtered import GivenFactor
from engine.market.market import Market

VOLS = {
    "SPREAD_TONA": 0.0012,
    "SPREAD_SOFR": 0.0011,
    "SPREAD_XCCY_JPY": 0.0013,
    "SPREAD_JGB_REPO": 0.001,
    "SPREAD_UST_REPO": 0.0009,
    "SWAPTION_JPY_VOL": 0.45,
    "SWAPTION_USD_VOL": 0.3,
    "USDJPY_SKEW": 0.2,
}
LEVELS = {"SWAPTION_JPY_VOL": 0.006, "SWAPTION_USD_VOL": 0.011}
LINK = -0.3  # of each with the ten-year yield


def basis_market(market: Market) -> Market:
    """Return a market without such factors with all of `VOLS`, each tied to JGB_10Y and with noise of its own."""
    n, names = len(market.factors), [factor.name for factor in market.factors]
    row = LINK * market.correlation[names.index("JGB_10Y")]
    correlation = np.eye(n + len(VOLS))
    correlation[:n, :n] = market.correlation
    correlation[n:, :n], correlation[:n, n:] = row, row[:, None]
    beside = np.full((len(VOLS), len(VOLS)), LINK * LINK)
    np.fill_diagonal(beside, 1.0)
    correlation[n:, n:] = beside
    zeros = np.zeros(len(VOLS))
    given = {name: GivenFactor(loadings={"JGB_10Y": LINK}, source="assumption: a test's") for name in VOLS}
    return replace(
        market,
        levels={**market.levels, **LEVELS},
        factors=(*market.factors, *map(parse_factor, VOLS)),
        vols=np.append(market.vols, list(VOLS.values())),
        correlation=correlation,
        kappas=np.append(market.kappas, zeros),
        thetas=np.append(market.thetas, zeros),
        mus=np.append(market.mus, zeros),
        filtered=market.filtered and replace(market.filtered, given={**market.filtered.given, **given}),
    )
