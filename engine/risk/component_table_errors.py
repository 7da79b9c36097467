"""The table's error of components of books under a filtered law, beside the simulation's: docs/concepts/laws.md."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.risk.book_lines import BookTail
from engine.risk.components import Component, WorstPaths
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, lines_at_var, paths_at_var
from engine.risk.past_table import DrawnBlocks, jackknife_ses, loss_per_rank
from engine.risk.ranks import tail_mass
from engine.risk.results import TailResult
from kernels.types import F64


def with_component_table_errors(
    found: Sequence[Component], worst: WorstPaths, total: TailResult, drawn: DrawnBlocks
) -> tuple[Component, ...]:
    """Return components with the table's error of each.

    Parameters
    ----------
    found : one a book, as `engine.risk.components.components` read them from `worst`
    worst : of the paths looked at
    total : of the run
    drawn : by the paths of `worst`

    Notes
    -----
    What a path adds to a book's component of ES is (L_b - c_b) / p beyond VaR, c_b the component of VaR. To that of
    VaR it adds the book's slope times what it adds to VaR, and around VaR its distance from the book's line there:
    the first-order terms of the estimators themselves, as `expected_shortfall.es_components` has them.
    """
    tail = BookTail(
        losses=-worst.pnl,
        n_paths=worst.n_paths,
        n_run_paths=worst.n_paths,
        confidence=total.confidence,
        total=total.estimates,
    )
    added = _added(tail)
    if added is None:
        return tuple(found)
    ses = {key: jackknife_ses(adds, drawn, tail.n_paths).tolist() for key, adds in added.items()}
    return tuple(
        replace(each, table_ses={key: of_books[b] for key, of_books in ses.items()}) for b, each in enumerate(found)
    )


def _added(tail: BookTail) -> Mapping[str, F64] | None:
    """Return what each kept path adds to each book's component: by measure, (n_books, n_kept) [currency]."""
    lines, near = lines_at_var(tail), paths_at_var(tail)
    if lines is None:
        return None
    mass = float(tail_mass(tail.confidence, tail.n_paths))
    total, books = tail.losses[0], tail.losses[1:]
    var, per_rank = loss_per_rank(total, mass)
    is_beyond = (total > var).astype(np.float64)
    at_var = tail.n_paths * per_rank * lines.slopes[:, None] * is_beyond
    from_line = (
        books[:, near]
        - lines.values[:, None]
        - lines.slopes[:, None] * (total[near] - tail.total[VALUE_AT_RISK.key].value)
    )
    at_var[:, near] += from_line * (tail.n_paths / lines.n)
    beyond = (books - lines.values[:, None]) * is_beyond * (tail.n_paths / mass)
    return {VALUE_AT_RISK.key: at_var, EXPECTED_SHORTFALL.key: beyond}
