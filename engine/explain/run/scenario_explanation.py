"""Why one scenario loses what it loses: its measures by book and by factor, its tail by cause and by regime."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.factor_parts import factor_parts
from engine.analysis.contributions.figures import Figure
from engine.analysis.final_regimes import final_regime_numbers
from engine.explain.run.attribution import attribute, values_of
from engine.explain.run.causes import Cause, LosingPaths, MechanismCost, causes, costs_of, mechanism_costs
from engine.explain.run.mechanism_moves import mechanism_moves
from engine.explain.run.places import Place, places_of
from engine.explain.run.strands import Strand, direction_strands
from engine.explain.run.tail_paths import TailPaths
from engine.risk.results import ScopeResult
from engine.risk.standing import Standing
from engine.run.replayed_levels import replayed_levels
from engine.run.walk import regime_names
from engine.scenario.under_laws import standing_of
from kernels.law_layout import PATH_SERIES
from kernels.types import F64

COMMON_PATHS = 20_000  # the run's first, with which the tail's regimes are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one part of the total adds to its measures [currency]."""

    name: str
    words: str  # in a sentence
    figures: Mapping[str, Figure]  # by the measure's key


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeShare:
    """How many paths end in one regime: of the tail, and of all."""

    regime: str
    in_tail: float
    in_tail_se: float
    of_all: float
    of_all_se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioExplanation:
    """Why one scenario loses what it loses, in the run's currency; losses positive."""

    scenario: str
    standing: Standing
    total: ScopeResult
    n_looked: int  # paths of the run that were walked again, or all moves
    n_tail: int  # of these, that make up the tail: of drawn paths all that lose VaR or more
    worst_path: int  # number of the one that loses most, of those looked at
    worst_loss: float  # [currency] on it
    still: float  # [currency] P&L of the shock and the book's ageing alone
    books: tuple[Contribution, ...]
    factors: tuple[Contribution, ...]  # by place on the curves; those last that no factor's move makes
    causes: tuple[Cause, ...]
    mechanisms: tuple[MechanismCost, ...]  # () where the law has none
    regimes: tuple[RegimeShare, ...]  # () where the law has none

    @property
    def is_exact(self) -> bool:
        """Return whether every move was valued, and nothing drawn."""
        return self.total.n_moves is not None


def scenario_explanation(tail: TailPaths, total: ScopeResult) -> ScenarioExplanation:
    """Explain the total of one scenario at the confidence of its tail. Raises RiskError where the device fails."""
    part, scenario = tail.part, tail.scenario
    inputs, run = part.inputs, part.packed.book.run
    factors = inputs.market.factors
    seen = replayed_levels(part, scenario, tail.numbers, run.observations)
    moves = seen[:, : len(factors)]
    names, parts = factor_parts(part, scenario, tail.numbers, tail.pnl[0])
    places, by_place = _by_place(places_of(names, factors), parts)
    books, losing = tail.figures(tail.pnl[1:]), _losing_paths(tail, moves)
    return ScenarioExplanation(
        scenario=inputs.names[scenario],
        standing=standing_of(inputs.scenarios[scenario], inputs.market),
        total=total,
        n_looked=tail.n_paths,
        n_tail=tail.n_tail,
        worst_path=int(tail.numbers[0]),
        worst_loss=-float(tail.parts.total_pnl[0]),
        still=losing.attribution.still,
        books=_contributions([(name, f"the book {name}") for name in part.packed.books], books),
        factors=_contributions([(each.name, each.words) for each in places], tail.figures(by_place)),
        causes=causes(losing),
        mechanisms=mechanism_costs(losing),
        regimes=_regimes(tail, seen[-1]),
    )


def _by_place(places: Sequence[Place], parts: F64) -> tuple[list[Place], F64]:
    """Add up P&L by factor, parts (n_parts, n_paths) [currency], over the factors of each place, in their order."""
    found = list(dict.fromkeys(places))
    rows = np.array([found.index(place) for place in places])
    return found, np.stack([parts[rows == i].sum(axis=0) for i in range(len(found))])


def _moving(strands: Sequence[Strand], moves: F64) -> tuple[Strand, ...]:
    """Return the strands of which anything moves."""
    return tuple(strand for strand in strands if strand.part(moves).any())


def _contributions(
    names: Sequence[tuple[str, str]], figures: Mapping[str, Sequence[Figure]]
) -> tuple[Contribution, ...]:
    """Return the parts that add or take off anything; names (n_parts,) with their words, figures (n_parts,) each."""
    return tuple(
        Contribution(
            name=name,
            words=words,
            figures={key: each[i] for key, each in figures.items()},
        )
        for i, (name, words) in enumerate(names)
        if any(each[i].value or each[i].se or each[i].table_se for each in figures.values())
    )


def _losing_paths(tail: TailPaths, moves: F64) -> LosingPaths:
    """Return the paths that lose VaR or more, their P&L taken apart; moves (n_observations, n_factors, n_kept)."""
    part, scenario = tail.part, tail.scenario
    n, numbers = tail.n_tail, tail.numbers[: tail.n_tail]
    mine, pnl = moves[..., :n], tail.pnl[0, :n]
    strands = _moving(direction_strands(part.inputs.market.factors), mine)
    acted = mechanism_moves(part, scenario, numbers)
    valued = values_of(part, scenario, mine)[0]
    return LosingPaths(
        numbers=numbers,
        pnl=pnl,
        tail=tail.parts,
        last=mine[-1],
        strands=strands,
        attribution=attribute(part, scenario, mine, pnl, strands),
        mechanisms=tuple(each.mechanism.name for each in acted),
        costs=costs_of(part, scenario, mine, acted, valued),
    )


def _regimes(tail: TailPaths, last: F64) -> tuple[RegimeShare, ...]:
    """Return the regimes in which paths end; last (n_series, n_kept) of the kept paths at the horizon."""
    part, scenario = tail.part, tail.scenario
    names = regime_names(part.inputs.unwinds[scenario])
    if len(names) < 2 or tail.is_exact:
        return ()
    series = len(part.inputs.market.factors) + PATH_SERIES.index("regime")
    first = np.arange(min(COMMON_PATHS, tail.n_run_paths), dtype=np.uint64)
    common = final_regime_numbers(part, scenario, first)
    found = []
    for number, name in enumerate(names):
        of_all, (in_tail,) = float((common == number).mean()), tail.parts.shares([last[series] == number])
        if of_all or in_tail.value:
            of_all_se = math.sqrt(of_all * (1.0 - of_all) / common.size)
            found.append(
                RegimeShare(
                    regime=name, in_tail=in_tail.value, in_tail_se=in_tail.se, of_all=of_all, of_all_se=of_all_se
                )
            )
    return tuple(found)
