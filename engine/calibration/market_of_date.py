"""The market of a date from a history of levels, on the pattern of another market."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.calibration.diffusion import Window, build_market
from engine.calibration.given_laws import GivenLaw
from engine.errors import InputError
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind
from engine.market.market import Market

_PUBLISHERS = {
    "JGB": "Ministry of Finance, Japan: constant-maturity JGB par yields",
    "UST": "US Treasury: daily par yield curve rates",
    PRICE_FACTOR: "Federal Reserve H.10: noon buying rate in New York",
}


def market_of_date(history: pd.DataFrame, day: date, like: Market, start: date) -> Market:
    """Return the levels of `day`, with vols and correlations of the days from `start` to it.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    like : market whose factors are wanted; what no history holds is taken from it: spreads of derived curves, implied
        vols, and the laws of both
    start : first day of the window that vols and correlations are estimated from

    Raises
    ------
    InputError
        `like` has a factor that the history does not, or as `engine.calibration.diffusion.build_market` does.
    """
    _refuse_unknown(history, like)
    published = {name: _PUBLISHERS.get(name, "history") for name in (*sorted(like.par_curves), PRICE_FACTOR)}
    prices = [factor.name for factor in like.factors if factor.kind is FactorKind.PRICE]
    published |= {name: "history" for name in prices if name not in published}
    return build_market(
        history,
        day,
        like.factors,
        Window(start=start, end=day),
        {name: f"{publisher}, {day}" for name, publisher in published.items()},
        given_laws={factor.name: _law(factor, like) for factor in like.factors if is_carried(factor, like)},
        spreads=like.spreads,
        fx_vols=like.fx_vols,
        exchanged=tuple(like.fx),
    )


def carried_notes(like: Market, day: date) -> tuple[str, ...]:
    """Return what a market of `day` has of `like`, since no history holds it, in words."""
    if like.valuation_date == day:
        return ()
    curves = f"the spreads of {', '.join(like.spreads)}" if like.spreads else ""
    vols = f"the implied vols of {', '.join(like.fx_vols)}" if like.fx_vols else ""
    what = " and ".join(part for part in (curves, vols) if part)
    notes = [f"{what} are those of {like.valuation_date}: the history has none"] if what else []
    if np.any(like.mus != 0.0):
        notes.append(f"the drifts of the market of {like.valuation_date} are not taken: prices have none")
    return tuple(notes)


def days_with_levels(history: pd.DataFrame, like: Market, first: date, last: date) -> tuple[list[date], list[str]]:
    """Return the days from `first` to `last` with all that `like` needs; and why each other weekday is left out.

    Raises InputError when no day of these is left.
    """
    series = _series_needed(history, like)
    found, skipped = [], []
    for day in (first + timedelta(days=k) for k in range((last - first).days + 1)):
        row = history.loc[history.index == pd.Timestamp(day)]
        missing = [name for name, columns in series.items() if bool(row[columns].isna().to_numpy().all())]
        if not missing:
            found.append(day)
        elif day.weekday() < 5:
            skipped.append(f"{day:%Y-%m-%d, %A}: the history has no {' and no '.join(missing)}")
    if not found:
        span = f"from {history.index[0].date()} to {history.index[-1].date()}"
        raise InputError(f"no day from {first} to {last} has all levels; the history runs {span}")
    return found, skipped


def is_carried(factor: Factor, like: Market) -> bool:
    """Return whether a factor's law is `like`'s own, not one estimated from history."""
    return factor.kind is FactorKind.VOL or (factor.curve is not None and factor.curve in like.spreads)


def _law(factor: Factor, like: Market) -> GivenLaw:
    """Tie a carried factor to those nearest to it as in `like`, and through them to the others."""
    names = [each.name for each in like.factors]
    mine = names.index(factor.name)
    near = [names.index(name) for name in _neighbours(factor, like) if name in names[:mine]]
    return GivenLaw(
        vol=float(like.vols[mine]),
        correlations={names[k]: float(like.correlation[mine, k]) for k in near},
        source=f"as in the market of {like.valuation_date}",
        kappa=float(like.kappas[mine]),
        theta=float(like.thetas[mine]),
    )


def _neighbours(factor: Factor, like: Market) -> Sequence[str]:
    """A vol's exchange rate; of a derived curve's pillar the nearest of the parent, and the one before on the curve."""
    if factor.curve is None or factor.pillar is None:
        return [factor.pair or PRICE_FACTOR]
    parent = like.spreads[factor.curve].parent
    pillars = {each.name: each.pillar for each in like.factors if each.curve == parent and each.pillar is not None}
    nearest = sorted(pillars, key=lambda name: abs(pillars[name] - (factor.pillar or 0.0)))[:1]
    before = [each.name for each in like.factors if each.curve == factor.curve and (each.pillar or 0.0) < factor.pillar]
    return [*nearest, *before[-1:]]


def _series_needed(history: pd.DataFrame, like: Market) -> dict[str, list[str]]:
    """Return the columns by what they are for; of a curve's tenors a day has some."""
    curves = {name: [str(c) for c in history.columns if str(c).startswith(f"{name}_")] for name in like.par_curves}
    prices = {f.name: [f.name] for f in like.factors if f.kind is FactorKind.PRICE} | {PRICE_FACTOR: [PRICE_FACTOR]}
    return {**{f"{name} yields": columns for name, columns in curves.items()}, **prices}


def _refuse_unknown(history: pd.DataFrame, like: Market) -> None:
    held = {str(name) for name in history.columns}
    curves = sorted({name.split("_")[0] for name in held if "_" in name})
    missing = [name for name in like.par_curves if name not in curves]
    missing += [f.name for f in like.factors if f.kind is FactorKind.PRICE and f.name not in held]
    if missing:
        raise InputError(
            f"the history has no {', '.join(missing)}, which the market of {like.valuation_date} has; it has"
            f" {', '.join([*curves, *sorted(name for name in held if '_' not in name)])}; give another market by --like"
        )
