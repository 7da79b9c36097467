"""What happens to a process: the N-th call of a kind under a folder kills it, fails, is cut short, or the clock jumps.

`disturb.c` does it inside the process; here it is built, set and counted.
"""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "disturb.c"

NOTHING = 0  # `at` of a process that is only counted
ANY = "any"  # `call` of every kind that changes a disk, each counted apart
READ = "read"  # opening for reading, and reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Disturbance:
    """One way in which calls of a kind go wrong; `at` counts from 1."""

    call: str
    at: int
    do: str = ""  # kill, short, or an errno
    times: int = 1
    is_all: bool = False  # from that call on, calls of every kind, as on a disk that turns read-only
    clock_s: int = 0  # by which the clock jumps at that call
    begin_s: int = 0  # by which the clock is off from the beginning

    def env(self, library: Path, under: Path) -> dict[str, str]:
        """Return the environment that makes a process so disturbed; calls are counted into a file beside `under`."""
        return {
            "LD_PRELOAD": str(library),
            "DISTURB_UNDER": str(under.resolve()),
            "DISTURB_CALL": self.call,
            "DISTURB_AT": str(self.at),
            "DISTURB_DO": self.do,
            "DISTURB_FOR": str(self.times),
            "DISTURB_ALL": str(int(self.is_all)),
            "DISTURB_BEGIN": str(self.begin_s),
            "DISTURB_CLOCK": str(self.clock_s),
            "DISTURB_COUNT": str(count_file(under)),
        }


def count_file(under: Path) -> Path:
    """Return where a process under trial leaves how many calls it made: outside the folder that is disturbed."""
    return under.resolve().parent / f"{under.name}.calls"


def counted(under: Path) -> dict[str, int]:
    """Return how many calls of each kind the last process made."""
    lines = count_file(under).read_text().splitlines()
    return {call: int(number) for call, number in (line.split() for line in lines)}


@cache
def compiler() -> str:
    """Return a C compiler; skip where there is none."""
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        pytest.skip("needs a C compiler to build the library that disturbs calls")
    return found


def build(folder: Path) -> Path:
    """Build the library that disturbs."""
    library = folder / "disturb.so"
    flags = ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler(), *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library
