"""A database in memory that sees tables of a record and nothing else: no file, no network, no setting."""

import os
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import pyarrow as pa

from engine.errors import InputError, did_you_mean

NO_MEMORY = "the answer needs more memory than there is: ask for fewer nights or runs (--date, --run), or group rows"
LIST_TABLES = "`unwind runs tables` lists tables and columns"
_LOCKED = (
    "SET python_enable_replacements = false",  # else a name is looked up in our own code
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET temp_directory = ''",  # what does not fit the memory is refused, and not written to a disk
    "SET enable_progress_bar = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_UNWORKED = "PRAGMA disable_optimizer"  # which would work out what is constant, for as long as that takes
_MOST_THREADS = 4  # a record's tables are small, and a night may be running beside
_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_NO_COLUMN = re.compile(r'Referenced column "([^"]*)" not found|does not have a column named "([^"]*)"')
_NO_TABLE = re.compile(r"Table with name (.*?) does not exist|Referenced table \"([^\"]*)\" not found")
_NO_FUNCTION = re.compile(r"Function with name \"?(\w+)\"? does not exist!(?:\s*Did you mean \"(\w+)\")?")
_SYNTAX = re.compile(r'syntax error at (?:or near "(.*?)"|end of input)')
_OUTSIDE = re.compile(r"^Permission Error|extension")


def check_question(question: str, schemas: Mapping[str, pa.Schema]) -> tuple[str, ...]:
    """Return the names of the tables that a question may ask, of those that there are: all that stand in its text.

    It is checked against empty tables, so that a wrong one costs no reading.

    Raises
    ------
    InputError
        It is not one SELECT, names what is not there, or needs something outside the record.
    """
    if not _is_text(question):
        raise InputError("a question is text that can be written as UTF-8")
    with database({name: schema.empty_table() for name, schema in schemas.items()}, _UNWORKED) as connection:
        statements = connection.extract_statements(question)
        if len(statements) != 1:
            raise InputError(f"a question is one SELECT, without another after a semicolon; got {len(statements)}")
        if statements[0].type.name not in ("SELECT", "SELECT_STATEMENT"):
            raise InputError("a question is one SELECT: nothing of a record is changed, loaded or written by one")
        connection.execute(f"EXPLAIN {statements[0].query}")
    return tuple(name for name in schemas if re.search(rf"\b{name}\b", question, re.IGNORECASE))


def _is_text(question: str) -> bool:
    try:
        question.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def answer(question: str, tables: Mapping[str, pa.Table]) -> Iterator[pa.RecordBatchReader]:
    """Yield a reader of what a question finds in some tables. Raises InputError as `database`, while it is read too."""
    with database(tables) as connection:

        def batches() -> Generator[Any, None, None]:
            try:
                reader = pa.RecordBatchReader.from_stream(connection.sql(question))
                yield reader.schema
                yield from reader
            except Exception as error:
                raise InputError(_in_words(str(error), tables)) from None

        found = batches()
        yield pa.RecordBatchReader.from_batches(next(found), found)


@contextmanager
def database(tables: Mapping[str, pa.Table], *settings: str) -> Iterator[Any]:
    """Yield a connection to a database of these tables, with some settings more; everything else is shut off.

    Raises
    ------
    InputError
        A question within asks for what is not there or not allowed, or needs more memory than there is; DuckDB is
        not installed.
    """
    duckdb = _duckdb()
    try:
        with duckdb.connect(":memory:") as connection:
            for name, table in tables.items():
                connection.register("held", table)
                connection.execute(f'CREATE TEMP TABLE "{name}" AS SELECT * FROM held')
                connection.unregister("held")
            bounds = (f"SET memory_limit = '{memory_bytes()}B'", f"SET threads = {_n_threads()}")
            for setting in (*bounds, *settings, *_LOCKED):
                connection.execute(setting)
            yield connection
    except duckdb.Error as error:
        raise InputError(_in_words(str(error), tables)) from None


@cache
def memory_bytes() -> int:
    """Return the memory that a database may take: half of what DuckDB would, as its tables and its reader take some."""
    with _duckdb().connect(":memory:") as connection:
        amount, unit = connection.execute("SELECT current_setting('memory_limit')").fetchone()[0].split()  # 18.8 GiB
    return int(float(amount) * _UNITS[unit]) // 2


def _n_threads() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_THREADS)


def _in_words(error: str, tables: Mapping[str, pa.Table]) -> str:
    """Return what is wrong with a question, with the nearest name that there is."""
    if _OUTSIDE.search(error):
        return "a question reaches the record alone: no file, no network, no extension"
    if "Out of Memory" in error or "bad_alloc" in error:
        return NO_MEMORY
    if found := _NO_COLUMN.search(error):
        name = found[1] or found[2]
        columns = dict.fromkeys(column for table in tables.values() for column in table.schema.names)
        return f"there is no column {name!r}{did_you_mean(name, list(columns))}; {LIST_TABLES}"
    if found := _NO_TABLE.search(error):
        name = found[1] or found[2]
        return f"there is no table {name!r}{did_you_mean(name, list(tables))}; {LIST_TABLES}"
    if found := _NO_FUNCTION.search(error):
        near = f"; did you mean {found[2]!r}?" if found[2] else ""
        return f"there is no function {found[1]!r}{near}"
    if found := _SYNTAX.search(error):
        return f"this is no SQL, at or near {found[1]!r}" if found[1] else "this is no SQL: more is wanted at its end"
    first = " ".join(error.partition(": ")[2].split("\n\n")[0].split())
    return f"the record cannot be queried: {first}"


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise InputError("this command needs duckdb: pip install 'unwind-risk[store]'") from None
    return duckdb
