"""Components of a run's tail measures by book, from its first cells replayed after the simulation."""

from collections.abc import Iterator, Sequence

from engine.analysis.contributions.replay import Replayed
from engine.record.rows import ComponentKey
from engine.risk.component_table_errors import with_component_table_errors
from engine.risk.components import Component, components
from engine.risk.results import ScopeResult
from engine.run.prepared import Prepared
from engine.run.table_errors import LEAST_PATHS, table_draws

Components = dict[ComponentKey, Component]


def by_book(drawn: Prepared, replayed: Replayed, results: Sequence[ScopeResult], n_paths: int) -> Components:
    """Return the components of every scenario, book and confidence; none where the tail holds too few paths.

    results   of the drawn scenarios, from `n_paths` paths: scenario by scenario, the sum over books first
    """
    n_scopes = len(results) // len(drawn.inputs.names)
    return dict(
        each
        for s in range(len(drawn.inputs.names))
        for each in _of_scenario(drawn, replayed, s, results[s * n_scopes : (s + 1) * n_scopes], n_paths)
    )


def _of_scenario(
    drawn: Prepared, replayed: Replayed, s: int, results: Sequence[ScopeResult], n_paths: int
) -> Iterator[tuple[ComponentKey, Component]]:
    (total, *books), draws = results, table_draws(drawn, s)
    for tail in total.measures:
        worst = replayed.worst[s, tail.confidence]
        found = components(worst, tail, n_paths) or ()
        if found and draws is not None and worst.n_paths >= LEAST_PATHS:
            found = with_component_table_errors(found, worst, tail, draws.drawn_by(worst.paths))
        for book, component in zip(books, found, strict=bool(found)):
            yield (total.scenario, book.scope, tail.confidence), component
