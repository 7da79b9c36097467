"""The record that nightly batches keep: read as frames, asked in SQL, verified, shown as a report."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from engine.errors import InputError, counted
from engine.explain.nights.changes_since import changes_since
from engine.record.asking.questions import asked
from engine.record.query import (
    FIGURES,
    PARTS,
    RecordedRun,
    RecordedTable,
    Rows,
    differences,
    figures,
    headline,
    recorded_runs,
)
from engine.record.read import BatchFault, LimitUse, nights, read_summary, run_folder
from engine.record.verify import changed_files
from engine.report.write import write_report
from engine.words.language import ENGLISH
from unwind_risk.api.analysis.page import page
from unwind_risk.api.frames import check_bytes
from unwind_risk.api.given import day_of
from unwind_risk.api.notes import Notes

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1

Dates: TypeAlias = str | date | Sequence[str | date]
Names: TypeAlias = str | Sequence[str]


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """A folder of recorded nights. Every figure is read from bytes that are as they were written."""

    folder: str | Path  # `out` of the batch file

    def __post_init__(self) -> None:
        if not nights(self.path):
            is_there = "holds no closed night" if Path(self.folder).is_dir() else "is no folder"
            raise InputError(f"{str(self.folder)!r} {is_there}; give `out` of the batch file")

    @property
    def path(self) -> Path:
        """Return the folder."""
        return Path(self.folder)

    @property
    def nights(self) -> tuple[date, ...]:
        """Return the valuation dates of closed nights, ascending."""
        return nights(self.path)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what nights had to do without, by date."""
        found = [(day, fault) for day in self.nights for fault in read_summary(self.path, day)["faults"]]
        return tuple(f"{day}: {fault['subject']}: {fault['message']}" for day, fault in found)

    def table(self, dates: Dates = (), runs: Names = ()) -> "pd.DataFrame":
        """Return VaR and ES of the totals at the highest confidence, a row a night, run and scenario.

        dates, runs   of these alone; none: all

        Raises InputError where there is no such run, or a byte of one was changed.
        """
        return _frame(headline(self._recorded(dates, runs)))

    def figures(self, dates: Dates = (), runs: Names = (), where: str = "true") -> "pd.DataFrame":
        """Return every figure, a row each, with its error and unit.

        where   an SQL condition over the columns, such as "scope = 'total'"

        Raises as `table`; RiskError where the condition is no SQL.
        """
        return _frame(figures(self._recorded(dates, runs), where))

    def contributions(self, dates: Dates = (), runs: Names = (), where: str = "true") -> "pd.DataFrame":
        """Return what contributes to the figures, of runs whose settings have `by`. Raises as `figures`."""
        return _frame(figures(self._recorded(dates, runs, PARTS), where))

    def query(self, sql: str, dates: Dates = (), runs: Names = (), *, within_s: float | None = None) -> "pd.DataFrame":
        """Answer one question in SQL, a SELECT of DuckDB, to the record's tables over all nights, as `unwind runs sql`.

        `unwind runs tables` lists tables and columns. It sees these alone: no file, no network, no setting.

        dates, runs   of these alone; none: all
        within_s      seconds that it may take; None: any number

        Raises InputError where the question is wrong, there is no such run, a file that it needs was changed, or the
        answer takes more than 2 GiB, or longer than it may.
        """
        import pyarrow as pa

        with asked(self.path, sql, _days(dates), _names(runs), within_s=within_s) as found:
            batches, n_bytes = [], 0
            for batch in found:
                n_bytes += batch.nbytes
                check_bytes(n_bytes, "the answer", "group its rows, or add LIMIT")
                batches.append(batch)
            frame: pd.DataFrame = pa.Table.from_batches(batches, found.schema).to_pandas()
        return frame

    def differences(
        self, before: str | date, after: str | date, runs: Names = (), other: "Record | None" = None
    ) -> "pd.DataFrame":
        """Return the figures that differ between two nights, or two records, beyond rounding, with their errors.

        other   record that holds `after`; None: this one
        """
        one, two = self._recorded(before, runs), (other or self)._recorded(after, runs)
        return _frame(differences(one, two))

    def limits(self, night: str | date | None = None) -> "pd.DataFrame":
        """Return the use of every limit on one night, the last where none is named, a row each."""
        import pandas as pd

        uses = [LimitUse(**each) for each in read_summary(self.path, self._night(night))["limits"]]
        rows = [{**asdict(each), "use": each.use} for each in uses]
        return pd.DataFrame(rows, columns=[*(each.name for each in fields(LimitUse)), "use"])

    def faults(self, night: str | date | None = None) -> "pd.DataFrame":
        """Return what one night, the last where none is named, had to do without, a row each."""
        import pandas as pd

        rows = read_summary(self.path, self._night(night))["faults"]
        return pd.DataFrame(rows, columns=[each.name for each in fields(BatchFault)])

    def run(self, name: str, night: str | date | None = None) -> Path:
        """Return the folder of one recorded run, which `explain`, `replay` and `whatif` take.

        Raises InputError where the night, the last where none is named, has no such run.
        """
        day = self._night(night)
        folder = run_folder(self.path, day, name)
        if not folder.is_dir():
            names = ", ".join(each["name"] for each in read_summary(self.path, day)["runs"])
            raise InputError(f"the night of {day} has no run {name!r}; it has {names}")
        return folder

    def verify(self, expect: Sequence[str] = ()) -> tuple[str, ...]:
        """Return what is not as it was written, by file; nothing where every byte is.

        expect   digests of nights, as `unwind batch run` printed them

        Raises InputError where one of these is no digest.
        """
        return changed_files(self.path, expect)

    def report(
        self, path: str | Path, night: str | date | None = None, *, explain: bool = False, language: str = ENGLISH
    ) -> Path:
        """Write one night, the last where none is named, as an HTML file that needs nothing else.

        explain   take the change since the night before apart too: runs between the two, half a minute a run
        language  of the page: "en" or "ja"

        Raises InputError where there is no such night or language, or the extra `report` is not installed.
        """
        day, said = self._night(night), Notes()
        changes = changes_since(self.path, day, lambda done, total: None, said.say) if explain else None
        write_report(self.path, day, Path(path), changes=changes, language=language)
        return Path(path)

    def to_json(self) -> str:
        """Return the headline of every run as strict JSON, as `unwind runs list --json` prints it."""
        told = {"schema": SCHEMA, "runs": headline(self._recorded((), ())).as_json()}
        return json.dumps(told, ensure_ascii=False, allow_nan=False)

    def _recorded(self, dates: Dates, runs: Names, table: RecordedTable = FIGURES) -> tuple[RecordedRun, ...]:
        return recorded_runs(self.path, _days(dates), _names(runs), table)

    def _night(self, night: str | date | None) -> date:
        """Return a closed night's date, the last where none is named. Raises InputError where there is none of it."""
        if night is None:
            return self.nights[-1]
        day = day_of("night", night)
        if day not in self.nights:
            near = sorted(sorted(self.nights, key=lambda each: abs(each - day))[:3])
            raise InputError(f"{str(self.folder)!r} has no night of {day}; the nearest are {', '.join(map(str, near))}")
        return day

    def __repr__(self) -> str:
        first, last = self.nights[0], self.nights[-1]
        return f"<Record of {counted(len(self.nights), 'night')}, {first} to {last}, in {self.folder}>"

    def _repr_html_(self) -> str:
        return page(f"Runs in {self.folder}", self.table())


def _days(dates: Dates) -> list[str]:
    return [str(day_of("dates", each)) for each in ([dates] if isinstance(dates, str | date) else dates)]


def _names(runs: Names) -> tuple[str, ...]:
    return (runs,) if isinstance(runs, str) else tuple(runs)


def _frame(rows: Rows) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame.from_records(list(rows.rows), columns=list(rows.columns))
