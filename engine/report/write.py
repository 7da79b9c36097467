"""A night's report as a file."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from engine.backtest.kept_backtest import KeptBacktest, read_backtest
from engine.errors import InputError
from engine.explain.nights.changes_since import Changes
from engine.record.atomic import write_atomically
from engine.record.correlations import Correlations
from engine.words.language import ENGLISH


def write_report(
    folder: Path,
    valuation_date: date,
    path: Path,
    correlations: Correlations | None = None,
    backtest: Path | None = None,
    changes: Changes | None = None,
    language: str = ENGLISH,
) -> int:
    """Write one night of a record as one HTML file; return its size in bytes.

    The same record gives the same bytes. The file appears whole, and asks for nothing outside itself.

    Parameters
    ----------
    folder : of the record
    valuation_date : of a closed night in it
    path : the file to write; its folder is made
    correlations : to be shown instead of the record's own, as taken from a history now
    backtest : folder of a finished backtest, to be shown too; none of its bytes may have been changed
    changes : since the night before, by run, as `changes_since` takes them apart
    language : of the page: "en" or "ja"

    Raises
    ------
    InputError
        There is no such night, it or the backtest cannot be read, or the extra `report` is not installed.
    RiskError
        The file cannot be written.
    """
    kept = None if backtest is None else read_backtest(backtest)
    data = _renderer()(folder, valuation_date, correlations, kept, changes, language).encode()
    write_atomically(path, data)
    return len(data)


def report_path(folder: Path, valuation_date: date) -> Path:
    """Return where a batch leaves the report of a night: beside the record, not in it."""
    return folder / "reports" / f"{valuation_date}.html"


def _renderer() -> Callable[[Path, date, Correlations | None, KeptBacktest | None, Changes | None, str], str]:
    try:
        from engine.report.page import render
    except ImportError as error:
        raise InputError(f"a report needs Jinja2: {error}; pip install 'unwind-risk[report]'") from None
    return render
