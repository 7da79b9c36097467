"""Two results of the bench, row by row; and what their machines differ by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.comparison.bands import RatioBand, Verdict, ratio_band
from bench.records import CaseResult, Row

# Facts of a machine that make times another's; its date and commit are what is compared.
MACHINE_FACTS = ("cpu", "device", "gpu", "cores", "memory_gib", "system", "python")
BUSY = 0.5  # load a core above which others' work is in the times


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """What a file of the bench holds."""

    machine: Mapping[str, Any]
    cases: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """A row that both results have."""

    case: str
    name: str
    before_s: float  # median of a call
    after_s: float
    band: RatioBand  # of seconds a unit of work

    def is_regression(self, allowed: float) -> bool:
        """Return whether it is slower for sure, and by more than the fraction `allowed`."""
        return self.band.verdict is Verdict.SLOWER and self.band.ratio > 1.0 + allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two results side by side."""

    rows: tuple[ComparedRow, ...]
    only_before: tuple[str, ...]  # "case: row"
    only_after: tuple[str, ...]
    differences: tuple[str, ...]  # of the machines, in words

    def regressions(self, allowed: float) -> tuple[ComparedRow, ...]:
        """Return the rows that became slower by more than the fraction `allowed`."""
        return tuple(row for row in self.rows if row.is_regression(allowed))

    @property
    def median_ratio(self) -> float:
        """Return the median of all rows' ratios: away from 1 the machine itself may have changed its pace."""
        return median(row.band.ratio for row in self.rows)


def compared(before: BenchResult, after: BenchResult) -> Comparison:
    """Set two results side by side; rows are the same by case and name."""
    old, new = _rows(before), _rows(after)
    return Comparison(
        rows=tuple(_compared_row(key, old[key], row) for key, row in new.items() if key in old),
        only_before=tuple(": ".join(key) for key in old if key not in new),
        only_after=tuple(": ".join(key) for key in new if key not in old),
        differences=tuple(_differences(before.machine, after.machine)),
    )


def pooled(results: Sequence[BenchResult]) -> BenchResult:
    """Return one result of several runs of the same cases: the median of each run is a round.

    So a band holds what differs from process to process, too. Rows that one of the runs lacks are left out.
    """
    first = results[0]
    rows = [_rows(result) for result in results]
    common = set.intersection(*(set(found) for found in rows))
    cases = tuple(
        CaseResult(
            name=case.name,
            title=case.title,
            clock=case.clock,
            rows=tuple(
                _pooled_row([found[case.name, row.name] for found in rows])
                for row in case.rows
                if (case.name, row.name) in common
            ),
        )
        for case in first.cases
    )
    return BenchResult(machine=first.machine, cases=cases)


def _rows(result: BenchResult) -> dict[tuple[str, str], Row]:
    return {(case.name, row.name): row for case in result.cases for row in case.rows}


def _pooled_row(rows: Sequence[Row]) -> Row:
    """Return the rounds of a row in several runs; work is that of the first, other runs' seconds brought to it."""
    first = rows[0]
    seconds = tuple(row.median_s * first.work / row.work for row in rows)
    return Row(
        name=first.name,
        unit=first.unit,
        work=first.work,
        median_s=median(seconds),
        best_s=min(seconds),
        seconds=seconds,
    )


def _compared_row(key: tuple[str, str], before: Row, after: Row) -> ComparedRow:
    case, name = key
    sides = [[second / row.work for second in row.seconds or (row.median_s,)] for row in (before, after)]
    return ComparedRow(
        case=case, name=name, before_s=before.median_s, after_s=after.median_s, band=ratio_band(sides[0], sides[1])
    )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in MACHINE_FACTS:
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name)} before, {after.get(name)} after"
    old, new = before.get("versions", {}), after.get("versions", {})
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name}: {old.get(name, 'not installed')} before, {new.get(name, 'not installed')} after"
    for when, machine in (("before", before), ("after", after)):
        load, cores = machine.get("load_average"), machine.get("cores")
        if load and cores and load[0] > BUSY * cores:
            yield f"other work ran {when}: a load of {load[0]:g} on {cores} cores"
