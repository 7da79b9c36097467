"""Laws by rows that are known whole: every row of one step, or every window of plain history, once."""

import math

import numpy as np
from scipy.special import ndtri

from kernels.law_layout import ModelArrays
from kernels.types import F64, I64

N_NODES = 64  # of the normals of factors without a history, equally likely, of mean 0 and variance 1


def enumerated(model: ModelArrays, n_steps: int) -> tuple[ModelArrays, I64]:
    """Return laws whose path i takes the i-th of a law's equally likely moves, and their numbers: (n_dynamics,).

    At one step a law without factors of their own normals has as many moves as rows; otherwise each row comes with
    N_NODES nodes of these normals; where events come on top there are none. Over more steps plain history has as many
    as it has windows; other laws have none.
    """
    laws, own, tables = model.laws.copy(), np.array(model.own_normal), list[F64]()
    counts = np.zeros(laws.size, np.int64)
    for d in np.flatnonzero(laws["is_filtered"]).tolist():
        rows = model.residuals[:, laws["first_row"][d] : laws["last_row"][d]]
        if laws["is_enumerated"][d]:
            counts[d], moves = rows.shape[1] - n_steps + 1, rows
        elif n_steps == 1 and not laws["is_unwind"][d]:
            moves = _with_nodes(rows, own[d])
            counts[d], laws["is_enumerated"][d], own[d] = moves.shape[1], 1, 0.0
        else:
            moves = rows
        laws["first_row"][d] = sum(table.shape[1] for table in tables)
        laws["last_row"][d] = laws["first_row"][d] + moves.shape[1]
        tables.append(moves)
    if not tables:
        return model, counts
    return model._replace(laws=laws, own_normal=own, residuals=np.concatenate(tables, axis=1)), counts


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
