"""What candidate trades would change: of VaR and ES in each scenario, a day's carry, and what they pay where."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from engine.analysis.final_regimes import REGIME_PATHS, FinalRegimes, final_regimes
from engine.analysis.whatif.candidate_trades import candidate_trades
from engine.analysis.whatif.paired_changes import Change, drawn_changes
from engine.analysis.whatif.pnl_digest import pnl_sha256
from engine.analysis.whatif.pnl_vectors import check_memory
from engine.analysis.whatif.totals import PairedTotals, paired_totals
from engine.analysis.whatif.warm_run import WarmRun
from engine.book.compiled import CompiledBook
from engine.book.day_carry import carry_a_day
from engine.book.value import position_values
from engine.inputs.opened import Opened
from engine.inputs.run import RunConfig
from engine.risk.estimate import mean_se
from engine.risk.exact_tails import PastMoves, exact_change_ses, exact_tails, exact_worst
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import plain_json
from engine.risk.standing import Standing
from engine.risk.tail_means import tail_mean_se
from engine.run.backend import choose_backend
from engine.run.blocks import Progress
from engine.run.load import Inputs
from engine.run.prepared import Prepared, n_steps_of
from engine.run.whole_scenarios import past_moves
from engine.scenario.under_laws import standing_of
from kernels.types import F64

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over paths, in the run's currency; gains positive."""

    value: float
    se: float  # of the simulation; 0: exact


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeMean:
    """What the trades pay on the paths that end in one regime."""

    regime: str
    probability: float
    probability_se: float  # binomial, of the paths whose regime is known
    pnl: Mean | None  # None: fewer than two paths end there


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChange:
    """What the trades do in one scenario."""

    scenario: str
    standing: Standing  # a stress or a forecast
    n_paths: int  # or moves, where exact
    is_exact: bool  # each move of the law is valued, none drawn
    changes: tuple[Change, ...]  # of the total's measures
    pnl: Mean  # of the trades
    pnl_in_tail: Mean  # where the books without them lose VaR at the highest confidence, or more
    regimes: tuple[RegimeMean, ...]  # by the regime in which a path ends; none where the law has one
    pnl_bound: float  # error of the trades' compressed revaluation at most
    sha256_before: str  # of the total's P&L, as `unwind run --json` has it
    sha256_after: str  # the same of a run of all books, the trades' last


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCarry:
    """One trade."""

    position: str
    book: str
    value: float  # today
    carry_a_day: float  # exact: what it gains in a business day in which nothing moves; below 0 a cost


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Candidate trades against a run. Amounts in `currency`."""

    valuation_date: date
    currency: str
    horizon_days: int
    seed: int
    steps: str  # "one" or "daily"
    device: str
    was_kept: bool  # the books' totals were walked by an earlier call
    trades: tuple[TradeCarry, ...]
    carry_a_day: float  # of all trades
    scenarios: tuple[ScenarioChange, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tried:
    """Candidate trades tried on a run: the figures, and what limits need beside them."""

    found: WhatIf
    config: RunConfig
    inputs: Inputs  # of the run
    totals: PairedTotals


def try_trades(
    trades: Path | Opened,
    config: RunConfig,
    inputs: Inputs,
    progress: Progress,
    say: Callable[[str], None],
    warm: WarmRun | None = None,
) -> Tried:
    """Try candidate trades on a run.

    Parameters
    ----------
    trades : a book file, or the bytes of one
    config : of the run; `until_se` and `parameters` do not count
    inputs : of the run
    progress : called with paths done and in all
    say : is called with what was picked
    warm : of the same settings and inputs, so that trades alone are walked; the figures are the same without

    Raises
    ------
    InputError
        An input is bad, or there are too many paths to hold.
    """
    candidates = candidate_trades(trades, inputs, config)
    n_books = len(set(candidates.alone.book.books))
    check_memory(len(inputs.names) * (2 + n_books), config.n_paths)
    backend = choose_backend(config.backend, say)
    n_steps = n_steps_of(config, candidates.joined, say)
    warm = warm if warm is not None and warm.fits(n_steps, backend.name) else None
    kept = None if warm is None else warm.totals
    totals = paired_totals(config, inputs, candidates, n_steps, backend, progress, say, kept)
    book, rate = candidates.alone.book, inputs.market.rate(config.currency)
    carried = _carry(book, inputs, rate)
    found = WhatIf(
        valuation_date=inputs.market.valuation_date,
        currency=config.currency,
        horizon_days=config.horizon_days,
        seed=config.seed,
        steps="one" if n_steps == 1 else "daily",
        device=backend.device(),
        was_kept=totals.was_kept,
        trades=carried,
        carry_a_day=sum(each.carry_a_day for each in carried),
        scenarios=tuple(_scenario(totals, inputs, name, config, warm) for name in inputs.names),
        warnings=candidates.warnings,
    )
    return Tried(found=found, config=config, inputs=inputs, totals=totals)


def as_json(found: WhatIf, limits: Sequence[Any] = ()) -> dict[str, Any]:
    """Return strict JSON's types; what the sample does not bound is None. `limits`: their uses before and after."""
    return {"schema": SCHEMA, **plain_json(found, "whatif"), "limits": plain_json(tuple(limits), "limits")}


