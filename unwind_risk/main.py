"""Entry point of the `unwind` script and of `python -m unwind_risk`."""

import sys

from unwind_risk.siblings import claim_siblings


def main() -> None:
    """Run the command, with the packages beside this one whatever the path has before them."""
    try:
        claim_siblings(first=True)
    except ImportError as error:
        sys.exit(f"error: {error}")
    from cli.batch import last_line

    last_line.watch(sys.argv[1:])  # before the imports that take a second
    from cli.main import main as run_command

    try:
        run_command()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            last_line.leave_at_once(ended.code)
        raise
