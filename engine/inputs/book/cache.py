"""Compiled books kept from run to run, by what they were compiled from. Results are the same with and without."""

import os
import sys
from datetime import date
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.store import read_compiled, write_compiled
from engine.conventions.currencies import CURRENCIES, FX_CENTRE, STEP_CENTRES
from engine.errors import FileFaults
from engine.instruments.registry import FAMILIES
from engine.payoffs.registry import PAYOFFS

KEPT = 64  # the books used last; older ones are removed

_ENGINE = Path(__file__).parents[2]
_SOURCES = (
    *("book/**/*.py", "conventions/*.py", "instruments/**/*.py", "payoffs/**/*.py"),
    *("inputs/book/*.py", "market/factors.py"),
)  # all that a compiled book depends on, beside the registered currencies and the centres of the paths' business days


def cache_folder() -> Path:
    """Return where compiled books are kept: under UNWIND_CACHE, or the user's cache folder."""
    base = os.environ.get("UNWIND_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "unwind"
    )
    return Path(base) / "books"


def cache_path(digest: str, valuation_date: date) -> Path:
    """Return the file of the book with source bytes of SHA-256 `digest`, as this program compiles it."""
    made_by = f"{_quantlib()} {_sources_sha256()} {CURRENCIES!r} {STEP_CENTRES!r} {FX_CENTRE!r}"
    key = sha256(f"{digest} {valuation_date} {made_by}".encode()).hexdigest()
    return cache_folder() / f"{key[:32]}.parquet"


def recall(path: Path) -> CompiledBook | None:
    """Return the book kept at `path`; None when there is none, or it cannot be read."""
    if not path.is_file():
        return None
    try:
        book = read_compiled(path)
        os.utime(path)
    except (FileFaults, OSError):
        return None  # cut short or damaged: it is compiled again and replaced
    return book


def keep(book: CompiledBook, path: Path) -> None:
    """Keep a book at `path`, where the folder can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_compiled(book, path)
        kept = sorted(path.parent.glob("*.parquet"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[KEPT:]:
            file.unlink(missing_ok=True)
    except (FileFaults, OSError):
        return  # a folder that cannot be written only costs time


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


def _quantlib() -> str:
    try:
        return version("QuantLib")
    except PackageNotFoundError:
        return "none"
