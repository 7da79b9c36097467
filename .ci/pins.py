"""Pinned parts, and what needs them: `python .ci/pins.py report,dask` prints those of an installation with both.

requirements-extras.txt has the parts of every extra, each with its hashes and a line `# via` that names what needs it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements-extras.txt"
PROJECT = "unwind-risk"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]*?))?\s*\\\n")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +# via (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One version of one part."""

    name: str  # as its index has it: "python-dateutil"
    version: str
    marker: str  # on which systems and Pythons it is the one; "" on all
    hashes: tuple[str, ...]  # sha256 of every file of this version that may be installed
    needed_by: tuple[str, ...]  # names of other parts, and PROJECT
    text: str  # its lines in the file, without what needs it


def pins() -> Iterator[Pin]:
    """Yield every part of every extra, in the file's order. Raises ValueError for a line that is none."""
    for text in re.split(r"\n(?=\S)", PINS.read_text(encoding="utf-8").strip()):
        found, via = _PIN.match(text), _VIA.search(text)
        if found is None or via is None:
            raise ValueError(f"{PINS.name}: no pinned part: {text[:80]!r}")
        words = [re.sub(r" \(.*\)", "", each.strip()) for each in via[1].split(",")]
        yield Pin(
            name=found["name"],
            version=found["version"],
            marker=found["marker"] or "",
            hashes=tuple(_HASH.findall(text)),
            needed_by=tuple(word for word in words if not word.startswith("-c ")),
            text=_VIA.sub("", text).rstrip().rstrip("\\").rstrip(),
        )


def direct_names(extras: Sequence[str]) -> set[str]:
    """Return the names of what the project needs by itself, to be built and to run with `extras`.

    Raises ValueError for an extra that there is not.
    """
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    of_extras = found["project"]["optional-dependencies"]
    if unknown := [each for each in extras if each not in of_extras]:
        raise ValueError(f"there is no extra {unknown[0]!r}; there are {', '.join(of_extras)}")
    lists = [
        found["project"]["dependencies"],
        found["dependency-groups"]["build"],
        *(of_extras[each] for each in extras),
    ]
    return {re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", each)[0]).lower() for part in lists for each in part}


def needed(extras: Sequence[str]) -> list[Pin]:
    """Return the parts of an installation with `extras`, on every system and Python.

    Raises ValueError as `direct_names`, and for an extra that is pinned elsewhere.
    """
    names, every = direct_names(extras), list(pins())
    if names - {pin.name for pin in every}:
        raise ValueError(
            f"{PINS.name} has not all parts of {', '.join(extras)}; docs and test are in requirements-test.txt"
        )
    while more := {pin.name for pin in every if names & {*pin.needed_by}} - names:
        names |= more
    return [pin for pin in every if pin.name in names]


def main() -> None:
    """Print a requirements file of the extras that are named, separated by commas."""
    extras = [each for word in sys.argv[1:] for each in word.split(",") if each]
    try:
        print("\n".join(pin.text for pin in needed(extras)))
    except ValueError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
