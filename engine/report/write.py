"""A night's report as a file."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from engine.errors import InputError
from engine.record.atomic import write_atomically


def write_report(folder: Path, valuation_date: date, path: Path, histories: Sequence[Path] = ()) -> int:
    """Write one night of a record as one HTML file; return its size in bytes.

    The same record gives the same bytes. The file appears whole, and asks for nothing outside itself.

    Parameters
    ----------
    folder : of the record
    valuation_date : of a closed night in it
    path : the file to write; its folder is made
    histories : files for `engine.inputs.history.load.read_history`, for trailing correlations

    Raises
    ------
    InputError
        There is no such night, it cannot be read, or the extra `report` is not installed.
    RiskError
        The file cannot be written.
    """
    data = _renderer()(folder, valuation_date, histories).encode()
    write_atomically(path, data)
    return len(data)


def report_path(folder: Path, valuation_date: date) -> Path:
    """Return where a batch leaves the report of a night: beside the record, not in it."""
    return folder / "reports" / f"{valuation_date}.html"


def _renderer() -> Callable[[Path, date, Sequence[Path]], str]:
    try:
        from engine.report.page import render
    except ImportError as error:
        raise InputError(f"a report needs matplotlib and Jinja2: {error}; pip install 'unwind-risk[report]'") from None
    return render
