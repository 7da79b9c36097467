"""Groups of positions: what each contributes, read from the P&L by position on the tail's paths."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.contributions.figures import SHOWN, GroupFigures, group_figures
from engine.analysis.contributions.scene import Scene
from engine.analysis.contributions.tail_parts import TailParts
from engine.book.groupings import BOOK, POSITION, Grouping
from engine.errors import RiskError
from engine.risk.components import Component
from engine.risk.measures.registry import HEADLINE
from engine.run.position_pnl import position_pnl_parts
from kernels.types import F64, I64

Groups = Mapping[float, list[GroupFigures]]  # by confidence
Columns = Callable[[I64], Mapping[float, F64]]  # numbers of groups -> P&L (n, n_kept) on each tail, by confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parted:
    """A scenario parted into groups."""

    grouping: Grouping
    groups: Groups  # the largest contribution at the highest confidence first
    others: Mapping[float, GroupFigures]  # those after the first `SHOWN` - 1 together; {}: there are no more than that

    @property
    def shown(self) -> list[str]:
        """Return the names of the groups that stand for themselves."""
        names = [each.group for each in next(iter(self.groups.values()))]
        return names[: SHOWN - 1] if self.others else names


def parted(scene: Scene, groupings: Sequence[Grouping]) -> list[Parted]:
    """Part a scenario by groupings of its positions; P&L by position is made once for all that need it.

    Raises
    ------
    RiskError
        The device failed, or the tail does not tell what contributes.
    """
    by_label = {each.name: each.labels(scene.part.inputs.book) for each in groupings if each.labels is not None}
    summed = [name for name in by_label if name not in (BOOK.name, POSITION.name)]
    sums = {name: np.zeros((len(set(by_label[name])), scene.paths.size)) for name in summed}
    positions: dict[float, dict[int, GroupFigures]] = {c: {} for c in scene.tails}
    if summed or POSITION.name in by_label:
        for some in position_pnl_parts(scene.part, scene.number, scene.paths):
            for name in summed:
                _add(sums[name], _numbers(by_label[name])[some.positions], some.pnl)
            for c, place in scene.places.items() if POSITION.name in by_label else ():
                ids = [by_label[POSITION.name][i] for i in some.positions.tolist()]
                found = _figures(scene.tails[c], ids, some.pnl[:, place])
                positions[c] |= dict(zip(some.positions.tolist(), found, strict=True))
    made = []
    for each in groupings:
        if each is POSITION:
            of_positions = {c: [found[i] for i in range(len(found))] for c, found in positions.items()}
            made.append(_parted(scene, each, of_positions, lambda numbers: _of_positions(scene, numbers)))
        elif each.name in by_label:
            made.append(_of_sums(scene, each, by_label[each.name], sums.get(each.name)))
    return made


def parted_columns(scene: Scene, grouping: Grouping, names: Sequence[str], pnl: Mapping[float, F64]) -> Parted:
    """Part a scenario into groups by their P&L (n_groups, n_kept) on each tail. Raises RiskError as `parted`."""
    figures = {c: _figures(tail, names, pnl[c]) for c, tail in scene.tails.items()}
    return _parted(scene, grouping, figures, lambda numbers: {c: each[numbers] for c, each in pnl.items()})


def measured(tail: TailParts, pnl: F64) -> tuple[Component, ...]:
    """Read what parts of a tail contribute, pnl (n_parts, n_kept). Raises RiskError where it does not tell."""
    found = tail.measured(pnl)
    if found is None:
        raise RiskError(
            f"the {tail.total.confidence} tail does not tell what contributes to it: too few of its paths differ;"
            " take more paths, or leave out `by`"
        )
    return found


def _of_sums(scene: Scene, grouping: Grouping, labels: Sequence[str], sums: F64 | None) -> Parted:
    """Part a scenario by groups whose P&L on all tails' paths is known; None: books, kept with the tail."""
    if sums is None:
        pnl = {c: tail.books for c, tail in scene.tails.items()}
        return parted_columns(scene, grouping, scene.part.packed.books, pnl)
    return parted_columns(
        scene, grouping, list(dict.fromkeys(labels)), {c: sums[:, at] for c, at in scene.places.items()}
    )


def _of_positions(scene: Scene, numbers: I64) -> Mapping[float, F64]:
    """Make the P&L of a few positions anew."""
    asked = np.sort(numbers)
    parts = list(position_pnl_parts(scene.part, scene.number, scene.paths, asked))
    pnl = np.concatenate([some.pnl for some in parts])
    return {c: pnl[:, place] for c, place in scene.places.items()}


def _parted(scene: Scene, grouping: Grouping, figures: Groups, columns: Columns) -> Parted:
    """Put the largest groups first, and the others together where there are many."""
    key, ranked = HEADLINE[-1].key, figures[max(figures)]
    order = sorted(range(len(ranked)), key=lambda i: -abs(ranked[i].contributions[key].value))
    others = {}
    if len(order) > SHOWN:
        shown, name = columns(np.array(order[: SHOWN - 1])), f"{len(order) - SHOWN + 1:,} others"
        for c, tail in scene.tails.items():
            (rest,) = measured(tail, (tail.total_pnl - shown[c].sum(axis=0))[None])
            others[c] = group_figures(name, rest)
    return Parted(grouping=grouping, groups={c: [each[i] for i in order] for c, each in figures.items()}, others=others)


def _figures(tail: TailParts, names: Sequence[str], pnl: F64) -> list[GroupFigures]:
    return [group_figures(name, each) for name, each in zip(names, measured(tail, pnl), strict=True)]


def _numbers(labels: Sequence[str]) -> I64:
    """Return the number of each label among those that differ, in the order in which they first come."""
    numbers = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    return np.array([numbers[label] for label in labels], np.int64)


def _add(sums: F64, numbers: I64, pnl: F64) -> None:
    """Add the P&L of positions (n, n_paths) to the groups that they are of."""
    for k in np.unique(numbers).tolist():
        sums[k] += pnl[numbers == k].sum(axis=0)
