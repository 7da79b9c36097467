"""Models and books as the arrays that CUDA's kernels read: 64-bit words, and laws in the order that they are used."""

from collections.abc import Callable

import numpy as np

from kernels.cuda.host.headers import lengths
from kernels.cuda.host.source import BuildSettings, mixing
from kernels.law_layout import ModelArrays
from kernels.layout import Book
from kernels.types import U64, Array


def packed_laws(model: ModelArrays, settings: BuildSettings) -> Array:
    """Return the laws as steps/step.cuh, or steps/regimes.cuh, has them: (n_laws, n_numbers)."""
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


def _convexity(model: ModelArrays) -> Array:
    """(n_laws, n_regimes, n_factors): 0 where a law does not mix."""
    return np.where(mixing(model.laws)[:, None, None], model.convexity, 0.0).astype(model.convexity.dtype)


def law_table(model: ModelArrays, name: str) -> Array:
    """Return a table of `headers.LAW_TABLES`, of its own shape and unit, but residuals (n_rows, n_factors).

    A thread takes a row of them from end to end.
    """
    table: Array = getattr(model, name)
    return np.ascontiguousarray(table.T) if name == "residuals" else table


def words_of(field: Array) -> Array:
    """Return a field (...) as words of 64 bits, (n_words,) or its own shape; a number where it is empty."""
    kind = np.int64 if field.dtype.kind == "i" else np.float64
    if field.dtype.names:
        words: Array = np.ascontiguousarray(field).reshape(-1).view(np.int64)
    else:
        words = np.ascontiguousarray(field, kind)
    return words if words.size else np.zeros(1, words.dtype)


def words_of_book(book: Book, place: Callable[[Array], np.uint64]) -> U64:
    """Return struct Book of layout.cuh, (n_words,) of 64 bits: arrays as the addresses where `place` puts them."""
    words: list[np.uint64] = []
    for tables in book.parts():
        words += [place(words_of(each)) if isinstance(each, np.ndarray) else np.uint64(each) for each in tables]
        words += map(np.uint64, lengths(tables))
    return np.array(words, np.uint64)
