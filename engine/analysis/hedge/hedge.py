"""The mix of hedges that makes a run's tail least, solved on one stream of draws and scored on fresh ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.analysis.hedge.aim import Aim, aim_change, aim_of
from engine.analysis.hedge.programme import Constraint, InfeasibleError, Problem, Solution, solve
from engine.analysis.hedge.result import HedgeLine, HedgeResult, Optimism, Single
from engine.analysis.hedge.score import Mixes, Scored, scored
from engine.analysis.hedge.sign_changes import sign_changes
from engine.analysis.hedge.walked import walked
from engine.analysis.hedge.wishes import Wishes
from engine.analysis.whatif.paired_changes import Change
from engine.analysis.whatif.pnl_vectors import check_memory
from engine.book.day_carry import carry_a_day
from engine.book.join import join_books
from engine.book.needs import check_needs
from engine.book.static_inputs import still_spread_shares
from engine.errors import InputError
from engine.inputs.hedge_file import BUNDLED_DATE, Hedges, bundled_hedges_path, load_hedges
from engine.inputs.opened import Opened
from engine.inputs.run import RunConfig
from engine.market.market import Market
from engine.run.backend import choose_backend
from engine.run.blocks import Progress
from engine.run.load import Inputs, inputs_of
from engine.run.past_laws import exact_scenarios
from engine.run.prepared import n_steps_of, prepared_by
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from kernels.base import AbstractBackend
from kernels.types import F64

# What a mix is solved for, then where it is shown: both kinds of unwind, as a law of days and at once.
SCENARIOS = (DEFAULT_SCENARIO, "flight-2024", "repatriation-2025", "august-2024", "april-2025")
_SPARE_VECTORS = 3  # of P&L beside the hedges', while a tail is looked for


def hedge(
    file: Path | Opened | None,
    config: RunConfig,
    inputs: Inputs,
    wishes: Wishes,
    progress: Progress,
    say: Callable[[str], None],
) -> HedgeResult:
    """Find the mix of hedges whose ES plus costs is least by the aim, and score it in all scenarios.

    Parameters
    ----------
    file : of candidate hedges, or its bytes; None: those that the article advises
    inputs : of the run
    config : of the run; the first confidence is that which the mix is solved for
    wishes : its aim is by the first scenario, by the worst of all, or by their weighted mean
    progress : called with paths done and in all
    say : is called with what was picked

    Raises
    ------
    InputError
        An input is bad, a scenario has no paths to draw, or there are too many paths to hold.
    InfeasibleError
        No mix fits the wishes; names those that stand in the way.
    """
    _check_streams(config, wishes)
    aim = aim_of(wishes.aim, wishes.weights, inputs.names)
    hedges = _hedges(file, inputs, wishes, say)
    joined = _joined(inputs, hedges)
    warnings = _warnings(inputs, hedges, config)
    check_memory((1 + len(hedges.names)) * len(inputs.names) + _SPARE_VECTORS, config.n_paths)
    backend, n_steps = choose_backend(config.backend, say), n_steps_of(config, joined, say)
    _check_drawn(inputs, n_steps)
    rate = inputs.market.rate(config.currency)
    costs, carries = _costs(hedges, inputs.market) / rate, _carries(hedges, inputs.market) / rate
    problem = _problem(config, joined, hedges, backend, n_steps, wishes, aim, costs, carries, progress)
    solution = solve(problem)
    singles = _singles(problem)
    best = min(singles, key=lambda each: each.value, default=None)
    mixes = Mixes(lots=solution.lots, lot_costs=costs, single=best, aim=aim)
    fresh = prepared_by(config.model_copy(update={"seed": wishes.score_seed}), joined, backend, n_steps)
    found = scored(fresh, mixes, config, progress)
    return _result(
        config, wishes, aim, inputs, hedges, problem, solution, found, carries, best, backend.device(), warnings
    )


def _check_streams(config: RunConfig, wishes: Wishes) -> None:
    if wishes.score_seed == config.seed:
        raise InputError(
            f"--score-seed: {config.seed} is the seed that the mix is solved on, so that its score would flatter it;"
            " give another"
        )
    if wishes.budget is not None and wishes.budget < 0.0:
        raise InputError(f"--budget: must be 0 or more, got {wishes.budget:,.0f}; it is spent on bid-offer spreads")


def _hedges(file: Path | Opened | None, inputs: Inputs, wishes: Wishes, say: Callable[[str], None]) -> Hedges:
    day = inputs.market.valuation_date
    if file is not None:
        found = load_hedges(file, day, names=wishes.names)
    elif day != BUNDLED_DATE:
        raise InputError(
            f"the bundled hedges are contracts of {BUNDLED_DATE}, the market is of {day}: give a file of your own, such"
            f" as {bundled_hedges_path()} with contracts of that date"
        )
    else:
        factors = {factor.name for factor in inputs.market.factors}
        found = load_hedges(bundled_hedges_path(), day, names=wishes.names, factors=factors)
    if found.left_out:
        say(f"left out, for the market has no such price factors: {', '.join(found.left_out)}")
    clash = [name for name in found.names if name in inputs.book.books]
    if clash:
        raise InputError(f"a hedge and a book of the run are both called {clash[0]!r}: give the hedge another name")
    return found


def _joined(inputs: Inputs, hedges: Hedges) -> Inputs:
    """Return the run's inputs with the hedges' books last. Raises InputError where the market lacks what they need."""
    check_needs(hedges.book, inputs.market)
    return replace(inputs, book=join_books([("run", inputs.book), ("hedges", hedges.book)]))


def _warnings(inputs: Inputs, hedges: Hedges, config: RunConfig) -> tuple[str, ...]:
    """Return what is to be said of the hedges alone, basis risk that no factor moves among it."""
    alone = inputs_of(inputs.market, hedges.book, inputs.scenarios, config, market_sha256=inputs.sha256["market"])
    return tuple(each for each in alone.warnings if each not in inputs.warnings)


def _check_drawn(inputs: Inputs, n_steps: int) -> None:
    if known := exact_scenarios(inputs.unwinds, n_steps):
        names = ", ".join(inputs.names[s] for s in known)
        raise InputError(
            f"{names}: exact, each of its moves is valued, so there are no fresh paths to score a mix on; take another"
            " scenario"
        )


def _costs(hedges: Hedges, market: Market) -> F64:
    """Return half the bid-offer spread of a lot of each hedge: (n_hedges,) [JPY]."""
    found = np.zeros(len(hedges.names))
    for name, currency, cost in hedges.costs:
        found[hedges.names.index(name)] += cost * market.rate(currency)
    return found


def _carries(hedges: Hedges, market: Market) -> F64:
    """Return what a lot of each hedge earns in a day in which nothing moves: (n_hedges,) [JPY]."""
    of = [hedges.names.index(name) for name in hedges.book.books]
    found: F64 = np.bincount(of, carry_a_day(hedges.book, market), len(hedges.names)).astype(np.float64)
    return found


def _problem(
    config: RunConfig,
    joined: Inputs,
    hedges: Hedges,
    backend: AbstractBackend,
    n_steps: int,
    wishes: Wishes,
    aim: Aim,
    costs: F64,
    carries: F64,
    progress: Progress,
) -> Problem:
    """Walk the aim's scenarios and put the programme together."""
    drawn = prepared_by(config, joined.of(range(len(aim.scenarios))), backend, n_steps).drawn
    assert drawn is not None
    found = walked(drawn, len(hedges.names), config.n_paths, progress)
    constraints = []
    if wishes.budget is not None:
        constraints.append(Constraint(name="budget", weights=costs, most=wishes.budget))
    if wishes.carry_least is not None:
        constraints.append(Constraint(name="carry a day", weights=-carries, most=-wishes.carry_least, is_floor=True))
    return Problem(
        losses=0.0 - found.before,
        hedges=found.lots,
        names=hedges.names,
        costs=costs,
        least=hedges.least,
        most=hedges.most,
        confidence=config.confidences[0],
        is_whole=wishes.is_whole,
        constraints=tuple(constraints),
        es_most=wishes.es_most,
        weights=aim.array,
    )


