"""What a benchmark says, as plain data for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contender, or one setting, of a case."""

    name: str
    unit: str  # of work: "normals", "factor-steps", "paths"
    work: float  # units of work a call
    median_s: float  # seconds a call, median over rounds
    best_s: float
    times_ours: float | None = None  # seconds a unit over ours, median over rounds; above 1 it is slower
    ours: str | None = None  # the row that it is compared with
    note: str = ""
    seconds: tuple[float, ...] = ()  # of a call in each round; () in results older than that, and where there was one

    @property
    def rate(self) -> float:
        """Return the units of work a second, at the median."""
        return self.work / self.median_s


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case: its rows, figures drawn from them, and what was asserted on the way."""

    name: str
    title: str
    clock: str  # "processor" seconds of this process, or "wall"
    rows: tuple[Row, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)  # JSON values; the unit rides in the name
    asserted: tuple[str, ...] = ()  # equalities that held; a case whose equality fails gives no result
    absent: tuple[str, ...] = ()  # what could not be timed here, and why
    seconds: float = 0.0  # the whole case took


def as_json(machine: Mapping[str, Any], cases: tuple[CaseResult, ...], notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the object that `python -m bench` prints; `notes` are what a reader of the times must know besides."""
    written = [case_json(case) for case in cases]
    return {"schema": SCHEMA, "machine": dict(machine), "notes": list(notes), "cases": written}


def case_json(case: CaseResult) -> dict[str, Any]:
    """Return one case's part of `as_json`."""
    return asdict(case) | {"rows": [asdict(row) | {"rate": row.rate} for row in case.rows]}


def case_of_json(data: Mapping[str, Any]) -> CaseResult:
    """Read a case back from its part of `as_json`."""
    rows = tuple(_row_of_json(row) for row in data["rows"])
    rest = {name: tuple(data[name]) for name in ("asserted", "absent")}
    return CaseResult(**{**data, "rows": rows, **rest})


def _row_of_json(data: Mapping[str, Any]) -> Row:
    written = {name: value for name, value in data.items() if name != "rate"}
    return Row(**{**written, "seconds": tuple(written.get("seconds", ()))})
