"""Where one contender overtakes another, by straight lines through their seconds."""

from collections.abc import Mapping
from statistics import median

from bench.lone_contender import LoneTimes

KINDS = ("kernel", "end to end")
RACES = (("numba float64", "numpy float64"), ("cuda float64", "numba float64"), ("cuda float32", "numba float32"))

Seconds = dict[int, dict[str, list[float]]]  # paths -> contender -> of each round


def crossings(
    seconds: Mapping[str, Seconds], cold: Mapping[str, LoneTimes], warm: Mapping[str, LoneTimes]
) -> dict[str, dict[str, float | None]]:
    """Return the fewest paths from which one is faster than another.

    By the kernel alone; by whole runs; by whole runs in a new process, compiled kernels kept; and nothing compiled yet.
    """
    found: dict[str, dict[str, float | None]] = {}
    for fast, slow in RACES:
        if fast not in warm or slow not in warm:
            continue
        lines = {kind: (line(_of(fast, seconds[kind])), line(_of(slow, seconds[kind]))) for kind in KINDS}
        late = warm[fast].start_s - warm[slow].start_s
        late_cold = cold.get(fast, warm[fast]).start_s - cold.get(slow, warm[slow]).start_s
        found[f"{fast} overtakes {slow} at paths"] = {
            "kernel": crossing(*lines["kernel"], 0.0),
            "end_to_end": crossing(*lines["end to end"], 0.0),
            "new_process": crossing(*lines["end to end"], late),
            "nothing_compiled": crossing(*lines["end to end"], late_cold),
        }
    return found


def _of(name: str, found: Seconds) -> dict[int, list[float]]:
    return {n: seconds[name] for n, seconds in found.items() if name in seconds}


def line(sizes: dict[int, list[float]]) -> tuple[float, float]:
    """Fit seconds by a fixed part and a part per path, at the fewest and most paths; of one size, all is per path."""
    few, many = min(sizes), max(sizes)
    if few == many:
        return 0.0, median(sizes[few]) / few
    low, high = median(sizes[few]), median(sizes[many])
    per_path = max(high - low, 0.0) / (many - few)
    return max(low - few * per_path, 0.0), per_path


def crossing(fast: tuple[float, float], slow: tuple[float, float], late: float) -> float | None:
    """Return where the fast line, `late` seconds later, crosses the slow one; 0: from the start; None: never."""
    behind, gain = fast[0] + late - slow[0], slow[1] - fast[1]
    if behind <= 0.0:
        return 0.0
    return behind / gain if gain > 0.0 else None
