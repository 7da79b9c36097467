"""Use an installed wheel's commands shortly: `python .ci/newest_python.py [numba]`, else without compiled kernels.

What a new Python brings with it, numpy's newest release among it, shows here: a file that is no longer read, a date or
an option that is no longer taken, a warning of our own modules. One process, so that imports are paid once.
"""

import contextlib
import io
import os
import platform
import sys
import tempfile
import traceback
import warnings
from importlib.metadata import version
from pathlib import Path

BACKEND = sys.argv[1] if len(sys.argv) > 1 else "numpy"
SHORT = ("--backend", BACKEND, "--paths", "1000")
NIGHT = f"""
out = "record"
market = "desk/market.toml"

[[books]]
path = "desk/book.csv"

[[runs]]
name = "ten-days"
scenario = ["filtered", "august-2024"]
paths = 1000
horizon_days = 10
backend = "{BACKEND}"

[[limits]]
name = "ten-day VaR"
measure = "VaR"
confidence = 0.99
scenario = "filtered"
amount = 20e9
currency = "JPY"
"""
ONE_RUN = "record/valuation_date=2025-05-28/run=ten-days"
COMMANDS = (
    ("--version",),
    ("doctor",),
    ("init", "desk"),
    ("book", "check", "desk/book.csv", "--market", "desk/market.toml"),
    ("book", "show", "desk/book.csv"),
    ("book", "compile", "desk/book.csv", "--out", "book.parquet"),
    ("scenario", "list"),
    ("scenario", "show", "unwind-loop"),
    ("schema", "batch"),
    ("stress",),
    ("run", *SHORT, "--confidence", "0.95", "--by", "factor", "--format", "csv"),
    ("run", *SHORT, "--scenario", "unwind-loop", "--scenario", "repatriation-2025", "--horizon-days", "3", "--json"),
    ("simulate", *SHORT, "--out", "levels.parquet"),
    ("explain", *SHORT, "--confidence", "0.95"),
    ("batch", "plan", "night.toml", "--date", "2025-05-28"),
    ("batch", "run", "night.toml", "--date", "2025-05-28"),
    ("batch", "status", "night.toml", "--date", "2025-05-28"),
    ("batch", "verify", "record"),
    ("reproduce", ONE_RUN),
)


def failure(words: tuple[str, ...]) -> str | None:
    """Return what a command wrote if it ended with another code than 0, else None."""
    from cli.main import app

    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            app(list(words), prog_name="unwind")
            code: object = None
        except SystemExit as ended:
            code = ended.code
        except Exception:
            code = traceback.format_exc()
    called = f"unwind {' '.join(words)}"
    return f"error: `{called}` ended with {code}\n{written.getvalue().decode()}" if code else None


def main() -> None:
    """Run every command of the list in a folder of its own; end with 1 if one fails."""
    warnings.filterwarnings("error", module=r"(bench|cli|engine|kernels|unwind_risk)\b")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.environ.setdefault("UNWIND_CACHE", f"{folder}/cache")  # nothing that an earlier one left is found
        Path("night.toml").write_text(NIGHT, encoding="utf-8")
        failures = [found for words in COMMANDS if (found := failure(words))]
    for each in failures:
        print(each)
    where = f"Python {platform.python_version()}, numpy {version('numpy')}, pandas {version('pandas')}"
    print(f"{where}: {len(COMMANDS) - len(failures)} commands passed, {len(failures)} failed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
