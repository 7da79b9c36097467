"""What `unwind batch plan` and `status` find, as frames: a row a run of a date."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from cli.output.frames import day, flag, of_rows, text, whole

if TYPE_CHECKING:
    from engine.batch.plan import PlannedRun
    from engine.batch.status import RunStatus

PLAN = pa.schema(
    [
        day("valuation_date", "of the night"),
        text("run", "name"),
        whole("n_paths", "that are drawn; 0: every scenario is exact", "paths"),
        whole("n_rows", "scenarios that are drawn, and sets of parameters, by books and total", "rows"),
        whole("n_blocks", "into which the work is cut", "blocks"),
        whole("n_kept", "on disk already", "blocks"),
        whole("memory", "of the host, at most", "bytes"),
        whole("disk", "of checkpoints, about", "bytes"),
        text("exact", "scenarios whose every move is valued, separated by commas; null: none"),
    ]
)
STATUS = pa.schema(
    [
        day("valuation_date", "of the night"),
        text("run", "name"),
        text("state", "in words: recorded, damaged, blocks done, or not begun"),
        flag("is_begun", "whether anything of the run is on disk"),
    ]
)


def plan_frame(runs: "Sequence[PlannedRun]") -> pa.Table:
    """Return what each run will take."""
    return of_rows(
        PLAN,
        (
            (
                *(each.valuation_date, each.run, each.n_paths, each.n_rows, each.n_blocks, each.n_kept),
                *(each.bytes, each.disk_bytes, ", ".join(each.exact) or None),
            )
            for each in runs
        ),
    )


def status_frame(runs: "Sequence[RunStatus]") -> pa.Table:
    """Return how far each run is."""
    return of_rows(STATUS, ((each.valuation_date, each.run, each.state, each.is_begun) for each in runs))
