"""One scenario of a finished run: its tails at each confidence, and how its paths are found again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.figures import Figures, total_figures
from engine.analysis.contributions.replay import Replayed
from engine.analysis.contributions.tail_parts import TailParts, drawn_parts, exact_moves
from engine.risk.exact_tails import PastMoves
from engine.risk.results import RunResult, ScopeResult
from engine.run.prepared import Prepared, PreparedRun
from engine.run.whole_scenarios import WholeScenario
from kernels.types import I64, U64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A scenario of a run that has been simulated or valued."""

    name: str
    part: Prepared
    number: int  # of the scenario in its part
    results: Mapping[str, ScopeResult]  # of the run, by scope
    tails: Mapping[float, TailParts]  # by confidence
    moves: PastMoves | None  # of an exact law; None: it was drawn
    n_paths: int  # of the run

    def figures_of(self, scope: str, confidence: float) -> Figures:
        """Return the run's measures of one scope at one confidence."""
        return next(total_figures(tail) for tail in self.results[scope].measures if tail.confidence == confidence)

    @property
    def paths(self) -> U64:
        """Return the paths of all tails, each once, ascending: (n,)."""
        return np.unique(np.concatenate([tail.paths for tail in self.tails.values()]))

    @property
    def places(self) -> Mapping[float, I64]:
        """Return the place of each tail's paths among `paths`, by confidence: (n_kept,)."""
        paths = self.paths
        return {c: np.searchsorted(paths, tail.paths) for c, tail in self.tails.items()}


def scenes(
    prepared: PreparedRun, whole: Sequence[WholeScenario], result: RunResult, replayed: Replayed | None
) -> Iterator[Scene]:
    """Yield the scenarios of a run: those that were drawn, then those known without simulation.

    replayed   the first cells of what was drawn; None where nothing was
    """
    drawn, known, n_paths = prepared.drawn, prepared.whole, result.run.n_paths
    of: dict[str, dict[str, ScopeResult]] = {}
    for row in result.results:
        of.setdefault(row.scenario, {})[row.scope] = row
    if drawn is not None and replayed is not None:
        for s, name in enumerate(drawn.inputs.names):
            totals = of[name]["total"].measures
            tails: dict[float, TailParts] = {t.confidence: drawn_parts(drawn, s, replayed, t, n_paths) for t in totals}
            yield Scene(name=name, part=drawn, number=s, results=of[name], tails=tails, moves=None, n_paths=n_paths)
    if known is not None:
        for s, each in enumerate(whole):
            exact: dict[float, TailParts] = {t.confidence: exact_moves(each.moves, t) for t in each.results[0].measures}
            yield Scene(
                name=each.name,
                part=known,
                number=s,
                results=of[each.name],
                tails=exact,
                moves=each.moves,
                n_paths=n_paths,
            )
