"""What `unwind doctor` and `unwind bench` find of a machine, as frames."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cli.output.frames import number, of_rows, text

if TYPE_CHECKING:
    from bench.records import CaseResult

DOCTOR = pa.schema([text("what", "part of the machine or package"), text("found", "version, or what is in the way")])
BENCH = pa.schema(
    [
        text("date", "of the timing"),
        text("cpu", "of the machine"),
        text("case", "name"),
        text("clock", "processor or wall"),
        text("contender", "or one setting of the case"),
        number("median_s", "a call, over rounds", "s"),
        number("best_s", "a call, over rounds", "s"),
        number("work", "a call, in `unit`"),
        number("rate", "work a second, at the median"),
        text("unit", "of work"),
        number("times_ours", "seconds a unit over those of `ours`, at the median; above 1 it is slower", "multiple"),
        text("ours", "the row that it is compared with"),
    ]
)


def doctor_frame(rows: Sequence[tuple[str, str]]) -> pa.Table:
    """Return what this machine offers."""
    return of_rows(DOCTOR, rows)


def bench_frame(machine: Mapping[str, Any], cases: "Sequence[CaseResult]") -> pa.Table:
    """Return each contender's timings."""
    head = (str(machine["date"]), str(machine["cpu"]))
    return of_rows(
        BENCH,
        (
            (
                *(*head, case.name, case.clock, row.name, row.median_s, row.best_s, float(row.work), row.rate),
                *(row.unit, row.times_ours, row.ours),
            )
            for case in cases
            for row in case.rows
        ),
    )
