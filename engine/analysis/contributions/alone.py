"""Groups of positions alone and taken away: the first paths, or moves, of a run valued with these groups as its books.

Errors of differences are paired: of the same paths. To first order a path adds to VaR its being beyond it over the
density there, and to ES its loss beyond VaR over 1 - confidence; a difference's error is that of the mean of what each
path adds to the one less what it adds to the other.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.contributions.figures import Figure, Figures, GroupFigures
from engine.analysis.contributions.scene import Scene
from engine.risk.components import WorstPaths, cells_for, paths_for
from engine.risk.exact_tails import MEASURES as EXACT
from engine.risk.exact_tails import PastMoves, exact_samples
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.ordered_tail import SortedTail
from engine.risk.past_table import TableDraws, jackknife_ses, resampled_counts
from engine.risk.tail import estimate_tail
from engine.run.backend import device_errors
from engine.run.prepared import Prepared, PreparedRun, prepared_by
from engine.run.table_errors import LEAST_PATHS, path_adds, table_draws
from kernels.base import CellRange, PathRange
from kernels.types import F64, U64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AloneFigures:
    """What groups are by themselves at one confidence."""

    standalone: Mapping[str, Figures]  # by group
    incremental: Mapping[str, Figures]  # by group: the total's less that of all other groups
    diversification: Figures  # standalone, added up, less the total's
    n_paths: int  # that they are read from

    def added_to(self, group: GroupFigures) -> GroupFigures:
        """Return a group's figures with these beside them."""
        return replace(group, standalone=self.standalone[group.group], incremental=self.incremental[group.group])

    def of_run(self, scene: Scene, confidence: float) -> "AloneFigures":
        """Return the figures of a run's own books, which the run has measured by themselves on all of its paths."""
        standalone = {group: scene.figures_of(f"book:{group}", confidence) for group in self.standalone}
        total, fewer = scene.figures_of("total", confidence), math.sqrt(self.n_paths / scene.n_paths)
        diversification = {
            key: replace(
                each,
                value=math.fsum([*(figures[key].value for figures in standalone.values()), -total[key].value]),
                se=each.se * fewer,
            )
            for key, each in self.diversification.items()
        }
        return replace(self, standalone=standalone, diversification=diversification)


def regrouped(part: Prepared, scenario: int, labels: Sequence[str]) -> Prepared:
    """Pack one scenario of a run with groups as its books; labels (n_positions,) of each position's."""
    inputs = part.inputs.of([scenario])
    grouped = replace(inputs, book=replace(inputs.book, books=tuple(labels)))
    run: PreparedRun = prepared_by(part.config, grouped, part.backend, part.packed.n_steps)
    (only,) = run.parts
    return only


def drawn_alone(part: Prepared, scenario: int, n_paths: int) -> dict[float, AloneFigures]:
    """Measure the books of a drawn scenario by themselves, on the first cells of `n_paths` paths; by confidence."""
    confidences, n_scopes = part.config.confidences, 1 + len(part.packed.books)
    kept = {c: [WorstPaths(0, c, paths_for(c, n_paths)) for _ in range(2 * n_scopes - 1)] for c in confidences}
    for cell in range(max(cells_for(c, n_paths) for c in confidences)):
        with device_errors():
            pnl = part.backend.pnl(part.program, CellRange(first=cell, n=1, n_paths=n_paths).paths)
        pnl = pnl[scenario * n_scopes : (scenario + 1) * n_scopes]
        rows = np.concatenate([pnl, pnl[:1] - pnl[1:]])
        for c, all_kept in kept.items():
            if cell < cells_for(c, n_paths):
                for each, row in zip(all_kept, rows, strict=True):
                    each.add(row[None])
    draws = table_draws(part, scenario)
    return {
        c: _figures(part.packed.books, [_DrawnRow.of(each, c, draws) for each in found], paths_for(c, n_paths))
        for c, found in kept.items()
    }


def exact_alone(part: Prepared, scenario: int, moves: PastMoves) -> dict[float, AloneFigures]:
    """Measure the books of an exact scenario by themselves; `moves` are the run's, of the same scenario."""
    n_scopes, n_moves = 1 + len(part.packed.books), moves.pnl.shape[1]
    with device_errors():
        pnl = part.backend.pnl(part.program, PathRange(first=0, n=n_moves))
    pnl = pnl[scenario * n_scopes : (scenario + 1) * n_scopes]
    rows = np.concatenate([pnl, pnl[:1] - pnl[1:]])
    names, counts = part.packed.books, resampled_counts(moves.n_table, moves.block)
    return {
        c: _figures(names, [_ExactRow.of(row, moves, c, counts) for row in rows], n_moves)
        for c in part.config.confidences
    }


