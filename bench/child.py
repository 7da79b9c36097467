"""`python -m bench.child NAME`: one case in this process, or the machine's facts, as JSON on the last line."""

import json
import sys
from importlib import import_module
from typing import Any

from bench import machine
from bench.records import case_json
from engine.run.backend import choose_backend


def main(name: str) -> dict[str, Any]:
    """Measure a case of `bench.start.CASES`; or "machine"."""
    if name == "machine":
        return machine.facts(choose_backend("numba", lambda _: None).device())
    return case_json(import_module(f"bench.cases.{name}").measure())


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
