"""A database in memory that sees tables of a record and nothing else: no file, no network, no setting."""

import itertools
import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa

from engine.errors import InputError, did_you_mean

LIST_TABLES = "`unwind runs tables` lists tables and columns"
_LOCKED = (
    "SET python_enable_replacements = false",  # else a name is looked up in our own code
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET temp_directory = ''",  # what does not fit the memory is refused, and not written to a disk
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_UNWORKED = "PRAGMA disable_optimizer"  # which would work out what is constant, for as long as that takes
_WAIT_S = 0.1  # for room for a batch, until which it is asked whether anyone still reads
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
    with database({name: schema.empty_table() for name, schema in schemas.items()}, _UNWORKED) as connection:
        statements = connection.extract_statements(question)
        if len(statements) != 1:
            raise InputError(f"a question is one SELECT, without another after a semicolon; got {len(statements)}")
        if statements[0].type.name not in ("SELECT", "SELECT_STATEMENT"):
            raise InputError("a question is one SELECT: nothing of a record is changed, loaded or written by one")
        connection.execute(f"EXPLAIN {statements[0].query}")
    return tuple(name for name in schemas if re.search(rf"\b{name}\b", question, re.IGNORECASE))


@contextmanager
def answered(
    question: str, tables: Mapping[str, pa.Table], within_s: float | None = None
) -> Iterator[pa.RecordBatchReader]:
    """Yield a reader of what a question finds in some tables: batches of rows, made as they are read.

    A signal that comes meanwhile ends the work, however long it would have taken.

    Raises
    ------
    InputError
        As `database`; or the answer is not whole within so many seconds.
    """
    with database(tables) as connection:
        found = _asked_beside(connection, question, tables, within_s)
        try:
            yield pa.RecordBatchReader.from_batches(next(found), found)
        finally:
            found.close()


def _asked_beside(
    connection: Any, question: str, tables: Mapping[str, pa.Table], within_s: float | None
) -> Generator[Any, None, None]:
    """Yield an answer's schema, then its batches; a thread asks, so that this one hears signals while it waits."""
    coming: queue.Queue[Any] = queue.Queue(maxsize=2)
    left = threading.Event()

    def ask() -> None:
        try:
            reader = pa.RecordBatchReader.from_stream(connection.sql(question))
            for each in itertools.chain([reader.schema], reader, [None]):
                while not left.is_set():
                    with suppress(queue.Full):
                        coming.put(each, timeout=_WAIT_S)
                        break
        except Exception as error:  # is raised where the answer is read
            coming.put(error)

    thread = threading.Thread(target=ask, daemon=True)
    last = None if within_s is None else time.monotonic() + within_s
    thread.start()
    try:
        while (each := _next(coming, last)) is not None:
            if isinstance(each, MemoryError):
                raise each
            if isinstance(each, Exception):
                raise InputError(_in_words(str(each), tables))
            yield each
    finally:
        left.set()
        connection.interrupt()
        with suppress(queue.Empty):
            coming.get_nowait()  # makes room for what the thread still has to say
        thread.join()


def _next(coming: "queue.Queue[Any]", last: float | None) -> Any:
    """Return what comes next, until a time of the monotonic clock; what lies there already is taken later too."""
    try:
        return coming.get(timeout=None if last is None else max(0.0, last - time.monotonic()))
    except queue.Empty:
        raise InputError("the answer took longer than it may: ask for fewer nights or runs, or group rows") from None


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
            for setting in (_half_of_memory(connection), *settings, *_LOCKED):
                connection.execute(setting)
            yield connection
    except duckdb.Error as error:
        raise InputError(_in_words(str(error), tables)) from None


def _half_of_memory(connection: Any) -> str:
    """Return a setting that halves what the database may take: the tables and the reader of an answer take some too."""
    amount, unit = connection.execute("SELECT current_setting('memory_limit')").fetchone()[0].split()  # 18.8 GiB
    return f"SET memory_limit = '{float(amount) / 2.0:.3f} {unit}'"


def _in_words(error: str, tables: Mapping[str, pa.Table]) -> str:
    """Return what is wrong with a question, with the nearest name that there is."""
    if _OUTSIDE.search(error):
        return "a question reaches the record alone: no file, no network, no extension"
    if "Out of Memory" in error:
        return "the answer needs more memory than there is: ask for fewer nights or runs (--date, --run), or group rows"
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
