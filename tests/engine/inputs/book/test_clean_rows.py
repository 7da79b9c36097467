"""Rows read column by column give what rows read one by one give, of every kind and with every error."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from engine.inputs.book.clean_rows import clean_rows
from engine.inputs.book.load import bundled_book_path, parse_book
from engine.inputs.book.rows import read_rows
from engine.inputs.book.table import Table, table_of
from engine.instruments.registry import KINDS
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.template import example_row

VALUATION_DATE = date(2025, 5, 28)  # of the examples
WRONG = {  # by type of column: empty, no such value, out of every range on both sides, and out of a kind's own
    "number": ("", "1,5", "-1e15", "1e15", "0", "4.5", "nan"),
    "date": ("", "2025-02-30", "1950-01-04", "2035-01-05", "2190-01-04"),
    "text": ("", "QQQ", "JPY", "USD", "a\tb"),
}


def _table(rows: Sequence[Mapping[str, str]]) -> Table:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table_of(text.getvalue().encode(), "book.csv")


def _three(kind: Kind, /, **changed: str) -> list[dict[str, str]]:
    """Return three rows of a kind, the one between changed."""
    rows = [example_row(kind) | {"position_id": f"P{i}", "book": "one"} for i in range(3)]
    return [rows[0], rows[1] | changed, rows[2]]


def _assert_agree(table: Table, valuation_date: date | None = VALUATION_DATE) -> bool:
    """Hold both ways to one another; return whether the rows are without an error."""
    one_by_one, by_column = read_rows(table, valuation_date), clean_rows(table, valuation_date)
    assert (by_column is None) == bool(one_by_one.faults)
    if by_column is not None:
        assert by_column.positions == one_by_one.positions
        assert by_column.warnings == one_by_one.warnings
    return by_column is not None


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_error_of_every_kind_is_found_in_a_column_too(kind: Kind) -> None:
    taken = [name for name in COLUMNS if kind.rule.takes(name)]
    other = next(name for name in COLUMNS if name not in taken)
    assert _assert_agree(_table(_three(kind)))
    passed = [
        _assert_agree(_table(_three(kind, **{name: text})))
        for name in (*taken, other)
        for text in WRONG[COLUMNS[name].type]
    ]
    assert not all(passed)


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("FX_STRANGLE", {"strike": "150", "strike_2": "149"}),
        ("FX_STRANGLE", {"strike": "150", "strike_2": "150"}),
        ("SWAP", {"start_date": "2030-03-14", "maturity": "2030-03-14"}),
        ("REPO", {"start_date": "1995-05-26"}),
        ("UST", {"issue_date": "2035-05-15", "maturity": "2035-05-15"}),
    ],
)
def test_two_columns_that_only_together_are_wrong_are_found(kind: str, changed: dict[str, str]) -> None:
    assert not _assert_agree(_table(_three(KINDS[kind], **changed)))


def test_a_name_that_stands_twice_is_an_error_but_of_payments_of_one_position() -> None:
    twice = _three(KINDS["JGB"], position_id="P0")
    assert not _assert_agree(_table(twice))
    payments = _three(KINDS["CASHFLOW"], position_id="P0")
    assert _assert_agree(_table(payments))
    assert "equal in every field" in str(clean_rows(_table(payments), VALUATION_DATE))
    assert not _assert_agree(_table([*payments[:2], payments[2] | {"position_id": "P0", "book": "other"}]))


def test_what_is_accepted_with_a_warning_is_told_of_once_and_alike() -> None:
    wide = _three(KINDS["JGB"], position_id="Ｐ0", price="N/A")  # noqa: RUF001  # full-width on purpose
    assert _assert_agree(_table(wide))
    found = clean_rows(_table(wide), VALUATION_DATE)
    assert found is not None
    assert len(found.warnings) == 2


def test_without_a_date_only_what_depends_on_none_is_asked() -> None:
    far = _three(KINDS["JGB"], maturity="2190-03-20")
    assert _assert_agree(_table(far), None)
    assert not _assert_agree(_table(far))


def test_the_bundled_book_of_all_kinds_is_read_alike() -> None:
    path = bundled_book_path("all-kinds")
    assert _assert_agree(table_of(path.read_bytes(), path))


def test_a_book_with_an_error_names_its_line_and_column() -> None:
    header = "position_id,kind,currency,notional,coupon,maturity"
    text = f"{header}\nA,JGB,JPY,1e9,0.01,2030-03-20\nB,JGB,JPY,1e9,1,2030-03-20\n"
    (fault,) = parse_book(text.encode(), "book.csv", VALUATION_DATE).faults
    assert (fault.line, fault.where) == (3, "coupon")
