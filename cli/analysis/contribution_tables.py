"""Tables of what contributes to a run's VaR and ES: one a scenario and grouping, at the highest confidence."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.analysis.contributions.figures import ContributionTable, Figure, Figures, GroupFigures
    from engine.risk.measures.measure import TailMeasure

NOTHING = "-"
WORTH_A_ROW = 5e-4  # of a total


def contribution_table(found: "ContributionTable", currency: str) -> Table:
    """Lay out one grouping's largest groups, the others together, and the total."""
    from engine.risk.measures.registry import MEASURES

    measures = [each for each in MEASURES.values() if each.contribution is not None]
    scale = render.scale(currency, [each.value for group in found.shown for each in group.contributions.values()])
    level = render.percent(found.confidence)
    title = f"{found.scenario} by {found.by}: what contributes to {_labels(measures)} at {level}"
    rows = [_row(group, found, measures, scale) for group in found.shown if _is_worth_a_row(group, found)]
    return Table(
        title=title,
        unit=scale.unit,
        columns=tuple(_columns(found, measures)),
        rows=[*rows, _total(found, measures, scale)],
        footnote=" ".join(_footnotes(found, measures, scale)),
    )


def _is_worth_a_row(group: "GroupFigures", found: "ContributionTable") -> bool:
    """Return whether a group is more than a trifle, or has figures beside its contributions."""
    return (
        bool(group.standalone)
        or group.tail_share is not None
        or any(
            abs(each.value) >= WORTH_A_ROW * abs(found.total[key].value) for key, each in group.contributions.items()
        )
    )


def _columns(found: "ContributionTable", measures: "Sequence[TailMeasure]") -> Iterator[Column]:
    from engine.book.groupings import GROUPINGS

    yield Column(heading=found.by, is_number=False, meaning=GROUPINGS[found.by].meaning)
    if _has_shares(found):
        yield Column(heading="of the tail's paths", meaning="share that ends in the regime, of those that lose VaR.")
    for measure in measures:
        assert measure.contribution is not None
        meaning = measure.contribution.meaning.replace("a book", "it").replace("all books lose", "the total loses")
        yield Column(heading=f"to {measure.label}", meaning=f"{meaning}; the groups add up to the total's.")
        yield Column(heading=f"of {measure.label}")
    for measure in measures if found.diversification else ():
        yield Column(heading=f"{measure.label} alone", meaning="of the group by itself.")
    for measure in measures if found.diversification else ():
        yield Column(
            heading=f"{measure.label} added", meaning="the total's less that without the group, on the same paths."
        )


def _row(
    group: "GroupFigures", found: "ContributionTable", measures: "Sequence[TailMeasure]", scale: Scale
) -> list[str]:
    return [
        group.group,
        *([_share(group.tail_share)] if _has_shares(found) else []),
        *_contributions(group.contributions, found, measures, scale),
        *_alone(group.standalone, found, measures, scale),
        *_alone(group.incremental, found, measures, scale),
    ]


def _total(found: "ContributionTable", measures: "Sequence[TailMeasure]", scale: Scale) -> list[str]:
    n_alone = 2 * len(measures) if found.diversification else 0
    share = [render.percent(1.0, 1)] if _has_shares(found) else []
    return ["total", *share, *_contributions(found.total, found, measures, scale), *[""] * n_alone]


def _contributions(
    figures: "Figures", found: "ContributionTable", measures: "Sequence[TailMeasure]", scale: Scale
) -> Iterator[str]:
    for measure in measures:
        figure, total = figures[measure.key], found.total[measure.key].value
        yield estimate(figure, scale)
        yield render.percent(round(figure.value / total, 3) + 0.0, 1) if total > 0.0 else NOTHING


def _alone(
    figures: "Figures", found: "ContributionTable", measures: "Sequence[TailMeasure]", scale: Scale
) -> Iterator[str]:
    for measure in measures if found.diversification else ():
        yield estimate(figures[measure.key], scale) if measure.key in figures else NOTHING


def estimate(figure: "Figure", scale: Scale, *, signed: bool = False) -> str:
    """Return a figure with the simulation's error, and that of a law's table of past days, if it has one."""
    return scale.with_table(figure.value, figure.se, figure.table_se, is_exact=figure.se == 0.0, signed=signed)


def _share(figure: "Figure | None") -> str:
    if figure is None:
        return NOTHING
    return f"{render.percent(figure.value, 1)} ±{render.percent(figure.se, 1)}"


def _has_shares(found: "ContributionTable") -> bool:
    return any(group.tail_share is not None for group in found.groups)


def _footnotes(found: "ContributionTable", measures: "Sequence[TailMeasure]", scale: Scale) -> Iterator[str]:
    from engine.book.groupings import BOOK

    paths = "worst moves" if found.is_exact else "paths of the tail"
    yield f"Read from {found.tail_paths:,} {paths}; ± and a second ± as above."
    if not all(_is_worth_a_row(group, found) for group in found.shown):
        yield "Less than 0.05 % of the total is in --json alone."
    if found.diversification:
        taken = ((found.diversification[measure.key], measure.label) for measure in measures)
        off = ", ".join(f"{scale.estimate(figure.value, figure.error)} off {label}" for figure, label in taken)
        yield f"Diversification takes {off} of the groups alone, added up; ± is both errors together."
    if found.alone_paths is not None:
        alone = "Added is" if found.by == BOOK.name else "Alone and added are"
        yield f"{alone} of the run's first {found.alone_paths:,} paths, whose total is not quite the run's."
    if found.others is not None:
        yield f"{found.others.group}: all groups but the largest; --json has each."


def _labels(measures: "Sequence[TailMeasure]") -> str:
    return " and ".join(measure.label for measure in measures)
