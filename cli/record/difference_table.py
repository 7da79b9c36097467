"""Tables of the figures by which two records differ: one a unit, in a desk's words, beyond the errors or all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.record.query import Rows

ERRORS = 2.0  # of the difference, within which it may be the simulation's
LABELS = {  # of figures that are no tail measure; a test holds them against the record's own list
    "base_value": "value",
    "shock_pnl": "shock P&L",
    "mean": "mean P&L",
    "std": "standard deviation",
    "pnl_bound": "bound of compression",
    "stress_loss": "stress loss",
    "dv01": "DV01",
}
_HEADS = ("run", "scenario", "book", "measure", "curve")


def difference_tables(title: str, found: "Rows", *, everything: bool) -> list[Table]:
    """Lay out differences, a table for each unit: those beyond two errors, or all; each with a word on the others."""
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    shown = [row for row in rows if everything or is_beyond_errors(row)]
    groups: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
    for row in shown:
        groups.setdefault(_group(row), []).append(row)
    tables = [_table(title, unit, mine) for (unit, _), mine in groups.items()]
    tables = tables or [_empty(title)]
    n = len(rows) - len(shown)
    note = f"{n:,} more differ by {ERRORS:g} errors of the simulation or less: --all." if n else ""
    return [*tables[:-1], replace(tables[-1], footnote=note)]


def shown_differences(found: "Rows", *, everything: bool) -> "Rows":
    """Return the differences beyond two errors, or all."""
    rows = (row for row in found.rows if everything or is_beyond_errors(dict(zip(found.columns, row, strict=True))))
    return replace(found, rows=tuple(rows))


def is_beyond_errors(row: Mapping[str, Any]) -> bool:
    """Return whether a figure is in one record alone, or differs by more than two errors; an exact one always does."""
    return row["change"] is None or not abs(row["change"]) <= ERRORS * row["se"]


def _group(row: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what rows of a table have in common: the unit, and bounds apart, which are far smaller than the rest."""
    return row["unit"], row["measure"] == "pnl_bound"


def measure_label(figure: str, confidence: float | None) -> str:
    """Return what a desk calls a figure of the record, by what its column `measure` calls it."""
    from engine.risk.measures.measure import around_shock_key, component_key
    from engine.risk.measures.registry import MEASURES

    names, level = dict(LABELS), "" if confidence is None else f" {render.percent(confidence)}"
    for key, measure in MEASURES.items():
        name = f"{measure.label}{level}"
        names |= {key: name, around_shock_key(key): f"{name} after shock"}
        names[component_key(key)] = f"{name}, part of the total's"
    return names[figure]


def _table(title: str, unit: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    currency, slash, per = unit.partition("/")
    values = [value for row in rows for value in (row["before"], row["after"]) if value is not None]
    scale = render.scale(currency, values)
    columns = (
        *(Column(heading=head, is_number=False) for head in _HEADS),
        Column(heading="before"),
        Column(heading="after"),
        Column(heading="change", meaning="± one standard error, were the two independent: on common draws it is less."),
    )
    return Table(title=title, unit=f"{scale.unit}{slash}{per}", columns=columns, rows=list(_rows(rows, scale)))


def _rows(rows: Sequence[Mapping[str, Any]], scale: Scale) -> Iterator[list[str]]:
    for row in rows:
        label, book = measure_label(row["measure"], row["confidence"]), row["scope"].removeprefix("book:")
        amounts = ["" if row[key] is None else scale.amount(row[key]) for key in ("before", "after")]
        yield [row["run"], row["scenario"] or "", book, label, row["curve"] or "", *amounts, _change(row, scale)]


def _change(row: Mapping[str, Any], scale: Scale) -> str:
    if row["change"] is None:
        return "in one alone"
    return scale.finer.estimate(row["change"], row["se"] or 0.0, signed=True)


def _empty(title: str) -> Table:
    return Table(title=title, columns=(Column(heading="nothing differs", is_number=False),), rows=[])
