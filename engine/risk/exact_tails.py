"""Tail measures of a law all of whose moves are known and valued, with the components of books: nothing is drawn.

VaR is the smallest loss that moves of at most 1 - confidence in all exceed, by the one rule of `engine.risk.ranks`; ES
is the mean of the worst moves that make up 1 - confidence, the last of them in part. What a book contributes is its own
loss in the move that is VaR, and its mean in these: Euler's rule, to the last digit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.risk.components import Component, ComponentEstimate
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.past_table import resampled_counts
from engine.risk.ranks import Confidence, tail_mass
from engine.risk.results import TailResult, tail_result
from engine.risk.tail import estimate_sample
from kernels.types import F64, I64

MEASURES = (VALUE_AT_RISK.key, EXPECTED_SHORTFALL.key)  # with the table's error and components; others are read off
NEAR = 2  # times the tail's mass: moves among which every resampled tail is looked for at first
ROUNDING = 1e-9  # of a move: weights that add up to the tail's mass but for this make it up
HELD = 2**19  # weights of resampled moves at once: 4 MiB, and with what is made of them under 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastMoves:
    """Moves of known probabilities, valued, and the table of past days that they come from."""

    pnl: F64  # (1 + n_books, n_moves) [currency] total first; move i comes from row i modulo those of the table
    weights: F64 | None = None  # (n_moves,) how much each counts, 1 on average; None: all alike
    copies: I64 | None = None  # (n_moves,) whole numbers in proportion to these
    n_table: int  # days of the past, or windows of them
    block: int  # of these that are resampled together

    def moments(self, scope: int) -> tuple[float, float]:
        """Return mean and standard deviation of a scope's P&L [currency]."""
        pnl = self.pnl[scope]
        if self.weights is None:
            return float(pnl.mean()), float(pnl.std())
        mean = float(np.average(pnl, weights=self.weights))
        return mean, math.sqrt(float(np.average((pnl - mean) ** 2, weights=self.weights)))

    def sample(self, scope: int) -> F64:
        """Return a sample of a scope's P&L in which all count alike, for measures that are read off one."""
        return self.pnl[scope] if self.copies is None else np.repeat(self.pnl[scope], self.copies)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Worst:
    """Moves by the loss of one scope, worst first."""

    losses: F64  # (n, n_moves) [currency] of that scope, then of others; or of the worst of these moves alone
    rows: I64  # (n_moves,) of the table
    weights: F64  # (n_moves,)
    mass: float  # of the tail, in moves


def exact_tails(
    moves: PastMoves, scope: int, confidences: Sequence[Confidence], shock_pnl: float, *, has_errors: bool = True
) -> list[TailResult]:
    """Return the measures of one scope (row of `moves.pnl`) at each confidence, with the table's error.

    shock_pnl    [currency] of the scenario's shock alone
    has_errors   False: without the table's error, which takes most of the time
    """
    sample = moves.sample(scope)
    counts = resampled_counts(moves.n_table, moves.block) if has_errors else None
    return [_exact_tail(_worst(moves, [scope], each), counts, sample, each, shock_pnl) for each in confidences]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactWorst:
    """The worst moves of an exact law's total, as many as the tail of any resampled table reaches."""

    order: I64  # (n_near,) their numbers, worst first
    tail_moves: int  # that make up the tail, the last of them perhaps in part
    total: F64  # (n_near,) [currency] the total's losses
    worst: "_Worst"
    counts: F64  # (n_samples, n_table)

    @property
    def rows(self) -> I64:
        """Return from which row of the table each of the tail's moves comes: (tail_moves,)."""
        return self.worst.rows[: self.tail_moves]

    @property
    def weights(self) -> F64:
        """Return how much each of the tail's moves counts in it, the last perhaps in part: (tail_moves,), in all 1."""
        before = np.cumsum(self.worst.weights[: self.tail_moves])
        return np.diff(np.minimum(before, self.worst.mass), prepend=0.0) / self.worst.mass


