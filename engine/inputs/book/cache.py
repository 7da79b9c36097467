"""Compiled books kept from run to run, by what they were compiled from. Results are the same with and without.

A kept book is believed only if every bit of its file is as it was written, and it was kept under the same key.
"""

import os
import sys
import time
from datetime import date
from hashlib import sha256
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.store import compiled_bytes, read_compiled, write_whole
from engine.conventions.currencies import CURRENCIES, FX_CENTRE, STEP_CENTRES
from engine.inputs.opened import FileKind, open_once
from engine.instruments.registry import FAMILIES
from engine.payoffs.registry import PAYOFFS
from kernels.cache import cache_base

KEPT = 64  # the books used last; older ones are removed
KEPT_FILE = FileKind(wanted="a compiled book", most_bytes=4 * 2**30, way_out="remove it")
ABANDONED_S = 86_400.0  # age of a file that a killed process did not finish, before it is removed

_ENGINE = Path(__file__).parents[2]
_SOURCES = (
    *("book/**/*.py", "conventions/**/*.py", "conventions/*.csv", "instruments/**/*.py", "payoffs/**/*.py"),
    *("inputs/book/*.py", "inputs/fields/*.py", "inputs/sheets/*.py", "market/**/*.py"),
)  # all that a compiled book depends on, beside the registered currencies and the centres of the paths' business days


def cache_folder() -> Path:
    """Return where compiled books are kept: under UNWIND_CACHE, or the user's cache folder."""
    return cache_base() / "books"


def cache_key(digest: str, valuation_date: date) -> str:
    """Return what a book is kept under: the SHA-256 of its source bytes, the date, and all that compiles it."""
    made_by = f"{_sources_sha256()} {CURRENCIES!r} {STEP_CENTRES!r} {FX_CENTRE!r}"
    return sha256(f"{digest} {valuation_date} {made_by}".encode()).hexdigest()


def cache_path(key: str) -> Path:
    """Return the file of the book that is kept under a key."""
    return cache_folder() / f"{key[:32]}.parquet"


def recall(key: str) -> CompiledBook | None:
    """Return the book kept under a key; None when there is none, or its file is not wholly as it was written."""
    path = cache_path(key)
    try:
        book = read_compiled(path, open_once(path, KEPT_FILE).data, key)
        os.utime(path)
    except Exception:  # whatever is wrong with a kept book, it is compiled again and replaced
        return None
    return book


def keep(book: CompiledBook, key: str) -> str | None:
    """Keep a book under a key; return why it could not be kept, which only costs time."""
    path = cache_path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, compiled_bytes(book, key))
        kept = sorted(path.parent.glob("*.parquet"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[KEPT:]:
            file.unlink(missing_ok=True)
        for part in path.parent.glob(".*.part-*"):
            if time.time() - part.stat().st_mtime > ABANDONED_S:
                part.unlink(missing_ok=True)
    except Exception as error:  # a cache never fails a run, whatever goes wrong with it
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"the compiled book is not kept in {str(path.parent)!r} ({why}); UNWIND_CACHE names another folder"
    return None


def _sources_sha256() -> str:
    digest = sha256()
    paths = {file for pattern in _SOURCES for file in _ENGINE.glob(pattern)}
    for path in sorted(paths | _registered_sources()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _registered_sources() -> set[Path]:
    """Return the files of all families and payoffs, those among them that were registered from elsewhere."""
    functions = [*(family.parts for family in FAMILIES), *(payoff.tabulate for payoff in PAYOFFS)]
    files = [getattr(sys.modules.get(function.__module__), "__file__", None) for function in functions]
    return {Path(file) for file in files if file is not None}
