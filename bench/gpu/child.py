"""`python -m bench.gpu.child NAME [--host]`: one case on a device, in a process of its own; JSON on the last line."""

import argparse
import json
import sys
from importlib import import_module

from bench.gpu.device import on_gpus, on_host
from bench.gpu.script import GPU_CASES
from bench.records import case_json
from engine.errors import RiskError


def main() -> int:
    """Measure a case of GPU_CASES."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu.child", description=__doc__)
    parser.add_argument("name", choices=GPU_CASES)
    parser.add_argument("--host", action="store_true", help="on the kernels that g++ builds, to try the script")
    chosen = parser.parse_args()
    case = import_module(f"bench.gpu.cases.{chosen.name.removeprefix('gpu_')}")
    try:
        found = case.measure(on_host() if chosen.host else on_gpus())
    except RiskError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps(case_json(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
