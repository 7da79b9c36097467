import csv
import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.errors import InputError
from engine.inputs.book.load import bundled_book_path
from engine.inputs.market.price_files import bundled_price_path
from engine.inputs.schema import DIALECT, KINDS, json_schema
from engine.instruments.rows.columns import COLUMNS


def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(kind))


def as_json(value: Any) -> Any:
    """TOML values as JSON has them: dates as text."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def bundled(package: str, folder: str) -> list[Any]:
    entries = [entry for entry in (files(package) / folder).iterdir() if entry.name.endswith(".toml")]
    assert entries
    return [as_json(tomllib.loads(entry.read_text("utf-8"))) for entry in entries]


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_valid_and_names_its_dialect(kind):
    schema = json_schema(kind)
    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("kind", "package", "folder"), [("scenario", "engine.scenario", "bundled"),
                                                         ("market", "engine.market", "data")])  # fmt: skip
def test_bundled_files_fit_their_schema(kind, package, folder):
    for data in bundled(package, folder):
        validator(kind).validate(data)


def test_the_bundled_prices_fit_their_schema():
    validator("prices").validate(tomllib.loads(bundled_price_path().read_text("utf-8")))


@pytest.mark.parametrize("kind", ["market", "scenario", "run", "batch", "prices", "spreads"])
def test_an_unknown_key_does_not_fit(kind):
    assert any("sceanrio" in error.message for error in validator(kind).iter_errors({"sceanrio": 1}))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"scenario": "base", "confidence": 0.99},
        {"scenario": ["base", "x.toml"], "confidence": [0.975, 0.99], "until_se": "0.5%", "seed": 2**64 - 1},
        {"until_se": 0.005, "paths": 10**9, "out": "result.json"},
    ],
)
def test_run_files_fit(data):
    validator("run").validate(data)


@pytest.mark.parametrize(
    "data", [{"confidence": 99}, {"seed": -1}, {"seed": 2**64}, {"paths": 1}, {"backend": "gpu"}, {"horizon_days": 251}]
)
def test_run_files_out_of_range_do_not_fit(data):
    assert not validator("run").is_valid(data)


BOND = {
    "position_id": "P1",
    "kind": "JGB",
    "currency": "JPY",
    "notional": 1e9,
    "coupon": 0.011,
    "maturity": "2034-06-20",
}


def test_a_book_row_fits_by_the_rule_of_its_kind():
    validator("book").validate(BOND)
    validator("book").validate(
        {"position_id": "P2", "kind": "CASH", "currency": "USD", "notional": -1e6, "book": "fund"}
    )


@pytest.mark.parametrize(
    "change", [{"currency": "USD"}, {"coupon": 4.25}, {"rate": 0.01}, {"kind": "JGBI"}, {"notional": "1e9"}]
)
def test_a_book_row_against_the_rule_of_its_kind_does_not_fit(change):
    assert not validator("book").is_valid({**BOND, **change})
    assert not validator("book").is_valid({key: value for key, value in BOND.items() if key != "coupon"})


FORWARD = {"position_id": "F1", "kind": "FX_FORWARD", "notional": 1e6, "maturity": "2025-08-29"}


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ({"currency": "USD", "rate": 144.9}, True),
        ({"currency": "USD", "rate": 0.0069}, False),  # dollars for a yen
        ({"currency": "EUR", "rate": 163.6}, True),
        ({"currency": "EUR", "rate": 1.13}, False),  # yen for a euro, since nothing stands in `against`
        ({"currency": "EUR", "against": "USD", "rate": 1.13}, True),
    ],
)
def test_an_exchange_rate_fits_by_its_currency(row, fits):
    assert validator("book").is_valid(FORWARD | row) is fits


def test_the_sample_books_rows_fit():
    with bundled_book_path().open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            filled = {name: value for name, value in row.items() if value}
            numbers = {name: float(value) for name, value in filled.items() if COLUMNS[name].type == "number"}
            validator("book").validate(filled | numbers)


def test_another_kind_is_refused_with_the_known_ones():
    with pytest.raises(
        InputError, match=r"no schema of 'books'; did you mean 'book'\?; there are market, book, hedges, scenario, run"
    ):
        json_schema("books")


def test_a_row_of_hedges_is_a_row_of_a_book_with_costs_and_lots():
    lot = {**BOND, "cost": 50.0, "most": 90.0}
    assert validator("hedges").is_valid(lot)
    assert validator("hedges").is_valid({**lot, "least": 2.0})
    for wrong in (BOND, {**lot, "cost": -1.0}, {**lot, "most": 2e9}):
        assert not validator("hedges").is_valid(wrong)
