"""A question reaches the record's tables and nothing else."""

import os
import time

import pyarrow as pa
import pytest

from engine.errors import InputError
from engine.record.asking.database import answer, check_question, database
from engine.record.tables import RESULTS_SCHEMA

duckdb = pytest.importorskip("duckdb", reason="needs the extra `store`")

SCHEMAS = {"results": RESULTS_SCHEMA, "parts": pa.schema([("scenario", pa.string()), ("group", pa.string())])}
OUTSIDE = "no file, no network, no extension"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", OUTSIDE),
        ("SELECT * FROM read_text('/etc/passwd')", OUTSIDE),
        ("SELECT * FROM glob('/*')", OUTSIDE),
        ("SELECT * FROM parquet_scan('https://example.org/x.parquet')", OUTSIDE),
        ("SELECT * FROM sqlite_scan('a', 'b')", OUTSIDE),
        ("SELECT * FROM '/etc/passwd'", "no table '/etc/passwd'"),
        ("SELECT getenv('HOME')", "no function 'getenv'"),
        ("ATTACH ':memory:' AS other", "one SELECT: nothing of a record is changed"),
        ("COPY results TO 'x.csv'", "one SELECT: nothing of a record is changed"),
        ("INSTALL httpfs", "one SELECT: nothing of a record is changed"),
        ("SET enable_external_access = true", "one SELECT: nothing of a record is changed"),
        ("DROP TABLE results", "one SELECT: nothing of a record is changed"),
        ("SELECT 1; SELECT 2", "one SELECT, without another after a semicolon; got 2"),
        ("", "got 0"),
        ("SELECT vale FROM results", "no column 'vale'; did you mean 'value'?; `unwind runs tables`"),
        ("SELECT r.vale FROM results r", "no column 'vale'; did you mean 'value'?"),
        ("SELECT value FROM result", "no table 'result'; did you mean 'results'?"),
        ("SELECT summ(value) FROM results", "no function 'summ'; did you mean 'sum'?"),
        ("SELECT value FROM results WHERE", "this is no SQL"),
        ("SELECT value, count(*) FROM results", 'cannot be queried: column "value" must appear in the GROUP BY'),
    ],
)
def test_a_wrong_question_is_refused_in_words(question, words):
    with pytest.raises(InputError) as refused:
        check_question(question, SCHEMAS)
    assert words in str(refused.value)


def test_what_cannot_be_written_as_utf_8_is_no_question():
    with pytest.raises(InputError, match="UTF-8"):
        check_question("SELECT '\ud800'", {"results": RESULTS_SCHEMA})


def test_a_question_says_which_tables_it_needs():
    assert check_question("SELECT * FROM results JOIN parts USING (scenario);", SCHEMAS) == ("results", "parts")
    assert check_question("WITH a AS (FROM Results) SELECT * FROM a", SCHEMAS) == ("results",)
    assert check_question("SELECT 'a;b'", SCHEMAS) == ()


def test_a_table_that_a_question_hides_is_not_an_empty_one():
    """A name put together within the question is not found in its text, so that the table is not there."""
    question = "SELECT count(*) FROM query('SELECT * FROM res' || 'ults')"
    assert check_question(question, SCHEMAS) == ()
    with pytest.raises(InputError, match="no table 'results'"), answer(question, {}) as found:
        found.read_all()


def test_what_fails_while_it_is_read_is_told():
    with pytest.raises(InputError, match="Could not convert string 'x1'"):  # noqa: SIM117 the answer fails, not its start
        with answer("SELECT CAST('x' || i AS INT) FROM range(1, 3) t(i)", {}) as found:
            found.read_all()


def test_what_is_constant_is_not_worked_out_while_a_question_is_checked():
    """Seconds otherwise, in which no signal is heard."""
    began = time.process_time()
    assert check_question("SELECT string_split(repeat('a,', 1000000), ',')", SCHEMAS) == ()
    assert time.process_time() - began < 1.0


def test_a_question_takes_half_of_what_the_database_would():
    """The tables are in memory beside the database, and so is what reads the answer."""
    said = "SELECT CAST(split_part(current_setting('memory_limit'), ' ', 1) AS DOUBLE)"
    with database({}) as connection, duckdb.connect() as other:
        # both are printed with one decimal
        assert 2.0 * connection.execute(said).fetchone()[0] == pytest.approx(other.execute(said).fetchone()[0], abs=0.2)


def test_a_database_works_on_no_more_threads_than_there_are_cores_for_it():
    with database({}) as connection:
        n = connection.execute("SELECT current_setting('threads')").fetchone()[0]
    assert 1 <= n <= min(4, os.cpu_count() or 1)
