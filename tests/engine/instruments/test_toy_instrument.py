"""An instrument that this file brings along: registered, read, checked, compiled and simulated like any other."""

import csv
from datetime import date

import numpy as np
import pytest

from engine.book.check import check_book
from engine.book.fit import fit
from engine.book.store import read_compiled, write_compiled
from engine.book.value import position_values
from engine.conventions.currencies import currency_of
from engine.conventions.schedules import add_tenor
from engine.errors import FileFaults
from engine.inputs.book.load import load_book
from engine.inputs.schema import json_schema
from engine.instruments.family import Family, fault
from engine.instruments.registry import FAMILIES, KINDS, register, registered
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.rule import KindRule
from engine.instruments.rows.template import example_row, template
from engine.payoffs.flows import Leg

DATE = date(2025, 5, 28)
DAYS = (365, 730, 1097)  # 28 May is a Thursday in 2026, a Friday in 2027, and a Sunday in 2028: paid on Monday 29th

ANNUITY = Kind(
    name="ANNUITY",
    meaning="`notional` paid each year on the day of `maturity`, up to it",
    rule=KindRule(currencies=("JPY", "USD"), required=("maturity",)),
    example={"currency": "JPY", "notional": "1000000", "maturity": "2028-05-28"},
)


def _payment_days(position, days):
    calendar, found = days.centre(position.currency), []
    months = 0
    while add_tenor(position.maturity, -months) > days.valuation_date:
        found.insert(0, days.payment_day(calendar, add_tenor(position.maturity, -months)))
        months += 12
    return np.array(found, np.int64)


def _parts(position, days):
    paid = _payment_days(position, days)
    curve, currency = currency_of(position.currency).curves.bond, position.currency
    return [Leg(curve=curve, currency=currency, days=paid, amounts=np.full(paid.size, position.notional))]


def _faults(position, days):
    if position.notional < 0.0:
        yield fault(position, "notional", "pays; an annuity is only received")


TOY = Family(
    name="annuities",
    kinds=(ANNUITY,),
    parts=_parts,
    last_day=lambda position, days: days.payment_day(days.centre(position.currency), position.maturity),
    faults=_faults,
    row_errors=lambda values, _: [("maturity", "is a leap day")] if values.get("maturity") == date(2028, 2, 29) else [],
    cautions=lambda position, _: ["a round amount"] if position.notional % 1e6 == 0.0 else [],
    market_cautions=lambda book, mine, market, values: [("worth more than a million", mine[values()[mine] > 1e6])],
)


@pytest.fixture(autouse=True)
def _registered(tmp_path, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    with registered(TOY):
        yield


def book_file(folder, **cells):
    path = folder / "book.csv"
    row = example_row(ANNUITY) | {"position_id": "A", "book": "main"} | cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    return path


def test_its_template_is_a_book_that_prices_by_hand(tmp_path, make_market):
    (tmp_path / "book.csv").write_text(template([ANNUITY]))
    book, market = load_book(tmp_path / "book.csv", DATE), make_market()
    assert book.kinds == ("ANNUITY",)
    assert book.flows.day.tolist() == list(DAYS)
    wanted = sum(1e6 * market.curves["JGB"].discount(day / 365.0) for day in DAYS)
    assert position_values(book, market) == pytest.approx([wanted], rel=1e-14)  # three products


def test_its_warnings_reach_the_check(tmp_path, make_market):
    checked = check_book(load_book(book_file(tmp_path), DATE), make_market())
    assert checked.rows[0].kind == "ANNUITY"
    assert checked.rows[0].market_yield is None
    assert checked.warnings == ("1 position ('A') with a round amount", "position 'A': worth more than a million")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"notional": "-1"}, "line 2, notional: position 'A' pays; an annuity is only received"),
        ({"maturity": "2028-02-29"}, "line 2, maturity: is a leap day"),
        ({"maturity": ""}, "line 2, maturity: is empty, but ANNUITY needs it"),
        ({"rate": "0.01"}, "line 2, rate: ANNUITY takes no `rate`"),
    ],
)
def test_its_faults_name_line_and_column(cells, words, tmp_path):
    with pytest.raises(FileFaults, match=words):
        load_book(book_file(tmp_path, **cells), DATE)


def test_its_compiled_book_is_read_back(tmp_path, make_market):
    book, market = load_book(book_file(tmp_path), DATE), make_market()
    write_compiled(book, tmp_path / "book.parquet")
    again = read_compiled(tmp_path / "book.parquet")
    assert position_values(again, market, fit(again, market)).tolist() == position_values(book, market).tolist()


def test_a_run_of_it_has_the_digests_of_its_payments(tmp_path, run_files, hand_book):
    settings = {"paths": 4096, "seed": 3, "scenarios": ["base"]}
    mine = run_files(None, load_book(book_file(tmp_path), DATE), **settings)
    same = run_files(None, hand_book([(0, "JGB", day, 1e6) for day in DAYS]), **settings)
    assert [row.pnl_sha256 for row in mine.results] == [row.pnl_sha256 for row in same.results]


def test_schema_and_error_messages_list_it():
    assert "ANNUITY" in json_schema("book")["properties"]["kind"]["enum"]
    assert any(rule["if"]["properties"]["kind"]["const"] == "ANNUITY" for rule in json_schema("book")["allOf"])


def test_a_kind_has_one_family_and_leaves_with_it():
    with pytest.raises(ValueError, match="there is a kind 'ANNUITY' already, of the family annuities"):
        register(TOY)
    assert FAMILIES.count(TOY) == 1


def test_the_list_is_as_before_when_it_has_gone():
    with registered(Family(name="more", kinds=(), parts=_parts, last_day=TOY.last_day)):
        pass
    assert list(KINDS)[-1] == "ANNUITY"
    assert FAMILIES[-1] is TOY
