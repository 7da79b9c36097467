"""`python -m bench [CASE ...] [--out FILE]`: timings as JSON. `unwind bench` shows them as a table."""

import argparse
import json
import sys
from pathlib import Path

from bench.records import as_json
from bench.start import CASES, run_cases
from engine.errors import RiskError


def main() -> int:
    """Run the cases named on the command line; print JSON on stdout, what goes on on stderr."""
    listed = "\n".join(f"  {name:<12} {what}" for name, what in CASES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Time ours against others, as JSON. Cases:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("case", nargs="*", help="default: all")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON to this file instead of stdout")
    arguments = parser.parse_args()
    try:
        machine, cases = run_cases(arguments.case, lambda line: print(line, file=sys.stderr))
        text = json.dumps(as_json(machine, cases), indent=1) + "\n"
    except RiskError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