class _Row(ABC):
    """One P&L whose measures are known, and can be taken from those of others on the same paths."""

    @abstractmethod
    def figures(self) -> Figures:
        """Return its own measures."""

    @abstractmethod
    def less(self, others: Sequence["_Row"]) -> Figures:
        """Return the measures of the first of these less its own, those of all others added."""


def _figures(names: Sequence[str], rows: Sequence[_Row], n_paths: int) -> AloneFigures:
    """Put together: rows are the total's, each group's, and what is left of the total without each."""
    n = len(names)
    total, alone, without = rows[0], rows[1 : 1 + n], rows[1 + n :]
    return AloneFigures(
        standalone={name: each.figures() for name, each in zip(names, alone, strict=True)},
        incremental={name: each.less([total]) for name, each in zip(names, without, strict=True)},
        diversification=total.less(alone),
        n_paths=n_paths,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _DrawnRow(_Row):
    own: Figures
    adds: Mapping[str, F64]  # (n_beyond,) what each path beyond VaR adds; the others add nothing
    paths: U64  # (n_beyond,) their numbers
    n_paths: int
    draws: TableDraws | None

    @classmethod
    def of(cls, worst: WorstPaths, confidence: float, draws: TableDraws | None) -> "_DrawnRow":
        n, losses = worst.n_paths, 0.0 - worst.pnl[0]
        found = estimate_tail(SortedTail(worst.pnl[0], n), confidence).estimates
        added = path_adds(losses, n, confidence)
        beyond = int(np.count_nonzero(added[EXPECTED_SHORTFALL.key]))
        adds = {key: each[:beyond] for key, each in added.items()}
        draws, paths = draws if n >= LEAST_PATHS else None, worst.paths[:beyond]
        table = _table_ses(adds, paths, n, draws)
        own = {key: Figure(value=found[key].value, se=found[key].se, table_se=table.get(key)) for key in adds}
        return cls(own=own, adds=adds, paths=paths, n_paths=n, draws=draws)

    def figures(self) -> Figures:
        return self.own

    def less(self, others: Sequence["_Row"]) -> Figures:
        rows = [each for each in others if isinstance(each, _DrawnRow)]
        paths, place = np.unique(np.concatenate([self.paths, *(each.paths for each in rows)]), return_inverse=True)
        adds: dict[str, F64] = {}
        for key, mine in self.adds.items():
            of_all = np.concatenate([-mine, *(each.adds[key] for each in rows)])
            adds[key] = np.bincount(place, of_all, paths.size).astype(np.float64)
        table = _table_ses(adds, paths, self.n_paths, self.draws)
        return {
            key: Figure(
                value=math.fsum([*(each.own[key].value for each in rows), -self.own[key].value]),
                se=_paired_se(each_adds, self.n_paths),
                table_se=table.get(key),
            )
            for key, each_adds in adds.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _ExactRow(_Row):
    values: F64  # (2,) VaR and ES
    samples: F64  # (2, n_samples) of resampled tables

    @classmethod
    def of(cls, pnl: F64, moves: PastMoves, confidence: float, counts: F64) -> "_ExactRow":
        values, samples = exact_samples(moves, pnl, confidence, counts)
        return cls(values=values, samples=samples)

    def figures(self) -> Figures:
        return _exact(self.values, self.samples)

    def less(self, others: Sequence["_Row"]) -> Figures:
        rows = [each for each in others if isinstance(each, _ExactRow)]
        values = np.sum([each.values for each in rows], axis=0) - self.values
        return _exact(values, np.sum([each.samples for each in rows], axis=0) - self.samples)


def _exact(values: F64, samples: F64) -> Figures:
    ses = samples.std(axis=1, ddof=1)
    return {key: Figure(value=float(values[k]), se=0.0, table_se=float(ses[k])) for k, key in enumerate(EXACT)}


def _paired_se(adds: F64, n_paths: int) -> float:
    """Return the error of a mean over paths, of which all but some add nothing."""
    variance = float(adds @ adds) / n_paths - (float(adds.sum()) / n_paths) ** 2
    return math.sqrt(max(variance, 0.0) / n_paths)


def _table_ses(adds: Mapping[str, F64], paths: U64, n_paths: int, draws: TableDraws | None) -> Mapping[str, float]:
    """Return the table's errors of the same means; none where there is no table."""
    if draws is None:
        return {}
    drawn = draws.drawn_by(paths)
    return {key: float(jackknife_ses(each[None], drawn, n_paths)[0]) for key, each in adds.items()}
