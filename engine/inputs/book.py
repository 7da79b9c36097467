"""Book files: a CSV or Parquet table with a row per position, or a compiled book."""

from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from engine.book.compiled import CompiledBook
from engine.book.store import is_compiled, read_compiled
from engine.errors import Fault, FileFaults, InputError
from engine.inputs.book_rows import Rows, read_rows
from engine.inputs.book_table import check_regular, read_bytes, table_of

DEFAULT_BUNDLED = "sample"
MAX_FAULTS = 100  # listed; the rest is counted


def load_book(path: Path, valuation_date: date) -> CompiledBook:
    """Load a book for one valuation date. QuantLib is needed for a source file, not for a compiled one.

    Parameters
    ----------
    path : CSV or Parquet with the columns of `engine.book.position.COLUMNS`, or what `unwind book compile` wrote
    valuation_date : the market's

    Raises
    ------
    FileFaults
        Everything wrong with the file, or a compiled book of another date.
    """
    check_regular(path)
    if is_compiled(path):
        return _compiled(path, valuation_date)
    from engine.book.compile import compile_book, position_faults  # QuantLib: only for a source file

    data = read_bytes(path)
    rows = parse_book(data, path, valuation_date)
    faults = rows.faults + position_faults(rows.positions, valuation_date)
    if faults:
        raise FileFaults(path, _capped(faults))
    digest = sha256(data).hexdigest()
    return compile_book(rows.positions, valuation_date, sha256=digest, warnings=rows.warnings, source=str(path))


def parse_book(data: bytes, path: Path | str, valuation_date: date) -> Rows:
    """Positions in the bytes of a source book, with the faults of its rows and the warnings.

    Raises
    ------
    FileFaults
        The bytes are no table with the required columns.
    """
    return read_rows(table_of(data, path), valuation_date)


def bundled_book_names() -> tuple[str, ...]:
    """Names of the books that come with the program."""
    folder = files("engine.book") / "data"
    return tuple(sorted(entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv")))


def bundled_book_path(name: str = DEFAULT_BUNDLED) -> Path:
    """Path of a bundled book file: "sample" holds the others. Raises InputError when there is none of that name."""
    if name not in bundled_book_names():
        raise InputError(f"no bundled book {name!r}; there are: {', '.join(bundled_book_names())}")
    return Path(str(files("engine.book") / "data" / f"{name}.csv"))


def _compiled(path: Path, valuation_date: date) -> CompiledBook:
    book = read_compiled(path)
    if book.valuation_date != valuation_date:
        message = (
            f"is compiled for {book.valuation_date}, but the market is of {valuation_date};"
            " compile the source book for that date"
        )
        raise FileFaults(path, [Fault(message=message)])
    return book


def _capped(faults: list[Fault]) -> list[Fault]:
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    if len(ordered) <= MAX_FAULTS:
        return ordered
    return [*ordered[:MAX_FAULTS], Fault(message=f"and {len(ordered) - MAX_FAULTS:,} faults more")]
