"""Regimes that tilt which row a filtered law draws, as whole numbers out of 2^32 that words of 32 bits meet.

What an evening knows of its regime is forgotten on the way. So of any probabilities q of the regimes the largest part
that looks like the long run, min(q / long_run) of it, is one more state, the forgotten one, which nothing leaves: there
rows are drawn as the filtered law draws them, all alike. Only what is left over is a regime with rows of its own, and
on each date it forgets a part of itself in the same way. The probabilities of a step's rows are those of the chain
itself; with the evening at its long run nothing is left over, and the law is the filtered one, to the bit
(docs/concepts/laws.md).
"""

import numpy as np

from engine.market.row_regimes import RowRegimes
from kernels.law_layout import ALIAS_BITS
from kernels.types import F64, I64

WORDS = 1 << 32


def regime_edges(regimes: RowRegimes) -> I64:
    """Return what the word of a step is held to, (n_regimes + 2, n_regimes): as many as it reaches are its state.

    By the state before: 0 the forgotten one, then the regimes, last the start, which is the evening itself.
    """
    chain = np.vstack([regimes.long_run, regimes.transitions, regimes.tonight @ regimes.transitions])
    kept = (chain / regimes.long_run).min(axis=1, keepdims=True)
    states = np.hstack([kept, np.maximum(chain - kept * regimes.long_run, 0.0)])
    return np.stack([np.cumsum(whole_shares(each, WORDS))[:-1] for each in states])


def row_aliases(regimes: RowRegimes) -> I64:
    """Return how a word picks a row in each state, the forgotten one first: (n_regimes + 1, n_rows)."""
    n = len(regimes.memberships)
    return np.stack([alias_table(each) for each in (np.full(n, 1.0 / n), *regimes.row_weights)])


def has_forgotten(edges: I64) -> bool:
    """Return whether the evening, last of edges (n_regimes + 2, n_regimes), knows nothing: the law is `filtered`."""
    return bool((edges[-1] == WORDS).all())


def alias_table(weights: F64) -> I64:
    """Return, for each of n rows of weights (n,), a threshold and the row that stands in from it on: (n,).

    A word w picks row w n >> 32; the low half of w n, below the threshold, keeps it. Vose (1991), "A linear algorithm
    for generating random numbers with a given distribution", IEEE Trans. Softw. Eng. 17(9), in whole numbers. No row's
    probability is off by more than a word of 2^32 for itself and for each that it stands in for.
    """
    n = weights.size
    shares = [int(each) for each in whole_shares(weights, n * WORDS)]
    table = list(range(n))  # threshold 0: a row stands in for itself
    few = [i for i in range(n) if shares[i] < WORDS]
    many = [i for i in range(n) if shares[i] > WORDS]
    while few:
        i, j = few.pop(), many[-1]
        table[i] = shares[i] << ALIAS_BITS | j
        shares[j] -= WORDS - shares[i]
        if shares[j] <= WORDS:
            many.pop()
        if shares[j] < WORDS:
            few.append(j)
    return np.array(table, np.int64)


def whole_shares(weights: F64, whole: int) -> I64:
    """Return whole numbers (n,) in the proportion of weights (n,) that add up to `whole`: largest remainders go up."""
    exact = weights * (whole / weights.sum())
    shares = np.floor(exact).astype(np.int64)
    up = np.argsort(shares - exact, kind="stable")[: whole - int(shares.sum())]
    shares[up] += 1
    return np.asarray(shares)


def drawn_weights(edges: I64, aliases: I64, n_steps: int) -> F64:
    """Return the probability of each row in each step, as words draw it: (n_steps, n_rows).

    edges (n_regimes + 2, n_regimes), aliases (n_regimes + 1, n_rows)
    """
    ends = np.full((len(edges), 1), WORDS)
    moves = np.diff(np.hstack([np.zeros_like(ends), edges, ends])) / WORDS  # (n_regimes + 2, n_regimes + 1)
    state, rows, found = moves[-1], state_weights(aliases), []
    for _ in range(n_steps):
        found.append(state @ rows)
        state = state @ moves[:-1]
    return np.array(found)


def state_weights(aliases: I64) -> F64:
    """Return the probability of each row in each state, as words draw it: (n_regimes + 1, n_rows), as `aliases`."""
    n = aliases.shape[1]
    thresholds, others = aliases >> ALIAS_BITS, aliases & ((1 << ALIAS_BITS) - 1)
    found = [thresholds[s] + np.bincount(others[s], WORDS - thresholds[s], n) for s in range(len(aliases))]
    return np.asarray(np.array(found) / (n * WORDS))
