"""The README's minute: a run and what it prints; `python -m cli.pages.readme` writes it between two markers."""

import sys
from pathlib import Path

from cli.pages.article import block, output
from cli.pages.hero_figures import CONFIDENCE, N_PATHS, SCENARIOS
from engine.errors import InputError

PAGE = Path("README.md")
BEGIN = "<!-- written by `python -m cli.pages.readme`: what the command prints -->"
END = "<!-- end of the run -->"
# The run of the picture above it, so that its figures are found again in the table.
COMMAND = " ".join(
    ["unwind run", *(f"--scenario {name}" for name in SCENARIOS), f"--confidence {CONFIDENCE} --paths {N_PATHS}"]
)


def written(text: str, printed: str) -> str:
    """Return README's text with the run between the markers replaced. Raises InputError where there are no markers."""
    if BEGIN not in text or END not in text:
        raise InputError(f"{PAGE} has no lines {BEGIN!r} and {END!r}")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{block(COMMAND, printed)}\n{END}{tail}"


def main() -> None:
    """Run the command, and rewrite README.md in the current folder."""
    try:
        text = written(PAGE.read_text(encoding="utf-8"), output(COMMAND, Path()))
    except InputError as error:
        sys.exit(f"error: {error}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
