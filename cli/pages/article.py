"""docs/validation/article.md: an article's claims and what commands print; `python -m cli.pages.article` writes it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.inputs.toml.read import parse_toml, read_text

CLAIMS = Path("docs") / "validation" / "article.toml"
PAGE = Path("docs") / "validation" / "article.md"
COLUMNS = 240  # width that the commands write for: their widest tables stand in one piece
VERDICTS = ("holds", "holds in part", "does not hold", "cannot be told")
HEAD = """# The article, claim by claim

<!-- written by `python -m cli.pages.article` from docs/validation/article.toml: change that, not this page -->

"Japan's Bond Market Turmoil: A Catalyst for Global Carry Trade Unwind and U.S. Treasury Sell-Off" (AInvest, 2025-05-28)
says what may come of rising JGB yields, and what to do. Each of its claims, in other words, stands beside commands,
what they print on the bundled market of that day, and what the record says. A stress shows what a claim costs, never
that it is true: the verdict is the record's. To paste a command, be in the checkout after `make demo`, with

```
export PATH="$PWD/.venv/bin:$PATH"
```

Tables are in JPY where they do not say USD; rates are zero rates but where they say par; ± is one standard error of the
simulation, a second ± that of the table of past days.
"""
_SHELL = 'set -o pipefail; unwind() { "$PYTHON" -m unwind_risk "$@"; }; '


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim, commands that show what it would mean, and what the record says of it."""

    number: int  # from 1
    title: str
    claim: str  # what the article says, in other words
    commands: tuple[str, ...]  # for a shell in the checkout
    record: str  # facts, each with its source
    verdict: str  # one of VERDICTS
    because: str  # why; without figures of the commands' output

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InputError(
                f"claim {self.number}: `verdict` must be one of {', '.join(VERDICTS)}; got {self.verdict!r}"
            )


def claims(root: Path) -> tuple[Claim, ...]:
    """Return the claims of docs/validation/article.toml in the checkout `root`.

    Raises
    ------
    FileFaults, InputError
        The file is not TOML; a verdict is none of VERDICTS.
    """
    path = root / CLAIMS
    return tuple(Claim(**table) for table in parse_toml(path, read_text(path))["claims"])


def output(command: str, root: Path) -> str:
    """Return what a command prints on stdout, run from the checkout `root` at a fixed width.

    Raises
    ------
    InputError
        The command, or one that it is piped through, fails, or finds nothing to print.
    """
    outside = {name: value for name, value in os.environ.items() if not name.startswith("UNWIND_")}
    fixed = {"PYTHON": sys.executable, "PYTHONPATH": str(root.resolve()), "COLUMNS": str(COLUMNS), "LC_ALL": "C.UTF-8"}
    shell = ["bash", "-c", _SHELL + command]
    done = subprocess.run(shell, cwd=root, env=outside | fixed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"{command}: ended with {done.returncode}: {done.stderr.strip() or 'nothing printed'}")
    return done.stdout


def block(command: str, printed: str) -> str:
    """Return a command and what it printed, as they stand in the page."""
    lines = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return f"```sh\n{command}\n```\n\n```\n{lines}\n```\n"


def page(root: Path) -> str:
    """Return the whole page: every command of the checkout `root` is run."""
    found = claims(root)
    return "\n".join([HEAD, *_table(found), "", *(_section(each, root) for each in found)])


def _table(found: tuple[Claim, ...]) -> Iterator[str]:
    yield "| claim | what it says | verdict |"
    yield "|---|---|---|"
    for each in found:
        yield f"| {each.number} | {each.title} | {each.verdict} |"


def _section(claim: Claim, root: Path) -> str:
    blocks = [block(command, output(command, root)) for command in claim.commands]
    parts = (
        f"## {claim.number}. {claim.title}\n",
        f"**The claim.** {claim.claim}\n",
        *blocks,
        f"**The record.** {claim.record}\n",
        f"**Verdict: {claim.verdict}.** {claim.because}\n",
    )
    return "\n".join(parts)


def main() -> None:
    """Rewrite docs/validation/article.md in the current folder."""
    try:
        text = page(Path())
    except InputError as error:
        sys.exit(f"error: {error}")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
