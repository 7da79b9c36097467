"""The examples that `unwind book template` prints are books that load."""

from datetime import date

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.store import read_compiled, write_compiled
from engine.book.value import position_values
from engine.inputs.book.load import load_book, parse_book
from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row, template
from tests.engine.five_currencies import five_currencies

DATE = date(2025, 5, 28)


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_the_template_of_a_kind_has_the_columns_that_it_takes(kind):
    header = template([kind]).splitlines()[0].split(",")
    assert set(example_row(kind)) <= set(header)
    assert all(kind.rule.takes(name) for name in header)
    rows = parse_book(template([kind]).encode(), "template.csv", DATE)
    assert rows.faults == rows.warnings == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_a_kinds_meaning_stands_on_its_own(kind):
    assert "the same" not in kind.meaning  # `book template KIND` prints one kind alone


def test_all_examples_load_price_and_survive_the_disk(tmp_path, make_market, monkeypatch):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "book.csv"
    path.write_text(template(list(KINDS.values())))
    book, market = load_book(path, DATE), five_currencies(make_market())
    assert book.warnings == ()
    values = position_values(book, market)
    assert np.isfinite(values).all()
    worth = dict(zip(book.kinds, values.tolist(), strict=True))
    assert min(abs(worth[kind]) for kind in ("DEPOSIT", "REPO", "FX_FORWARD", "SWAP")) > 1e4  # started: not nothing
    write_compiled(book, tmp_path / "book.parquet")
    again = read_compiled(tmp_path / "book.parquet")
    assert position_values(again, market, fit(again, market)).tolist() == values.tolist()
