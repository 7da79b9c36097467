"""What each book adds to a run's VaR, for its table: the figures of `by = book` without their errors, and quicker."""

from collections.abc import Mapping
from copy import copy

from engine.risk.components import Component, WorstPaths, components, no_worst_paths
from engine.risk.exact_tails import exact_parts, exact_worst
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from engine.run.start import FinishedRun
from kernels.base import CELL, CellRange

Adds = Mapping[str, Mapping[str, float]]  # by scenario, by book [currency]


def book_adds(run: FinishedRun) -> Adds:
    """Return what each book adds to the total's VaR at the highest confidence: their sum is the total's.

    A run of one book has none, nor has a scenario whose tail holds too few paths to tell, or that a sampler drew.

    Raises
    ------
    RiskError
        The device failed.
    """
    found = {name: _named(books, parts) for name, (books, parts) in _parts(run).items() if parts is not None}
    return {name: found[name] for name in run.prepared.inputs.names if name in found}


def _parts(run: FinishedRun) -> dict[str, tuple[tuple[str, ...], tuple[Component, ...] | None]]:
    """Return the books of each scenario, and what they contribute; None: the tail does not tell."""
    drawn, known, n_paths = run.prepared.drawn, run.prepared.whole, run.result.run.n_paths
    highest = max(run.prepared.config.confidences)
    totals = {row.scenario: row.measures for row in run.result.results if row.scope == "total"}
    total = {name: next(tail for tail in tails if tail.confidence == highest) for name, tails in totals.items()}
    found: dict[str, tuple[tuple[str, ...], tuple[Component, ...] | None]] = {}
    if drawn is not None and len(drawn.packed.books) > 1:
        for name, worst in zip(drawn.inputs.names, _worst_paths(run, drawn), strict=True):
            found[name] = (tuple(drawn.packed.books), components(worst, total[name], n_paths))
    if known is not None and len(known.packed.books) > 1:
        for each in run.whole:
            near = exact_worst(each.moves, highest)
            found[each.name] = (tuple(known.packed.books), exact_parts(near, each.moves.pnl[1:, near.order]))
    return found


def _worst_paths(run: FinishedRun, drawn: Prepared) -> tuple[WorstPaths, ...]:
    """Return the worst paths of each drawn scenario: those that the run has, and of the cells that it did not pass."""
    n_paths, n_books, highest = run.result.run.n_paths, len(drawn.packed.books), max(drawn.config.confidences)
    found = tuple(map(copy, run.worst)) or no_worst_paths(highest, n_books, len(drawn.inputs.names), n_paths)
    done, wanted = found[0].n_added, found[0].n_paths
    for cell in range(-(-done // CELL), -(-wanted // CELL)):
        with device_errors():
            pnl = drawn.backend.pnl(drawn.program, CellRange(first=cell, n=1, n_paths=n_paths).paths)
        for s, each in enumerate(found):
            each.add(pnl[s * (1 + n_books) : (s + 1) * (1 + n_books)])
    return found


def _named(books: tuple[str, ...], parts: tuple[Component, ...]) -> dict[str, float]:
    values = (each.of(VALUE_AT_RISK) for each in parts)
    return {book: each.value for book, each in zip(books, values, strict=True) if each is not None}
