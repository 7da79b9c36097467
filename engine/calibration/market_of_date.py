"""The market of a date from a history of levels, on the pattern of another market."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.calibration.diffusion import Window, build_market, par_curve
from engine.calibration.given_laws import GivenLaw
from engine.calibration.swap_curves import spreads_of_date, swap_curves_of
from engine.conventions.currencies import currency_of_curve, currency_of_factor
from engine.conventions.indices import INDICES
from engine.errors import InputError
from engine.market.factors import PRICE_FACTOR, UNRECORDED, Factor, FactorKind
from engine.market.market import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class _Publisher:
    """Who publishes a curve or a price, and in which file a history has it."""

    words: str  # in a market's source
    file: str  # in messages


_PUBLISHERS = {
    "JGB": _Publisher(
        words="Ministry of Finance, Japan: constant-maturity JGB par yields",
        file="the Ministry of Finance's jgbcme_all.csv and jgbcme.csv",
    ),
    "UST": _Publisher(
        words="US Treasury: daily par yield curve rates",
        file="the Treasury's daily-treasury-rates-YYYY.csv, or FRED's DGS series",
    ),
    PRICE_FACTOR: _Publisher(words="Federal Reserve H.10: noon buying rate in New York", file="FRED's series DEXJPUS"),
}


def market_of_date(
    history: pd.DataFrame,
    day: date,
    like: Market,
    start: date,
    *,
    extras: Sequence[Factor] = (),
    accepted: str = "",
) -> Market:
    """Return the levels of `day`, with vols and correlations of the days from `start` to it.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    like : market whose factors are wanted; what no history holds is taken from it: spreads of derived curves, implied
        vols, and the laws of both
    start : first day of the window that vols and correlations are estimated from
    extras : what the history holds and the market has after the factors of `like`, whose laws it leaves as they are;
        `engine.calibration.history_extras.extras_of` finds them
    accepted : what was accepted by name of the history, as `engine.inputs.history.gate.Passed.words_until` has it; it
        stands in the market's description

    Raises
    ------
    InputError
        `like` has a factor that the history does not, or as `engine.calibration.diffusion.build_market` does.
    """
    _refuse_unknown(history, like)
    window = Window(start=start, end=day)
    factors = (*like.factors, *extras)
    prices = [factor.name for factor in factors if factor.kind is FactorKind.PRICE]
    curves = dict.fromkeys([*sorted(like.par_curves), *(factor.curve for factor in extras if factor.curve)])
    swaps = swap_curves_of(history, like, day)
    parents = [par_curve(history, name, day) for name in like.par_curves]
    codes = [code for factor in extras if (code := currency_of_factor(factor.name)) is not None]
    market = build_market(
        history,
        day,
        factors,
        window,
        {
            **{name: f"{_source(name)}, {day}" for name in dict.fromkeys((*curves, PRICE_FACTOR, *prices))},
            **{name: like.sources.get(name, like.source) for name in _swaption_vols(like)},
        },
        given_laws={factor.name: _law(factor, like) for factor in like.factors if is_carried(factor, like, swaps)},
        spreads={**like.spreads, **spreads_of_date(history, day, swaps, like, parents)},
        fx_vols=like.fx_vols,
        swaption_vols={name: like.levels[name] for name in _swaption_vols(like)},
        exchanged=(*like.fx, *codes),
        beside=[factor.name for factor in factors if factor in extras or factor.curve in swaps],
    )
    return replace(market, calibration=f"{market.calibration}; {accepted}") if accepted else market


def _swaption_vols(like: Market) -> list[str]:
    """Return the factors of swaptions' vols, whose levels no history holds."""
    return [factor.name for factor in like.factors if factor.kind is FactorKind.VOL and factor.pair is None]


def carried_notes(like: Market, days: Sequence[date], swaps: Collection[str] = ()) -> tuple[str, ...]:
    """Return what markets of `days` have of `like`, since no history holds it, and how old it is, in words.

    Of the curves `swaps` the history has the rates of each day.
    """
    others = [day for day in days if day != like.valuation_date]
    if not others:
        return ()
    spreads = [name for name in like.spreads if name not in swaps]
    curves = f"the spreads of {', '.join(spreads)}" if spreads else ""
    implied = [*like.fx_vols, *(f"{name} (swaptions)" for name in _swaption_vols(like))]
    vols = f"the implied vols of {', '.join(implied)}" if implied else ""
    what = " and ".join(part for part in (curves, vols) if part)
    farthest = max(others, key=lambda day: abs((day - like.valuation_date).days))
    age = (farthest - like.valuation_date).days
    words = f"{abs(age):,} day{'s' * (abs(age) > 1)} {'before' if age > 0 else 'after'} {farthest}"
    notes = [f"{what} are those of {like.valuation_date}, {words}: the history has none"] if what else []
    if np.any(like.mus != 0.0):
        notes.append(f"the drifts of the market of {like.valuation_date} are not taken: prices have none")
    return tuple(notes)


