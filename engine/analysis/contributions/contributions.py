"""A finished run taken apart: by positions, books, families, currencies, factors, pillars and regimes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from engine.analysis.contributions.alone import AloneFigures, drawn_alone, exact_alone, regrouped
from engine.analysis.contributions.factor_parts import factor_classes, factor_parts
from engine.analysis.contributions.figures import ContributionTable, total_figures
from engine.analysis.contributions.position_groups import Parted, parted, parted_columns
from engine.analysis.contributions.regime_parts import has_regimes, regime_parts
from engine.analysis.contributions.replay import Replayed
from engine.analysis.contributions.scene import Scene, scenes
from engine.book.groupings import BOOK, BOOK_AND_FACTOR, FACTOR, GROUPINGS, PILLAR, REGIME, Grouping, crossed
from engine.errors import InputError
from engine.risk.book_lines import LEAST_PATHS
from engine.risk.measures.value_at_risk import WINDOW
from engine.risk.ranks import exact_confidence
from engine.run.prepared import PreparedRun
from engine.run.start import FinishedRun
from kernels.types import F64


def check_by(prepared: PreparedRun) -> None:
    """Refuse what a run cannot be taken apart by, before it is simulated.

    Raises
    ------
    InputError
        No scenario has regimes, or a tail is too thin to tell what contributes to it. Says the way out.
    """
    config, inputs = prepared.config, prepared.inputs
    if not config.by:
        return
    drawn = prepared.drawn.inputs.unwinds if prepared.drawn is not None else ()
    if REGIME.name in config.by and not any(map(has_regimes, drawn)):
        raise InputError(
            f"by {REGIME.name}: no path of {', '.join(inputs.names)} ends in a regime; take a scenario whose law has"
            " regimes, such as mixture, over two days or more, or leave it out"
        )
    for c in config.confidences if prepared.drawn is not None else ():
        least = math.ceil((LEAST_PATHS - 1) / (2 * WINDOW) / float(1 - exact_confidence(c)))
        if config.n_paths < least:
            raise InputError(
                f"by {', '.join(config.by)}: {config.n_paths:,} paths are too few in the {c} tail to tell what"
                f" contributes to it; give --paths {least:,} or more, or a lower --confidence"
            )


def contributions(
    run: FinishedRun, replayed: Replayed | None, say: Callable[[str], None]
) -> tuple[ContributionTable, ...]:
    """Take a run apart by all that its settings ask for: a table for each scenario, grouping and confidence.

    Parameters
    ----------
    replayed : the first cells of what the run has drawn; None where nothing was
    say : is called with what is left out, and why

    Raises
    ------
    RiskError
        The device failed, or a tail does not tell what contributes to it.
    """
    groupings = [GROUPINGS[name] for name in run.prepared.config.by]
    if not groupings:
        return ()
    made = scenes(run.prepared, run.whole, run.result, replayed)
    found = {scene.name: tuple(_tables(scene, groupings, say)) for scene in made}
    return tuple(table for name in run.prepared.inputs.names for table in found[name])


def _tables(scene: Scene, groupings: Sequence[Grouping], say: Callable[[str], None]) -> Iterator[ContributionTable]:
    found = (
        *parted(scene, groupings),
        *_by_factor(scene, groupings),
        *_by_book_and_factor(scene, groupings),
        *_by_regime(scene, groupings, say),
    )
    for each in found:
        yield from _measured_alone(scene, each)


def _by_factor(scene: Scene, groupings: Sequence[Grouping]) -> Iterator[Parted]:
    """Yield the parts by factor classes and by factors, of one allocation."""
    asked = [each for each in groupings if each in (FACTOR, PILLAR)]
    if not asked:
        return
    total = np.empty(scene.paths.size)
    for c, place in scene.places.items():
        total[place] = scene.tails[c].total_pnl
    names, pnl = factor_parts(scene.part, scene.number, scene.paths, total)
    classes = factor_classes(names, scene.part.inputs.market.factors)
    for each in asked:
        labels = names if each is PILLAR else classes
        groups = list(dict.fromkeys(labels))
        sums = np.stack([pnl[[label == group for label in labels]].sum(axis=0) for group in groups])
        yield parted_columns(scene, each, groups, {c: sums[:, place] for c, place in scene.places.items()})


def _by_book_and_factor(scene: Scene, groupings: Sequence[Grouping]) -> Iterator[Parted]:
    """Yield the parts by factor classes of each book: each book's add up to what it contributes itself."""
    if BOOK_AND_FACTOR not in groupings:
        return
    books = scene.part.packed.books
    totals = np.empty((len(books), scene.paths.size))
    for c, place in scene.places.items():
        totals[:, place] = scene.tails[c].books
    found: dict[str, F64] = {}
    for b, book in enumerate(books):
        names, pnl = factor_parts(scene.part, scene.number, scene.paths, totals[b], 1 + b)
        classes = factor_classes(names, scene.part.inputs.market.factors)
        for label, row in zip(classes, pnl, strict=True):
            group = crossed(book, label)
            found[group] = found.get(group, 0.0) + row
    sums = np.stack([*found.values()])
    places = scene.places.items()
    yield parted_columns(scene, BOOK_AND_FACTOR, [*found], {c: sums[:, place] for c, place in places})


def _by_regime(scene: Scene, groupings: Sequence[Grouping], say: Callable[[str], None]) -> Iterator[Parted]:
    if REGIME not in groupings:
        return
    if scene.moves is None and has_regimes(scene.part.inputs.unwinds[scene.number]):
        yield regime_parts(scene)
    else:
        say(f"{scene.name}: not by {REGIME.name}, for no path of it ends in one")


def _measured_alone(scene: Scene, found: Parted) -> Iterator[ContributionTable]:
    """Yield a table for each confidence, its shown groups measured by themselves where they are of positions."""
    alone = _alone(scene, found) if found.grouping.labels is not None else {}
    for c, tail in scene.tails.items():
        groups, others, own = found.groups[c], found.others.get(c), alone.get(c)
        are_fewer = own is not None and scene.moves is None and own.n_paths < scene.n_paths
        if own is not None:
            shown = set(found.shown)
            groups = [own.added_to(each) if each.group in shown else each for each in groups]
            others = own.added_to(others) if others is not None else None
        yield ContributionTable(
            scenario=scene.name,
            by=found.grouping.name,
            confidence=c,
            total=total_figures(tail.total),
            groups=tuple(groups),
            others=others,
            diversification=own.diversification if own is not None else {},
            tail_paths=tail.weights.size,
            is_exact=scene.moves is not None,
            alone_paths=own.n_paths if own is not None and are_fewer else None,
        )


def _alone(scene: Scene, found: Parted) -> Mapping[float, AloneFigures]:
    """Measure the shown groups, and the others as one, by themselves."""
    part, number, labels = scene.part, scene.number, found.grouping.labels
    assert labels is not None
    if found.grouping is not BOOK or found.others:
        others, shown = next((each.group for each in found.others.values()), ""), set(found.shown)
        part = regrouped(part, number, [each if each in shown else others for each in labels(part.inputs.book)])
        number = 0
    if scene.moves is not None:
        return exact_alone(part, number, scene.moves)
    alone = drawn_alone(part, number, scene.n_paths)
    return {c: each.of_run(scene, c) for c, each in alone.items()} if part is scene.part else alone