def _carry(book: CompiledBook, inputs: Inputs, rate: float) -> tuple[TradeCarry, ...]:
    values, carried = position_values(book, inputs.market) / rate, carry_a_day(book, inputs.market) / rate
    return tuple(
        TradeCarry(position=name, book=of, value=value, carry_a_day=carry)
        for name, of, value, carry in zip(book.position_ids, book.books, values.tolist(), carried.tolist(), strict=True)
    )


def _scenario(
    totals: PairedTotals, inputs: Inputs, name: str, config: RunConfig, warm: WarmRun | None
) -> ScenarioChange:
    part = next(part for part in totals.prepared.parts if name in part.inputs.names)
    s = part.inputs.names.index(name)
    before, after, paid = totals.before[name], totals.after[name], totals.trades[name].sum(axis=0)
    moves = _moves(part, s, np.stack([before, after, paid]))
    changes = drawn_changes(part, s, before, after, config.confidences) if moves is None else _exact(moves, config)
    scenario = inputs.scenarios[inputs.names.index(name)]
    return ScenarioChange(
        scenario=name,
        standing=standing_of(scenario, inputs.market),
        n_paths=before.size,
        is_exact=moves is not None,
        changes=changes,
        pnl=mean_of(paid) if moves is None else Mean(value=moves.moments(2)[0], se=0.0),
        pnl_in_tail=_in_tail(before, paid, moves, changes),
        regimes=_regimes(part, s, paid, warm) if moves is None else (),
        pnl_bound=float(part.packed.bounds.pnl[s, 0]),
        sha256_before=pnl_sha256(before) if warm is None else warm.sha256[name],
        sha256_after=pnl_sha256(after),
    )


def _moves(part: Prepared, s: int, pnl: F64) -> PastMoves | None:
    """Return the moves of an exact scenario, with P&L (n_rows, n_moves) [currency]; None: it is drawn."""
    law = int(part.packed.book.run.dynamics[s])
    return past_moves(part, law, pnl) if part.n_moves[law] else None


def _exact(moves: PastMoves, config: RunConfig) -> tuple[Change, ...]:
    before, after = (exact_tails(moves, k, config.confidences, 0.0, has_errors=False) for k in (0, 1))
    found = []
    for one, other in zip(before, after, strict=True):
        ses: Mapping[str, float] = exact_change_ses(moves, 0, 1, one.confidence)
        found += [
            Change(
                measure=key,
                confidence=one.confidence,
                before=one.estimates[key],
                after=other.estimates[key],
                value=other.estimates[key].value - one.estimates[key].value,
                se=0.0,
                table_se=table_se,
            )
            for key, table_se in ses.items()
        ]
    return tuple(found)


def mean_of(pnl: F64) -> Mean:
    """Average P&L over paths, (n_paths,) [currency]."""
    return Mean(value=float(pnl.mean()), se=mean_se(pnl))


def _in_tail(before: F64, paid: F64, moves: PastMoves | None, changes: Sequence[Change]) -> Mean:
    """Average what the trades pay where the books without them lose VaR at the highest confidence, or more.

    before, paid   (n_paths,) or, where exact, (n_moves,) [currency], gains positive
    """
    of_var = [each for each in changes if each.measure == VALUE_AT_RISK.key]
    highest = max(of_var, key=lambda each: each.confidence)
    if moves is not None:
        worst = exact_worst(moves, highest.confidence)
        return Mean(value=float(paid[worst.order[: worst.tail_moves]] @ worst.weights), se=0.0)
    in_tail = np.flatnonzero(before <= -highest.before.value)
    worst_first = in_tail[np.argsort(before[in_tail], kind="stable")]
    se = tail_mean_se(paid[worst_first], highest.confidence, before.size)
    return Mean(value=float(paid[in_tail].mean()), se=se)


def _regimes(drawn: Prepared, s: int, paid: F64, warm: WarmRun | None) -> tuple[RegimeMean, ...]:
    """Average what the trades pay, (n_paths,) [currency], by final regime."""
    if warm is not None:
        ends = warm.ends[drawn.inputs.names[s]]
    else:
        ends = final_regimes(drawn, s, min(paid.size, REGIME_PATHS))
    return () if ends is None else regime_means(ends, paid)


def regime_means(ends: FinalRegimes, pnl: F64) -> tuple[RegimeMean, ...]:
    """Average P&L (n_paths,) [currency] by the regime in which a path ends, over the paths whose end is known."""
    n = ends.numbers.size
    mine = [pnl[:n][ends.numbers == number] for number in range(len(ends.names))]
    return tuple(_regime_mean(name, each, n) for name, each in zip(ends.names, mine, strict=True) if each.size)


def _regime_mean(name: str, pnl: F64, n_paths: int) -> RegimeMean:
    share = pnl.size / n_paths
    return RegimeMean(
        regime=name,
        probability=share,
        probability_se=math.sqrt(share * (1.0 - share) / n_paths),
        pnl=mean_of(pnl) if pnl.size > 1 else None,
    )
