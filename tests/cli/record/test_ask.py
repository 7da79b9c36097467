"""`unwind runs sql` and `tables`: small answers as a table, any number of rows as CSV, refusals with a way out."""

import io
import json

import pyarrow.parquet as pq
import pytest

from cli.record import ask
from engine.errors import InputError
from tests.engine.report.conftest import Record

pytest.importorskip("duckdb", reason="needs the extra `store`")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    record = Record(tmp_path_factory.mktemp("record"))
    record.run()
    return record.folder


VAR = "SELECT scenario, value FROM results WHERE scope = 'total' AND measure = 'value_at_risk' AND confidence = 0.99"


def test_an_answer_is_a_table_an_object_or_csv(folder, capsys):
    question = f"{VAR} ORDER BY scenario DESC"
    ask.sql(folder, question)
    assert capsys.readouterr().out.splitlines() == [
        "2 rows",
        "",
        "scenario             value",
        "base         6,240,000,000",
        "august-2024  8,320,000,000",
    ]
    ask.sql(folder, question, as_json=True)
    assert json.loads(capsys.readouterr().out)["rows"][0] == {"scenario": "base", "value": pytest.approx(6.24e9)}
    ask.sql(folder, "SELECT 1.50 AS money, 'a,b' AS words, NULL AS nothing", output_format="csv")
    assert capsys.readouterr().out == 'money,words,nothing\n1.50,"a,b",\n'


def test_a_long_answer_is_refused_as_a_table_and_printed_as_csv(folder, capsys):
    with pytest.raises(InputError, match=r"more than 1,000 rows, too many for a table; --format csv or parquet"):
        ask.sql(folder, "SELECT i FROM range(1001) t(i)")
    assert capsys.readouterr().out == ""
    ask.sql(folder, "SELECT i FROM range(200000) t(i)", output_format="csv")
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[-1]) == (200_001, "199999")


def test_parquet_is_the_same_answer(folder, capfdbinary):
    ask.sql(folder, f"{VAR} ORDER BY scenario", output_format="parquet")
    table = pq.read_table(io.BytesIO(capfdbinary.readouterr().out))
    assert table.to_pydict() == {
        "scenario": ["august-2024", "base"],
        "value": [pytest.approx(8.32e9), pytest.approx(6.24e9)],
    }


def test_the_tables_are_listed_with_units(capsys):
    ask.tables(output_format="csv")
    lines = capsys.readouterr().out.splitlines()
    assert 'contributions,"a measure of one group, of runs with `by`",tail_share,number,fraction,' in "\n".join(lines)
    ask.tables()
    assert "results: a figure of a run" in capsys.readouterr().out