def exact_worst(moves: PastMoves, confidence: Confidence) -> ExactWorst:
    """Return the worst moves of the total, row 0 of `moves`, of which other parts' P&L is asked for."""
    counts, worst = resampled_counts(moves.n_table, moves.block), _worst(moves, [0], confidence)
    once = np.ones((1, moves.n_table))
    near = max(_near(worst, each, _scale(worst, each)) for each in (counts, once))
    order = np.argsort(moves.pnl[0], kind="stable")[:near]
    return ExactWorst(
        order=order, tail_moves=_tail_moves(worst), total=worst.losses[0, :near], worst=worst, counts=counts
    )


def exact_parts(found: ExactWorst, pnl: F64) -> tuple[Component, ...]:
    """Return what parts of the total contribute to its measures, with the table's error: (n_parts,).

    pnl   (n_parts, n_near) [currency] on the moves of `found`, in their order
    """
    worst = replace(found.worst, losses=np.concatenate([found.total[None], 0.0 - pnl]))
    once = np.ones((1, found.counts.shape[1]))
    exact, ses = _measured(worst, once)[:, 0], _measured(worst, found.counts).std(axis=1, ddof=1)
    return tuple(
        Component(
            estimates={key: ComponentEstimate(value=float(exact[k, b]), se=0.0) for k, key in enumerate(MEASURES)},
            tail_paths=found.tail_moves,
            table_ses={key: float(ses[k, b]) for k, key in enumerate(MEASURES)},
        )
        for b in range(1, 1 + len(pnl))
    )


def exact_change_ses(moves: PastMoves, before: int, after: int, confidence: Confidence) -> dict[str, float]:
    """Return the table's error of how each measure of scope `after` differs from that of `before`, by its key.

    Both are taken under the same resampled tables, so what they share cancels.
    """
    counts = resampled_counts(moves.n_table, moves.block)
    one, other = (exact_samples(moves, moves.pnl[scope], confidence, counts)[1] for scope in (before, after))
    return dict(zip(MEASURES, (other - one).std(axis=1, ddof=1).tolist(), strict=True))


def exact_components(moves: PastMoves, confidence: Confidence) -> tuple[Component, ...]:
    """Return what each book contributes to the total's measures, with the table's error: (n_books,)."""
    found = exact_worst(moves, confidence)
    return exact_parts(found, moves.pnl[1:, found.order])


def exact_values(moves: PastMoves, scope: int, confidences: Sequence[Confidence]) -> F64:
    """Return VaR and ES of one scope (row of `moves.pnl`) alone, those of `exact_tails`: (n_confidences, 2)."""
    worst = _worst(moves, [scope], confidences[0])
    return np.stack([_once(replace(worst, mass=_mass(moves, each))) for each in confidences])


def exact_samples(moves: PastMoves, pnl: F64, confidence: Confidence, counts: F64) -> tuple[F64, F64]:
    """Return VaR and ES of one P&L of the moves, (n_moves,) [currency]: as it is (2,), of resampled tables (2, n).

    counts   (n, n_table) of `resampled_counts`
    """
    worst = _worst(replace(moves, pnl=pnl[None]), [0], confidence)
    exact = _measured(worst, np.ones((1, moves.n_table)))[:, 0, 0]
    return exact, _measured(worst, counts)[:, :, 0]


def _mass(moves: PastMoves, confidence: Confidence) -> float:
    return float(tail_mass(confidence, moves.pnl.shape[1]))


def _worst(moves: PastMoves, scopes: Sequence[int], confidence: Confidence) -> _Worst:
    """Return the moves by the loss of the first of some scopes; of equal losses the earlier move comes first."""
    order = np.argsort(moves.pnl[scopes[0]], kind="stable")
    losses = 0.0 - moves.pnl[list(scopes)][:, order]
    weights = np.ones(order.size) if moves.weights is None else moves.weights[order]
    return _Worst(losses=losses, rows=order % moves.n_table, weights=weights, mass=_mass(moves, confidence))


