"""`python -m bench.lone_command ARGUMENT ...`: one `unwind` command, started from a process that is small itself.

So that the memory of who starts it is none of the command's. Its time and peak are JSON on the last line.
"""

import json
import sys
from dataclasses import asdict, dataclass

from bench.command import unwind
from bench.start import answer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandNeed:
    """What a command took."""

    wall_s: float
    peak_mib: float  # largest resident memory of it


def need_of(*arguments: str) -> CommandNeed:
    """Run `unwind` in a process of its own, from another one. Raises RiskError with its words if it fails."""
    return CommandNeed(**answer_of("bench.lone_command", *arguments))


if __name__ == "__main__":
    finished = unwind(*sys.argv[1:])
    print(json.dumps(asdict(CommandNeed(wall_s=finished.wall_s, peak_mib=finished.peak_bytes / 2**20))))
