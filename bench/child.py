"""`python -m bench.child NAME`: one case in this process, or the machine's facts, as JSON on the last line."""

import json
import sys
from importlib import import_module
from typing import Any

from bench import machine
from bench.records import case_json
from engine.run.backend import choose_backend
from kernels.cuda.host.check import cuda_fault


def main(name: str) -> dict[str, Any]:
    """Measure a case of `bench.start.CASES`; or "machine"."""
    if name == "machine":
        gpu = None if cuda_fault() else choose_backend("cuda", lambda _: None).device()
        return machine.facts(choose_backend("numba", lambda _: None).device(), gpu)
    return case_json(import_module(f"bench.cases.{name}").measure())


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
