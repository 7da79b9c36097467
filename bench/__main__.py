"""`python -m bench [CASE ...] [--out FILE]`: timings as JSON. `unwind bench` shows them as a table.

`python -m bench CASE ... --against COMMIT` runs the cases of a commit and of this checkout in turns and compares them;
`python -m bench compare BEFORE.json AFTER.json` compares two files.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.comparison import against, command
from bench.comparison.bands import LEAST_ROUNDS
from bench.records import as_json
from bench.start import CASES, run_cases
from engine.errors import RiskError


def main() -> int:
    """Run the cases named on the command line; print JSON on stdout, what goes on on stderr."""
    try:
        if sys.argv[1:2] == ["compare"]:
            return command.main(sys.argv[2:])
        return _timed(_parser().parse_args())
    except RiskError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<12} {what}" for name, what in CASES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Time ours against others, as JSON. Cases:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("case", nargs="*", help="default: all")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON to this file instead of stdout")
    parser.add_argument(
        "--note", action="append", default=[], help="a sentence for readers of the times, kept with them"
    )
    parser.add_argument("--against", metavar="COMMIT", help="run this commit's cases in turns with these, and compare")
    parser.add_argument("--turns", type=int, default=LEAST_ROUNDS, help="of --against (default: %(default)s)")
    command.add_regression(parser)
    return parser


def _timed(arguments: argparse.Namespace) -> int:
    if arguments.against:
        found = against.run_against(arguments.against, arguments.case, arguments.turns, _say)
        return command.shown(found, arguments.regression)
    machine, cases = run_cases(arguments.case, _say)
    text = json.dumps(as_json(machine, cases, arguments.note), indent=1) + "\n"
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
