"""The published answers, by id; read once."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[3] / "data" / "backtests.json"
CASES: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))["cases"]


def case(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and expected values of case BTS-Snnn."""
    found = CASES[f"BTS-S{number:03d}"]
    return found["inputs"], found["expected"]
