"""Models and books as the arrays that CUDA's kernels read: 64-bit words, and laws in the order that they are used."""

import numpy as np

from kernels.cuda.host.source import BuildSettings, mixing
from kernels.layout import Model, Tables
from kernels.types import Array

LAW_TABLES = (
    *("quantiles", "initial", "transitions", "jump_step", "jump_tails", "jump_mean", "jump_loadings"),
    *("impact", "scheduled"),
)  # struct LawTables of laws.cuh: fields of Model


def packed_laws(model: Model, settings: BuildSettings) -> Array:
    """The laws as step.cuh, or regimes.cuh, has them, a row each."""
    n_laws, n_factors = model.decay.shape
    if not settings.has_unwind:
        rows, columns = np.tril_indices(n_factors)
        return np.concatenate([model.decay, model.drift[:, 0], model.chol[:, 0, rows, columns]], axis=1)
    columns, rows = np.triu_indices(n_factors) if settings.is_unrolled else np.tril_indices(n_factors)[::-1]
    steps = np.stack(np.broadcast_arrays(model.decay[:, None], model.drift), axis=3)  # by turns
    of_regime = (n_laws, settings.n_regimes, -1)
    numbers = np.concatenate([steps.reshape(of_regime), model.chol[:, :, rows, columns], _convexity(model)], axis=2)
    padded = np.pad(numbers, ((0, 0), (0, 0), (0, -numbers.shape[2] % settings.chunk)))
    return np.swapaxes(padded.reshape(*of_regime, settings.chunk), 1, 2).reshape(n_laws, -1)


def _convexity(model: Model) -> Array:
    """(n_laws, n_regimes, n_factors): 0 where a law does not mix."""
    return np.where(mixing(model.laws)[:, None, None], model.convexity, 0.0).astype(model.convexity.dtype)


def words_of(field: Array) -> Array:
    """A field's 64-bit words, one at least."""
    kind = np.int64 if field.dtype.kind == "i" else np.float64
    if field.dtype.names:
        words: Array = np.ascontiguousarray(field).reshape(-1).view(np.int64)
    else:
        words = np.ascontiguousarray(field, kind)
    return words if words.size else np.zeros(1, words.dtype)


def strides(book: Tables) -> dict[str, int]:
    """The lengths at the end of struct Book."""
    return {
        "n_observations": book.observations.size,
        "n_scenarios": book.dynamics.size,
        "n_books": book.base_value.size,
        "n_segments": book.segments.size,
        "n_flows": book.flow_exponents.shape[0],
        "n_units": book.units.size,
        "n_points": book.points.size,
        "n_groups": book.groups.size,
        "n_tables": book.tables.shape[1],
        "n_x": book.table_terms.shape[2],
        "n_rate_tables": book.rate_tables.shape[1],
        "n_rate_terms": book.rate_terms.shape[2],
    }
