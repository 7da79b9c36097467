"""`python -m bench compare BEFORE.json AFTER.json`: what became faster, what slower, and by how much for sure."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from bench.comparison.results import BenchResult, Comparison, compared, pooled
from bench.comparison.text import PERCENT, lines_of
from bench.records import SCHEMA, case_of_json
from engine.errors import InputError

CAUTION = (
    "a band holds the noise within each result, not what the machine changed between them:"
    " `python -m bench CASE --against COMMIT` runs both in turns"
)
REGRESSION = "5%"  # by which a row may become slower


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; 1 where a row became slower by more than is allowed. Raises InputError."""
    parser = argparse.ArgumentParser(prog="python -m bench compare", description=__doc__)
    many = "or a folder of results of one commit, each of which is a round then"
    parser.add_argument(
        "before", type=Path, metavar="BEFORE", help=f"an earlier result of `python -m bench --out`, {many}"
    )
    parser.add_argument("after", type=Path, metavar="AFTER", help="a later one, or a folder of them")
    add_regression(parser)
    chosen = parser.parse_args(arguments)
    code = shown(compared(read_side(chosen.before), read_side(chosen.after)), chosen.regression)
    print(CAUTION)
    return code


def add_regression(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that says by how much a row may become slower."""
    parser.add_argument(
        "--regression",
        type=fraction,
        default=REGRESSION,
        metavar="PERCENT",
        help="exit with 1 where a row is slower by more than this, its band above 1 (default: 5%%)",
    )


def shown(comparison: Comparison, allowed: float) -> int:
    """Print a comparison and return the exit code."""
    for line in lines_of(comparison, allowed):
        print(line)
    return int(bool(comparison.regressions(allowed)))


def fraction(text: str) -> float:
    """Read "5%" as 0.05. Raises argparse's error for anything else."""
    number = text.removesuffix("%")
    try:
        found = float(number) / PERCENT
    except ValueError:
        found = -1.0
    if not text.endswith("%") or not 0.0 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage such as 5%")
    return found


def read_side(path: Path) -> BenchResult:
    """Read a result, or all in a folder as one. Raises InputError where there is none."""
    if not path.is_dir():
        return read_result(path)
    files = sorted(path.glob("*.json"))
    if not files:
        raise InputError(f"{path} holds no result: there is no .json file in it")
    return pooled([read_result(file) for file in files])


def read_result(path: Path) -> BenchResult:
    """Read a result of the bench. Raises InputError where the file is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise InputError(f"{path} has schema {found['schema']}; this version reads {SCHEMA}")
        return BenchResult(machine=found["machine"], cases=tuple(case_of_json(case) for case in found["cases"]))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no result of the bench; `python -m bench --out {path}` writes one") from error
