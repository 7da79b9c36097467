"""Regulatory views of books: ES with liquidity horizons, today's and a stressed year's, and the P&L attribution test.

Everything is the book as it is held today, shocked at once: MAR33 asks for shocks over a horizon, not for ageing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.analysis.regulatory.capital import LEAST_EXPLAINED, Requirement, capital, requirement
from engine.analysis.regulatory.desk_days import attributions
from engine.analysis.regulatory.liquidity_adjusted import CONFIDENCE, Amount, Ladder, Shortfall, ladder, shortfall
from engine.analysis.regulatory.liquidity_horizons import BASE, RiskClass, horizons_of, risk_class
from engine.analysis.regulatory.moves import is_drawn, law_part, n_paths_of, pnl_of_sets
from engine.analysis.regulatory.pnl_attribution import Attribution
from engine.analysis.regulatory.stressed_year import stressed_warnings
from engine.analysis.sectioning import check_sectioning
from engine.book.used_factors import used_factors
from engine.conventions.currencies import HOME, fx_quote
from engine.errors import InputError
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import load_market
from engine.inputs.run import RunConfig
from engine.mechanisms.law import FILTERED, LAW_KINDS, STRESSED, Way
from engine.payoffs.fx_options import FxOptions, pairs_of
from engine.run.blocks import Progress
from engine.run.prepared import Prepared, scopes_of
from engine.run.table_errors import table_draws
from engine.scenario.under_laws import NOTHING
from kernels.types import F64

ALL = "all"  # risk classes together


@dataclass(frozen=True, slots=True, kw_only=True)
class LawShortfalls:
    """ES of one law, by scope and risk class."""

    law: str
    n_paths: int
    is_exact: bool  # every move of the law was valued, nothing drawn
    by_scope: Mapping[str, tuple[Shortfall, ...]]  # "total", "book:NAME"; all classes first


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatoryViews:
    """What the standard asks for, of today's books."""

    valuation_date: date
    currency: str
    stressed_year: tuple[date, date]
    stressed_book: str  # for which that year is the worst
    no_history: tuple[str, ...]  # factors that the books depend on and the stressed year lacks
    current: LawShortfalls
    stressed: LawShortfalls
    requirements: tuple[Requirement, ...]  # of the total: all classes together, then each
    capital: Amount  # of the total, before averages and multipliers
    liquidity: Mapping[str, int]  # business days of each factor
    attributions: tuple[Attribution, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sets:
    """Which factors are shocked: all that the books depend on, and those of them that the stressed year has."""

    full: Mapping[str, Ladder]  # by "all", then by risk class
    reduced: Mapping[str, Ladder]


class _Valued:
    """The P&L of one law's moves, for every rung of some ladders."""

    def __init__(self, part: Prepared, ladders: Sequence[Ladder], progress: Progress) -> None:
        self.part = part
        self._pnl = pnl_of_sets(part, (rung for each in ladders for rung in each.factors), progress)

    def pnl(self, rungs: Ladder, scope: int) -> F64:
        """Return the P&L of one scope by rung: (n_rungs, n_paths) [currency]."""
        return np.stack([self._pnl[factors.tobytes()][scope] for factors in rungs.factors])

    def shortfalls(self, ladders: Mapping[str, Ladder]) -> LawShortfalls:
        """Return ES by scope and risk class."""
        drawn, table = is_drawn(self.part), table_draws(self.part, 0) if is_drawn(self.part) else None
        return LawShortfalls(
            law=self.part.inputs.names[0],
            n_paths=n_paths_of(self.part),
            is_exact=not drawn,
            by_scope={
                scope: tuple(
                    shortfall(name, each, self.pnl(each, k), drawn=drawn, table=table) for name, each in ladders.items()
                )
                for k, scope in enumerate(scopes_of(self.part))
            },
        )


def regulatory_views(
    config: RunConfig, liquidity: Mapping[str, int], progress: Progress, say: Callable[[str], None]
) -> RegulatoryViews:
    """Return the regulatory views of the books of a run.

    Parameters
    ----------
    config : checked settings: market, books, currency, paths, seed, backend; of `laws` the one of the current view;
        nothing else counts
    liquidity : business days of factors whose horizon is not the standard's
    progress : called with paths done and in all
    say : is called with what was picked

    Raises
    ------
    InputError
        An input is bad; the market has no law of past days, or none of a stressed year; too few paths for errors.
    """
    laws = config.laws or (FILTERED,)
    if len(laws) > 1:
        raise InputError(f"law: one law makes the current view, got {', '.join(laws)}")
    if LAW_KINDS[laws[0]].way is Way.STRESS:
        raise InputError(
            f"law: {laws[0]} is a year of the past, which stands beside today's law; take one that forecasts"
        )
    check_sectioning(config.n_paths, (CONFIDENCE,))
    always = {"scenarios": (NOTHING,), "confidences": (CONFIDENCE,), "instantaneous": True, "steps": "auto"}
    config, say = config.model_copy(update={**always, "horizon_days": BASE}), _once(say)
    factors = load_market(config.market or market_path_for(config.book_files)).factors
    days = horizons_of(factors, liquidity)  # an error says so first
    now, then = law_part(config, laws[0], say), law_part(config, STRESSED, say)
    market = now.inputs.market
    sets = _sets(now, days)
    today = _Valued(now, [*sets.full.values(), *sets.reduced.values()], progress)
    year = _Valued(then, list(sets.reduced.values()), progress)
    state = market.filtered
    assert state is not None
    assert state.stressed is not None  # else the law was refused
    requirements = tuple(_requirement(name, sets, today, year) for name in sets.full)
    current = today.shortfalls(sets.full)
    of_all = current.by_scope["total"][0].adjusted.value
    return RegulatoryViews(
        valuation_date=market.valuation_date,
        currency=config.currency,
        stressed_year=(state.stressed.first, state.stressed.last),
        stressed_book=state.stressed.book,
        no_history=_no_history(now),
        current=current,
        stressed=year.shortfalls(sets.reduced),
        requirements=requirements,
        capital=capital(requirements),
        liquidity=days,
        attributions=attributions(config, say),
        warnings=(
            *now.inputs.warnings,
            *_unexplained(requirements[0]),
            *stressed_warnings(config, market, state.stressed, requirements, of_all),
        ),
    )


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """Return `say` for what was not said before: each law is made ready on its own, on the same machine."""
    seen: set[str] = set()

    def say_new(text: str) -> None:
        if text not in seen:
            seen.add(text)
            say(text)

    return say_new


def _unexplained(whole: Requirement) -> Iterator[str]:
    if whole.explained < LEAST_EXPLAINED:
        yield (
            f"the stressed year has moves of factors that make {whole.explained:.0%} of today's ES: below the"
            f" {LEAST_EXPLAINED:.0%} that MAR33.5 asks of them, its requirement does not stand"
        )


def _sets(part: Prepared, days: Mapping[str, int]) -> _Sets:
    """Return what is shocked. Raises InputError where the books depend on no factor."""
    factors = part.inputs.market.factors
    moving = np.array([name in _depended_on(part) for name in days])
    if not moving.any():
        raise InputError("the books depend on no factor of the market: there is nothing to shock")
    seen = np.array([name not in _no_history(part) for name in days])
    classes = np.array([risk_class(factor).value for factor in factors])
    of_class = {ALL: moving, **{each.value: moving & (classes == each.value) for each in RiskClass}}
    horizons = tuple(days.values())
    return _Sets(
        full={name: ladder(mine, horizons) for name, mine in of_class.items() if mine.any()},
        reduced={name: ladder(mine & seen, horizons) for name, mine in of_class.items() if (mine & seen).any()},
    )


def _depended_on(part: Prepared) -> set[str]:
    """Return the factors that the books depend on: of exchange rates those of currencies held and of options' pairs."""
    inputs, run = part.inputs, part.packed.book.run
    used = {name for names in used_factors(inputs.book, inputs.market).values() for name in names}
    codes = {code for pair, _ in pairs_of(inputs.book.table(FxOptions)) for code in pair} - {HOME}
    held = {inputs.market.factors[f].name for f in run.fx_factor[1:].tolist()}
    return used | held | {fx_quote(code).factor for code in codes}


def _no_history(part: Prepared) -> tuple[str, ...]:
    """Return the factors that the books depend on and past moves lack."""
    state, used = part.inputs.market.filtered, _depended_on(part)
    known = state.factors if state is not None else ()
    names = [factor.name for factor in part.inputs.market.factors]
    return tuple(name for name in names if name in used and name not in known)


def _requirement(name: str, sets: _Sets, today: _Valued, year: _Valued) -> Requirement:
    full, reduced = sets.full[name], sets.reduced.get(name)
    return requirement(
        name,
        0.0 if reduced is None else reduced.adjusted(year.pnl(reduced, 0)),
        (full, today.pnl(full, 0)),
        None if reduced is None else (reduced, today.pnl(reduced, 0)),
        drawn=is_drawn(today.part),
    )


def as_json(views: RegulatoryViews) -> dict[str, Any]:
    """Return strict JSON's types: amounts in `currency`, losses positive."""
    return {"schema": 1, "confidence": CONFIDENCE, "horizon_days": BASE, **_plain(views)}


def _plain(value: Any) -> Any:
    match value:
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
