import json

import pyarrow as pa
import pytest

from cli.output import formats
from cli.output.formats import Format
from engine.errors import InputError
from engine.words.language import name_of


def test_the_table_is_the_default_and_json_has_a_short_form():
    assert formats.chosen(None) is Format.TABLE
    assert formats.chosen(None, as_json=True) is formats.chosen("json") is formats.chosen("json", as_json=True)
    assert formats.chosen("csv") is Format.CSV


@pytest.mark.parametrize("name", ["table", "csv", "parquet"])
def test_json_and_another_form_contradict_one_another(name):
    with pytest.raises(InputError, match=f"--json is short for --format json, and --format says {name}; leave one out"):
        formats.chosen(name, as_json=True)


def test_a_form_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"must be table, json, csv or parquet, got 'parket'; did you mean 'parquet'"):
        formats.chosen("parket")


def test_parquet_is_refused_on_a_terminal_and_nothing_else(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(InputError, match=r"--format parquet > file.parquet"):
        formats.chosen("parquet")
    assert formats.chosen("csv") is Format.CSV


def test_one_form_is_made_and_no_other(capsys):
    def never():
        raise AssertionError("was not asked for")

    formats.show(Format.TABLE, table=lambda: print("a table"), json=never, frame=never)
    formats.show(Format.JSON, table=never, json=lambda: {"book": "生保"}, frame=never)
    formats.show(Format.JSON, table=never, json=lambda: '{"a": 1}', frame=never)
    formats.show(Format.CSV, table=never, json=never, frame=lambda: pa.table({"a": [1.5]}))
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], *map(json.loads, lines[1:3]), *lines[3:]) == ("a table", {"book": "生保"}, {"a": 1}, "a", "1.5")


def test_a_table_is_in_the_readers_language_and_json_and_frames_are_in_none(capsys):
    def told():
        return name_of("total")

    formats.show(Format.TABLE, table=lambda: print(told()), json=dict, frame=dict, language="ja")
    formats.show(Format.JSON, table=print, json=lambda: {"scope": told()}, frame=dict, language="ja")
    assert capsys.readouterr().out == '全ブック\n{"scope": "total"}\n'
