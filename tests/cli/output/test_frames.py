"""A frame comes out of a pipe as it went in."""

import io
import math
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from cli.output import frames

FRAME = pd.DataFrame(
    {
        "book": ["生命保険", 'a "b", c', "two\nlines", "", None],
        "day": [date(2025, 5, 28)] * 4 + [None],
        "value": [0.1, -1.0, 1e22, math.inf, math.nan],
        "n": [1, 2, 3, 4, 2**62],
        "rough": [True, False, True, False, True],
    },
    index=[5, 4, 3, 2, 1],
)
TEXT = """book,day,value,n,rough
生命保険,2025-05-28,0.1,1,true
"a ""b"", c",2025-05-28,-1.0,2,false
"two
lines",2025-05-28,1e+22,3,true
"",2025-05-28,inf,4,false
,,,4611686018427387904,true
"""


def test_csv_is_exact_to_the_byte(capfdbinary):
    frames.write_csv(FRAME)
    assert capfdbinary.readouterr().out == TEXT.encode()


def test_a_lone_carriage_return_does_not_break_a_row(capfdbinary):
    frames.write_csv(pa.table({"a": ["x\ry"], "b": [1]}))
    assert capfdbinary.readouterr().out == b'a,b\n"x\ry",1\n'


def test_a_row_of_one_null_is_a_row(capfdbinary):
    frames.write_csv(pa.table({"a": pa.array([None, 1.0])}))
    assert pd.read_csv(io.BytesIO(capfdbinary.readouterr().out))["a"].tolist() == [
        pytest.approx(math.nan, nan_ok=True),
        1,
    ]


def test_csv_and_parquet_read_back_are_the_same_frame(capfdbinary):
    frames.write_parquet(FRAME)
    table = pq.read_table(io.BytesIO(capfdbinary.readouterr().out))
    frames.write_csv(FRAME)
    options = pacsv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    parse = pacsv.ParseOptions(newlines_in_values=True)
    text = io.BytesIO(capfdbinary.readouterr().out)
    assert pacsv.read_csv(text, convert_options=options, parse_options=parse).equals(table)
    assert table["value"].to_pylist() == [0.1, -1.0, 1e22, math.inf, None]
    assert table.schema.metadata is None


def test_on_a_terminal_no_text_is_an_order(capsys, monkeypatch):
    from cli.terminal import HarmlessStream

    seen = HarmlessStream(io.BytesIO(), encoding="utf-8", write_through=True)
    monkeypatch.setattr("sys.stdout", seen)
    monkeypatch.setattr(seen, "isatty", lambda: True)
    frames.write_csv(pa.table({"name": ["\x1b[2J"]}))
    assert seen.buffer.getvalue() == b"name\n\\u001b[2J\n"


def test_categories_are_their_texts_and_columns_keep_what_they_mean(capfdbinary):
    assert frames.arrow(pd.DataFrame({"a": pd.Categorical(["x", "y"])})).schema.field("a").type == pa.string()
    schema = pa.schema([frames.number("value", "of the book", "JPY")])
    frames.write_parquet(frames.of_rows(schema, [[1.0], [None]]))
    field = pq.read_table(io.BytesIO(capfdbinary.readouterr().out)).schema.field("value")
    assert {field.metadata[b"meaning"], field.metadata[b"unit"]} == {b"of the book", b"JPY"}


def test_rows_that_do_not_fit_their_schema_are_refused():
    schema = pa.schema([frames.whole("a", "a number"), frames.text("b", "a text")])
    assert frames.of_rows(schema, []).to_pylist() == []
    with pytest.raises(ValueError, match="shorter"):
        frames.of_rows(schema, [[1, "x"], [2]])


def test_json_rows_are_strict():
    assert frames.rows_json(FRAME)[3:] == [
        {"book": "", "day": "2025-05-28", "value": None, "n": 4, "rough": False},
        {"book": None, "day": None, "value": None, "n": 2**62, "rough": True},
    ]
