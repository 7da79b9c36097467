"""Markets that quote euros, Australian dollars and pesos too. Levels in the size of May 2025; laws are this file's."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.conventions.currencies import fx_quote
from engine.market.bootstrap import bootstrap
from engine.market.curve import ZeroCurve
from engine.market.factors import parse_factor
from engine.market.fx_vols import DeltaKind, DeltaQuote, FxVols
from engine.market.market import Market, ParCurve
from engine.market.spread import SpreadCurve, with_derived
from engine.market.surface import fx_vols_of

FX = {"EUR": 163.75, "AUD": 93.2, "MXN": 7.47}
YEARS = np.array([1.0, 2.0, 5.0, 10.0, 30.0])
PAR_YIELDS = {
    "BUND": ("EUR", [0.0185, 0.0178, 0.0209, 0.0255, 0.0302]),
    "ACGB": ("AUD", [0.0345, 0.0334, 0.0361, 0.0436, 0.0497]),
    "MBONO": ("MXN", [0.0795, 0.0812, 0.0874, 0.0937, 0.0981]),
}
SPREAD_YEARS = np.array([91.0, 1825.0, 10950.0]) / 365.0
SPREADS = {  # name: parent, currency, spreads at 3 months, 5 and 30 years
    "ESTR": ("BUND", "EUR", (0.0004, 0.0011, -0.0032)),
    "BUND_REPO": ("ESTR", "EUR", (0.0001, 0.0001, 0.0001)),
    "XCCY_EUR": ("ESTR", "EUR", (-0.0004, -0.0011, -0.0008)),
    "XCCY_AUD": ("ACGB", "AUD", (0.0002, 0.0008, 0.0012)),
    "XCCY_MXN": ("MBONO", "MXN", (-0.0011, -0.0042, -0.0035)),
}
QUOTES = {  # pair: vol at the money, 25-delta risk reversal and butterfly at 1 month and 1 year
    "EURJPY": ((0.101, -0.009, 0.0021), (0.097, -0.008, 0.0024)),
    "EURUSD": ((0.079, 0.002, 0.0017), (0.076, 0.003, 0.0021)),
}
LAWS = {  # factor: vol, correlations with factors before it
    "BUND_2Y": (0.0071, {"UST_2Y": 0.5}),
    "BUND_10Y": (0.0066, {"UST_10Y": 0.6, "BUND_2Y": 0.7}),
    "ACGB_5Y": (0.0088, {"UST_10Y": 0.6}),
    "MBONO_5Y": (0.0112, {"UST_10Y": 0.3}),
    "EURJPY": (0.098, {"USDJPY": 0.55}),
    "AUDJPY": (0.121, {"USDJPY": 0.5, "EURJPY": 0.6}),
    "MXNJPY": (0.158, {"USDJPY": 0.6}),
    "EURJPY_VOL": (0.51, {"EURJPY": -0.3}),
    "EURUSD_VOL": (0.42, {}),
}


def five_currencies(market: Market, curves: Mapping[str, ZeroCurve] | None = None) -> Market:
    """Return the market with three more currencies: par curves, or `curves` in their place, and the rest on them."""
    par = {} if curves is not None else _par_curves()
    zeros = {name: bootstrap(each) for name, each in par.items()} if curves is None else dict(curves)
    spreads = {name: _spread_curve(name) for name in SPREADS}
    built = with_derived({**market.curves, **zeros}, spreads)
    fx = {**market.fx, **FX}
    fx_vols = {pair: _surface(pair, built, fx) for pair in QUOTES}
    laws = {name: GivenLaw(vol=vol, correlations=links, source="by hand") for name, (vol, links) in LAWS.items()}
    names = [factor.name for factor in market.factors]
    none = np.zeros(len(laws))
    return replace(
        market,
        par_curves={**market.par_curves, **par},
        curves=built,
        spreads={**market.spreads, **spreads},
        fx=fx,
        fx_vols={**market.fx_vols, **fx_vols},
        levels={**market.levels, **{f"{pair}_VOL": vols.level for pair, vols in fx_vols.items()}},
        factors=(*market.factors, *(parse_factor(name) for name in laws)),
        vols=np.concatenate([market.vols, [law.vol for law in laws.values()]]),
        correlation=with_given_laws(market.correlation, names, laws, [*names, *laws]),
        **{name: np.concatenate([getattr(market, name), none]) for name in ("kappas", "thetas", "mus")},
        sampling=None,
        sources={**market.sources, **{name: "by hand" for name in (*par, *(fx_quote(code).factor for code in FX))}},
    )


def hand_curves() -> dict[str, ZeroCurve]:
    """Return the three bond curves with nodes at whole days, as QuantLib's must be."""
    days = np.array([91, 182, 365, 730, 1825, 3650, 7300, 10950, 18250])
    levels = {"BUND": (0.0196, 0.03), "ACGB": (0.0385, 0.05), "MBONO": (0.081, 0.098)}  # at both ends
    return {
        name: ZeroCurve(
            name=name,
            currency=PAR_YIELDS[name][0],
            times=days / 365.0,
            zero_rates=np.interp(np.sqrt(days), np.sqrt(days[[0, -1]]), ends),
        )
        for name, ends in levels.items()
    }


def _par_curves() -> dict[str, ParCurve]:
    return {
        name: ParCurve(name=name, currency=code, times=YEARS, par_yields=np.array(yields))
        for name, (code, yields) in PAR_YIELDS.items()
    }


def _spread_curve(name: str) -> SpreadCurve:
    parent, code, over = SPREADS[name]
    return SpreadCurve(
        name=name, parent=parent, currency=code, times=SPREAD_YEARS, spreads=np.array(over), source="by hand"
    )


def _surface(pair: str, curves: Mapping[str, ZeroCurve], fx: Mapping[str, float]) -> FxVols:
    foreign, domestic = pair[:3], pair[3:]
    months, year = (
        DeltaQuote(atm=atm, risk_reversal_25d=reversal, butterfly_25d=butterfly)
        for atm, reversal, butterfly in QUOTES[pair]
    )
    return fx_vols_of(
        pair,
        {1.0 / 12.0: months, 1.0: year},
        spot=fx[foreign] / fx.get(domestic, 1.0),
        curves=curves,
        domestic={"JPY": "XCCY_JPY", "USD": "SOFR"}[domestic],
        foreign=f"XCCY_{foreign}",
        delta=DeltaKind.SPOT,
        reference=1.0 / 12.0,
        source="by hand",
    )