def days_with_levels(history: pd.DataFrame, like: Market, first: date, last: date) -> tuple[list[date], list[str]]:
    """Return the days from `first` to `last` with all that `like` needs; and why each other weekday is left out.

    Raises InputError when the history has nothing of something that `like` has, or no day of these is left.
    """
    _refuse_unknown(history, like)
    series = _series_needed(history, like)
    found, skipped, lacked = [], [], list[str]()
    for day in (first + timedelta(days=k) for k in range((last - first).days + 1)):
        row = history.loc[history.index == pd.Timestamp(day)]
        missing = [name for name, columns in series.items() if bool(row[columns].isna().to_numpy().all())]
        if not missing:
            found.append(day)
        elif day.weekday() < 5:
            lacked += missing
            skipped.append(f"{day:%Y-%m-%d, %A}: the history has no {' and no '.join(missing)}")
    if not found:
        span = f"from {history.index[0].date()} to {history.index[-1].date()}"
        lacks = f": there are no {' and no '.join(dict.fromkeys(lacked))}" if lacked else ": none is a weekday"
        raise InputError(f"no day from {first} to {last} has all levels{lacks}; the history runs {span}")
    return found, skipped


def is_carried(factor: Factor, like: Market, swaps: Collection[str] = ()) -> bool:
    """Return whether a factor's law is `like`'s own, not one estimated from history, which has the curves `swaps`."""
    is_derived = factor.curve is not None and factor.curve in like.spreads and factor.curve not in swaps
    return factor.kind in (FactorKind.VOL, FactorKind.SKEW) or is_derived


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
    """A pair's vol's exchange rate; of a derived curve's pillar the parent's nearest, and the one before on the curve.

    Of spreads, skews and swaptions' vols the factor that they are tied to most.
    """
    if factor.kind in UNRECORDED and not (factor.kind is FactorKind.VOL and factor.pair):
        mine = [each.name for each in like.factors].index(factor.name)
        ties = {each.name: abs(float(like.correlation[mine, k])) for k, each in enumerate(like.factors[:mine])}
        recorded = [each.name for each in like.factors[:mine] if each.kind not in UNRECORDED]
        return sorted(recorded, key=lambda name: -ties[name])[:1]
    if factor.curve is None or factor.pillar is None:
        return [factor.pair or PRICE_FACTOR]
    parent = like.spreads[factor.curve].parent
    pillars = {each.name: each.pillar for each in like.factors if each.curve == parent and each.pillar is not None}
    nearest = sorted(pillars, key=lambda name: abs(pillars[name] - (factor.pillar or 0.0)))[:1]
    before = [each.name for each in like.factors if each.curve == factor.curve and (each.pillar or 0.0) < factor.pillar]
    return [*nearest, *before[-1:]]


def _series_needed(history: pd.DataFrame, like: Market) -> dict[str, list[str]]:
    """Return the columns by what they are for; of a curve's tenors a day has some."""
    curves = {name: [str(c) for c in history.columns if str(c).rpartition("_")[0] == name] for name in like.par_curves}
    return {
        **{f"{name} yields": columns for name, columns in curves.items()},
        **{name: [name] for name in needed_prices(like)},
    }


def needed_prices(like: Market) -> list[str]:
    """Return the prices that a history must have, USD/JPY with them."""
    return list(dict.fromkeys([*(f.name for f in like.factors if f.kind is FactorKind.PRICE), PRICE_FACTOR]))


def _refuse_unknown(history: pd.DataFrame, like: Market) -> None:
    """Refuse a history that lacks a curve or a price of `like`, and say which file has it. Raises InputError."""
    held = [str(name) for name in history.columns]
    curves = sorted({name.rpartition("_")[0] for name in held if "_" in name})
    prices = [name for name in held if "_" not in name]
    missing = [name for name in like.par_curves if name not in curves]
    missing += [name for name in needed_prices(like) if name not in prices]
    if missing:
        files = [f"{', '.join(names)}: {file}" for file, names in _by_file(missing).items()]
        raise InputError(
            f"the history has no {', '.join(missing)}, which the market of {like.valuation_date} has; it has"
            f" {', '.join([*curves, *sorted(prices)])}; add the file ({'; '.join(files)}), or give another"
            " market by --like"
        )


def _by_file(missing: Sequence[str]) -> dict[str, list[str]]:
    """Return missing curves and prices by the file that has them."""
    found: dict[str, list[str]] = {}
    for name in missing:
        found.setdefault(_file(name), []).append(name)
    return found


def _source(name: str) -> str:
    if name in INDICES:
        return f"{INDICES[name].publisher}: close of the {INDICES[name].name}"
    return _PUBLISHERS[name].words if name in _PUBLISHERS else "history"


def _file(name: str) -> str:
    if name in _PUBLISHERS:
        return _PUBLISHERS[name].file
    if name in INDICES:
        fred = f", or FRED's series {INDICES[name].fred}" if INDICES[name].fred else ""
        return f"a tidy table's column {name.lower()}{fred}"
    if currency_of_curve(name) is not None:
        return f"a tidy table's columns {name.lower()}_1y and so on"
    if currency_of_factor(name) is not None:
        return f"a tidy table's column {name.lower()}"
    return "no file that is read: lay it on the market that is built, by `unwind data prices`"
