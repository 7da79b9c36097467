"""Laws by rows that are known whole: every row of one step, or every window of plain history, once."""

import math

import numpy as np
from scipy.special import ndtri

from engine.law.past.row_regimes import drawn_weights, state_weights, whole_shares
from kernels.law_layout import ModelArrays
from kernels.types import F64, I64

N_NODES = 64  # of the normals of factors without a history, equally likely, of mean 0 and variance 1


def enumerated(model: ModelArrays, n_steps: int) -> tuple[ModelArrays, I64]:
    """Return laws whose path i takes the i-th of a law's moves, and their numbers: (n_dynamics,).

    At one step a law without factors of their own normals has as many moves as rows; otherwise each row comes with
    N_NODES nodes of these normals; where events come on top, or jumps beyond the rows, there are none. `move_weights`
    says how much each counts. Over more steps plain history has as many as it has windows, equally likely; other laws
    have none.
    """
    laws, own, tables = model.laws.copy(), np.array(model.own_normal), list[F64]()
    counts = np.zeros(laws.size, np.int64)
    for d in np.flatnonzero(laws["is_filtered"]).tolist():
        rows = model.residuals[:, laws["first_row"][d] : laws["last_row"][d]]
        if laws["is_enumerated"][d]:
            counts[d], moves = rows.shape[1] - n_steps + 1, rows
        elif n_steps == 1 and not laws["is_unwind"][d] and not laws["n_beyond"][d]:
            moves = _with_nodes(rows, own[d])
            counts[d], laws["is_enumerated"][d], laws["n_row_regimes"][d], own[d] = moves.shape[1], 1, 0, 0.0
        else:
            moves = rows
        laws["first_row"][d] = sum(table.shape[1] for table in tables)
        laws["last_row"][d] = laws["first_row"][d] + moves.shape[1]
        tables.append(moves)
    if not tables:
        return model, counts
    return model._replace(laws=laws, own_normal=own, residuals=np.concatenate(tables, axis=1)), counts


def move_weights(model: ModelArrays, d: int, n_moves: int) -> F64 | None:
    """Return how much each move of law d counts in one step, (n_moves,), 1 on average; None where all count alike.

    They are what the words of kernels make of them, so that paths converge to these and no others.
    """
    if not model.laws["n_row_regimes"][d]:
        return None
    weights = drawn_weights(*regimes_of_law(model, d), 1)[0]
    return np.asarray(np.tile(weights * weights.size, n_moves // weights.size))


def move_copies(weights: F64, n_rows: int, total: int) -> I64:
    """Return how many of `total` copies each move gets by its weight, (n_moves,): a row's are spread over its nodes."""
    of_row, nodes = whole_shares(weights[:n_rows], total), np.arange(weights.size // n_rows + 1)
    until = of_row * nodes[:, None] // nodes[-1]
    return np.asarray(np.diff(until, axis=0).ravel())


def row_shares(model: ModelArrays, d: int) -> F64:
    """Return the share of each row in what law d draws by each of its regimes, 0 first: (n_regimes + 1, n_rows)."""
    law = model.laws[d]
    if not law.n_row_regimes:
        n_rows = int(law.last_row - law.first_row)
        return np.full((1, n_rows), 1.0 / n_rows)
    return state_weights(regimes_of_law(model, d)[1])


def regimes_of_law(model: ModelArrays, d: int) -> tuple[I64, I64]:
    """Return edges (n_regimes + 2, n_regimes) and aliases (n_regimes + 1, n_rows) of law d, as it was given them."""
    law = model.laws[d]
    n, n_rows = int(law.n_row_regimes), int(law.last_row - law.first_row)
    edges = model.regime_edges[law.first_edge : law.first_edge + (n + 2) * n]
    aliases = model.row_aliases[law.first_alias : law.first_alias + (n + 1) * n_rows]
    return edges.reshape(n + 2, n), aliases.reshape(n + 1, n_rows)


def _with_nodes(rows: F64, own: F64) -> F64:
    """Return (n_factors, n_moves), node by node, from rows (n_factors, n_rows) and weights of normals (n_factors,)."""
    if not own.any():
        return rows
    nodes = np.zeros((own.size, N_NODES))
    for k, f in enumerate(np.flatnonzero(own).tolist()):
        nodes[f] = _nodes(k)
    moves = rows[:, None, :] + (own[:, None] * nodes)[:, :, None]
    return np.asarray(moves.reshape(own.size, -1))


def _nodes(k: int) -> F64:
    """Return the k-th factor's N_NODES normals: middles of equal parts, in another order for each factor."""
    u = (np.arange(N_NODES) + 0.5) / N_NODES
    order = np.argsort(np.mod(u * N_NODES * math.sqrt(2.0 + 3.0 * k), 1.0)) if k else np.arange(N_NODES)
    z = ndtri(u)[order]
    return np.asarray(z / math.sqrt(float((z * z).mean())))
