"""The table of `unwind simulate --touch`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.levels.touch import Share, TouchRow
    from engine.run.walk import Walk
    from unwind_risk.api.levels import Walked


def print_touch(walked: "Walked", first: int, n_paths: int, words: Sequence[str], form: formats.Format) -> None:
    """Count the paths beyond each level that `words` name, and print their shares."""
    from cli import progress
    from unwind_risk.api.frames import arrow_of
    from unwind_risk.api.touch import touch_with

    with progress.on_stderr() as report:
        found = touch_with(walked, first, n_paths, words, report, warn=render.warn)
    formats.show(
        form,
        table=lambda: render.show(touch_table(walked.walk, found.paths.n, found.rows)),
        json=found.to_json,
        frame=lambda: arrow_of(found.table()),
    )


def touch_table(walk: "Walk", n_paths: int, rows: Sequence["TouchRow"]) -> Table:
    """Lay out shares by level, date and regime."""
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.risk.ranks import INTERVAL_CONFIDENCE

    is_exact = walk.n_moves is not None
    interval = "exact" if is_exact else f"its {render.percent(INTERVAL_CONFIDENCE)} interval by Wilson in brackets"
    columns: tuple[Column, ...] = (
        Column(heading="level", is_number=False, meaning="zero rates, continuously compounded; prices; vols."),
        Column(heading="by", is_number=False),
        Column(heading="to end", meaning=f"share of the paths at or beyond the level on that close; {interval}."),
        Column(heading="to touch", meaning="on that close or one before it; within a day nothing is looked at."),
    )
    if any(row.regime is not None for row in rows):
        by = Column(heading="regime", is_number=False, meaning="of the paths that are in it on that date.")
        n = Column(heading="share", meaning="of the paths, in the regime on that date.")
        columns = (*columns[:2], by, n, *columns[2:])
    drawn = f"all {n_paths:,} equally likely paths" if is_exact else f"{n_paths:,} paths, seed {walk.seed}"
    title = (
        f"{walk.scenario}: probability to end beyond a level, and to touch it, from {walk.base.valuation_date}\n"
        f"{drawn}, looked at on each business day's close, {walk.backend.name} {walk.precision}\n"
        f"{bundled_verdicts().words_for(walk.scenario, walk.standing)}\n"
    )
    return Table(title=title, columns=columns, rows=list(_rows(rows, n_paths)))


def _rows(rows: Sequence["TouchRow"], n_paths: int) -> Iterator[list[str]]:
    by_regime = any(row.regime is not None for row in rows)
    before = None
    for row in rows:
        if row.end is None or row.touch is None:
            continue  # a regime in which no path is on that date
        head = "" if before is not None and before.barrier == row.barrier else row.barrier.text
        is_new = row.regime is None
        by = f"{row.date}, day {row.day}" if is_new else ""
        regime = [row.regime or "all", render.percent(row.n_paths / n_paths, 2)] if by_regime else []
        yield [head, by, *regime, _text(row.end), _text(row.touch)]
        before = row


def _text(share: "Share") -> str:
    value = render.percent(share.value, 3)
    if share.low == share.high:
        return value
    low, high = (render.percent(end, 3).removesuffix(" %") for end in (share.low, share.high))
    return f"{value} [{low}, {high}]"
