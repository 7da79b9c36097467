"""A question to a record's tables, answered by a process of its own: it ends with its time, memory and asker."""

import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa

from engine.errors import InputError
from engine.portable_files import limit_data
from engine.record.asking.database import NO_MEMORY, answer, check_question, memory_bytes

Tables = Mapping[str, pa.Table]

_BEGIN = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import serve; serve()"
_HEAD = struct.Struct("<cQ")  # of each message: its kind, and the bytes that follow
_TOLD, _ROWS, _END, _REFUSED, _FAILED = b"T", b"R", b"E", b"I", b"F"


@contextmanager
def answered(
    question: str,
    schemas: Mapping[str, pa.Schema],
    read: Callable[[Sequence[str]], Tables],
    within_s: float | None = None,
) -> Iterator[pa.RecordBatchReader]:
    """Yield a reader of what a question finds: batches of rows, made as they are read.

    The question is planned and answered in a process of its own, since a database can neither be stopped nor held to
    its memory while it works out what is constant in one. A signal, an error or the end of the time ends the process.

    schemas    of the tables that there are
    read       returns the tables of some names, those that stand in the question: it is right, then
    within_s   seconds from here to the end of the answer; None: any number

    Raises
    ------
    InputError
        As `check_question`; or the answer is not whole in time, or needs more memory than there is.
    """
    with _asker(within_s) as asker:
        asker.send(json.dumps({"question": question, "tables": list(schemas)}).encode())
        for schema in schemas.values():
            asker.send(_packed(schema.empty_table()))
        names = json.loads(asker.receive()[1])
        held = read(names)
        for name in names:
            asker.send(_packed(held[name]))
        found = _batches(asker)
        yield pa.RecordBatchReader.from_batches(next(found), found)


@dataclass(frozen=True, kw_only=True)
class _Asker:
    """The process that asks, seen from outside."""

    process: subprocess.Popen[bytes]
    is_late: threading.Event

    def send(self, body: Any) -> None:
        """Send one message."""
        assert self.process.stdin
        try:
            _write(self.process.stdin, _TOLD, body)
        except OSError:  # a pipe without a reader
            raise self._ended() from None

    def receive(self) -> tuple[bytes, bytes]:
        """Return the kind and body of the next message. Raises InputError where that is a refusal, or none comes."""
        assert self.process.stdout
        message = _read(self.process.stdout)
        if message is None:
            raise self._ended()
        kind, body = message
        if kind == _REFUSED:
            raise InputError(body.decode())
        if kind == _FAILED:
            raise RuntimeError(body.decode())
        return message

    def _ended(self) -> InputError:
        status = self.process.wait()
        if self.is_late.is_set():
            return InputError("the answer took longer than it may: ask for fewer nights or runs, or group rows")
        return InputError(f"the process of the database ended by itself, with status {status}; {NO_MEMORY}")


@contextmanager
def _asker(within_s: float | None) -> Iterator[_Asker]:
    """Yield a process that asks, which is gone afterwards."""
    if not sys.executable:
        raise InputError("a question needs a process of its own, and this program does not say where its Python is")
    # In a group of its own Ctrl-C comes here alone. -P: the folder it stands in is not looked into for modules.
    group: dict[str, Any] = {"process_group": 0}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    command = [sys.executable, "-P", "-c", _BEGIN, json.dumps([each for each in sys.path if isinstance(each, str)])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **group)
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        process.kill()

    timer = threading.Timer(within_s or 0.0, end)
    timer.daemon = True
    try:
        if within_s is not None:
            timer.start()
        yield _Asker(process=process, is_late=is_late)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream
            try:
                stream.close()
            except OSError:  # what was still to be sent
                continue


def _batches(asker: _Asker) -> Generator[Any, None, None]:
    """Yield an answer's schema, then its batches."""
    kind, body = asker.receive()
    yield pa.ipc.open_stream(body).schema
    while kind != _END:
        yield from pa.ipc.open_stream(body)
        kind, body = asker.receive()


def _packed(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _write(stream: IO[bytes], kind: bytes, body: Any = b"") -> None:
    view = memoryview(body)
    stream.write(_HEAD.pack(kind, view.nbytes))
    stream.write(view)
    stream.flush()


def _read(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next message; None where the other side is gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, n_bytes = _HEAD.unpack(head)
    body = stream.read(n_bytes)
    return (kind, body) if len(body) == n_bytes else None


def serve() -> None:
    """Answer one question of the process that began this one, by its pipes, and end when that is gone."""
    if (broken_pipe := getattr(signal, "SIGPIPE", None)) is not None:
        signal.signal(broken_pipe, signal.SIG_DFL)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not print between messages
    heard: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(heard,), daemon=True).start()
    try:
        _limit_memory()
        _answer(heard, out)
    except InputError as error:
        _write(out, _REFUSED, str(error).encode())
    except MemoryError:
        _write(out, _REFUSED, NO_MEMORY.encode())
    except Exception as error:  # is raised where it is waited for
        _write(out, _FAILED, f"{type(error).__name__}: {error}".encode())
    out.flush()
    os._exit(0)  # whatever threads the database has left


def _listen(heard: "queue.Queue[bytes]") -> None:
    while (message := _read(sys.stdin.buffer)) is not None:
        heard.put(message[1])
    os._exit(1)


def _limit_memory() -> None:
    """Hold the process to all memory that there is for it: the database counts its tables, not each string it makes."""
    limit_data(2 * memory_bytes())


def _answer(heard: "queue.Queue[bytes]", out: IO[bytes]) -> None:
    told = json.loads(heard.get())
    question: str = told["question"]
    schemas = {name: pa.ipc.open_stream(heard.get()).schema for name in told["tables"]}
    names = check_question(question, schemas)
    _write(out, _TOLD, json.dumps(names).encode())
    tables = {name: pa.ipc.open_stream(heard.get()).read_all() for name in names}
    with answer(question, tables) as found:
        _write(out, _ROWS, _packed(found.schema.empty_table()))
        for batch in found:
            _write(out, _ROWS, _packed(pa.Table.from_batches([batch])))
        _write(out, _END)