def _exact_tail(worst: _Worst, counts: F64 | None, sample: F64, confidence: Confidence, shock_pnl: float) -> TailResult:
    """Return the measures; counts (n_samples, n_table) of resampled tables give their errors, None: they have none."""
    exact = _once(worst)
    read = estimate_sample(sample, confidence)
    values = {key: each.value for key, each in read.estimates.items()} | dict(
        zip(MEASURES, exact.tolist(), strict=True)
    )
    known = {key: Estimate(value=value, se=0.0, low=value, high=value) for key, value in values.items()}
    whole = replace(read, estimates=known, rough=False)
    table_ses = dict[str, float]()
    if counts is not None:
        ses = _measured(worst, counts)[:, :, 0].std(axis=1, ddof=1)
        table_ses = dict(zip(MEASURES, ses.tolist(), strict=True))
    result = tail_result(whole, shock_pnl)
    return replace(result, tail_paths=_tail_moves(worst), table_ses=table_ses, is_exact=True)


def _once(worst: _Worst) -> F64:
    """Return VaR and ES of the first scope with every row of the table once: (2,)."""
    found: F64 = _measured(worst, np.ones((1, int(worst.rows.max()) + 1)))[:, 0, 0]
    return found


def _tail_moves(worst: _Worst) -> int:
    """Return how many moves make up the tail, the last of them perhaps in part."""
    return int(np.searchsorted(np.cumsum(worst.weights), worst.mass - ROUNDING)) + 1


def _measured(worst: _Worst, counts: F64) -> F64:
    """Return VaR and ES of every scope under each sample of the table's rows: (2, n_samples, n_scopes).

    counts   (n_samples, n_table) how often a row is in a sample, n_table in all
    """
    scale = _scale(worst, counts)
    near, n_samples = _near(worst, counts, scale), len(counts)
    at_once = max(HELD // near, 1)
    parts = [slice(first, first + at_once) for first in range(0, n_samples, at_once)]
    return np.concatenate([_measured_near(worst, counts[part], scale[part], near) for part in parts], axis=1)


def _scale(worst: _Worst, counts: F64) -> F64:
    """Return by what the weights of a sample's moves, (n_samples,), come to 1 on average."""
    found: F64 = worst.rows.size / (counts @ np.bincount(worst.rows, worst.weights, counts.shape[1]))
    return found


def _near(worst: _Worst, counts: F64, scale: F64) -> int:
    """Return among how many of the worst moves the tail of every sample lies, and the move that is VaR."""
    n_table, n_moves = counts.shape[1], worst.rows.size
    near = min(NEAR * int(worst.mass) + 16, n_moves)
    while near < n_moves:
        nearest = counts @ np.bincount(worst.rows[:near], worst.weights[:near], n_table) * scale
        if float(nearest.min()) > worst.mass + ROUNDING:
            break
        near = min(2 * near, n_moves)
    return near


def _measured_near(worst: _Worst, counts: F64, scale: F64, near: int) -> F64:
    """Return what `_measured` does, from the `near` worst moves alone, all at once.

    scale   (n_samples,) makes a sample's weights 1 on average
    """
    weights = np.take(counts, worst.rows[:near], axis=1) * worst.weights[:near] * scale[:, None]
    total = np.cumsum(weights, axis=1)
    last = np.minimum((total < worst.mass - ROUNDING).sum(axis=1), near - 1)
    at_var = np.minimum((total <= worst.mass + ROUNDING).sum(axis=1), near - 1)
    places = np.arange(len(counts))
    before = total[places, last] - weights[places, last]
    weights[np.arange(near) >= last[:, None]] = 0.0
    weights[places, last] = worst.mass - before
    losses = worst.losses[:, :near]
    # one product a sample: of several rows BLAS adds in an order that depends on how many there are
    means = (weights[:, None, :] @ losses.T)[:, 0] / worst.mass
    return np.stack([losses[:, at_var].T, means])