def _singles(problem: Problem) -> list[Single]:
    """Return the best number of lots of each hedge by itself; of those that fit the wishes."""
    found = []
    for k, name in enumerate(problem.names):
        try:
            one = solve(problem.alone(k))
        except InfeasibleError:
            continue
        lots = float(one.lots[0])
        found.append(Single(hedge=k, name=name, lots=lots, cost=lots * float(problem.costs[k]), value=one.value))
    return found


def _in_sample(problem: Problem, solution: Solution, aim: Aim) -> Change:
    """Return the change of ES by the aim, costs included, on the paths that the mix was solved on."""
    before, after = [-losses for losses in problem.losses], []
    for pnl, hedges in zip(before, problem.hedges, strict=True):
        with_it = pnl - float(problem.costs @ solution.lots)
        for paid, lots in zip(hedges, solution.lots.tolist(), strict=True):
            with_it += lots * paid
        after.append(with_it)
    return aim_change(aim, before, after, problem.confidence, None)


def _result(
    config: RunConfig,
    wishes: Wishes,
    aim: Aim,
    inputs: Inputs,
    hedges: Hedges,
    problem: Problem,
    solution: Solution,
    found: Scored,
    carries: F64,
    best: Single | None,
    device: str,
    warnings: tuple[str, ...],
) -> HedgeResult:
    shares = still_spread_shares(hedges.book, inputs.market)
    lots = solution.lots
    return HedgeResult(
        valuation_date=inputs.market.valuation_date,
        currency=config.currency,
        horizon_days=config.horizon_days,
        confidence=problem.confidence,
        n_paths=config.n_paths,
        seed=config.seed,
        score_seed=wishes.score_seed,
        device=device,
        aim=aim,
        is_whole=wishes.is_whole,
        gap=solution.gap,
        is_proven=not solution.has_gap,
        n_planes=solution.n_planes,
        lines=tuple(
            HedgeLine(
                name=name,
                lot=hedges.lots[k],
                lots=float(lots[k]),
                most=float(problem.most[k]),
                is_at_most=bool(lots[k] + float(wishes.is_whole) > problem.most[k] - 1e-9 * problem.most[k]),
                still_share=shares[name],
                cost=float(lots[k] * problem.costs[k]),
                carry_a_day=float(lots[k] * carries[k]),
                lot_cost=float(problem.costs[k]),
                lot_carry_a_day=float(carries[k]),
                lot_pnl=found.lot_pnl[k],
                tried_lots=float(lots[k]) or 1.0,
                es_changes=found.es_changes[k],
            )
            for k, name in enumerate(hedges.names)
        ),
        cost=float(problem.costs @ lots),
        carry_a_day=float(carries @ lots),
        optimism=Optimism.of(_in_sample(problem, solution, aim), found.aim),
        best_single=best,
        against_single=found.against_single,
        scenarios=found.scenarios,
        worst=found.worst,
        sign_changes=sign_changes(hedges.names, inputs.names, found.es_changes),
        left_out=hedges.left_out,
        warnings=warnings,
    )
