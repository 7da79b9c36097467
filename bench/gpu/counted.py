"""What the instructions of a build allow, counted where no device was: to be held against what one measures.

Of 10^6 paths x 252 steps on one H200 (sm_90, 132 multiprocessors at 1.98 GHz), from the machine code that NVRTC 13.5
makes of the loop over steps: `issue_ms` if a scheduler issues an instruction each clock, `expected_ms` if each warp
also waits as the code's own control words say (its stalls, and constants at 28 clocks), with as many warps as the
registers leave room for. Where the first is the larger, waiting is hidden. Counted in November 2026. An instruction of
FP64 takes a warp two clocks, since the pipe is 16 lanes wide; the rate of IMAD.WIDE, four clocks, is assumed.
"""

from typing import NamedTuple


class Counted(NamedTuple):
    """Milliseconds of a kernel by count."""

    issue_ms: float
    expected_ms: float


DEVICE = "H200"  # one of them
# (law, precision, paths a thread, blocks of a multiprocessor)
COUNTED_MS = {
    ("plain 16", "float64", 2, 2): Counted(10.8, 14.4),
    ("plain 16", "float64", 1, 3): Counted(11.9, 11.9),
    ("plain 16", "float64", 1, 4): Counted(12.0, 12.0),
    ("plain 18", "float64", 1, 3): Counted(13.7, 13.7),
    ("plain 16", "float32", 2, 3): Counted(6.7, 6.7),
    ("plain 16", "float32", 4, 2): Counted(6.4, 6.4),
    ("plain 18", "float32", 2, 2): Counted(7.7, 7.7),
    # The rare jump's loop is counted as if every path took it: a typical step needs a fifth less.
    ("mixture 18", "float64", 1, 3): Counted(23.5, 24.0),
    ("mixture 18", "float32", 1, 4): Counted(19.1, 19.1),
}
