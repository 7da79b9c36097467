"""What a large book takes of memory up to the first path, asked before it is compiled."""

from pathlib import Path

from engine.errors import Fault, FileFaults

# Up to the first path: peaks of 1,281 MiB at 100,000 positions and of 7,418 at 1,000,000, the program's own in them.
PROGRAM_BYTES, POSITION_BYTES = 450 * 2**20, 8_700
ASKED_FROM = 50_000  # positions; fewer take no more than the program itself
_MEMINFO, _CONTAINER = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def check_memory(path: Path | str, n_positions: int, free_bytes: int | None) -> None:
    """Refuse a book of more positions than memory holds. `free_bytes` None: not known, nothing is asked.

    Raises
    ------
    FileFaults
        The book needs more than is free; says how much, and how many positions would fit.
    """
    needed = PROGRAM_BYTES + n_positions * POSITION_BYTES
    if free_bytes is None or n_positions < ASKED_FROM or needed <= free_bytes:
        return
    most = max(0, free_bytes - PROGRAM_BYTES) // POSITION_BYTES
    fitting = f"run files of {most:,} positions at most one by one, or " if most else ""
    message = (
        f"has {n_positions:,} positions, which take some {needed / 2**30:.1f} GiB of memory until the first path, and"
        f" {free_bytes / 2**30:.1f} GiB are free: {fitting}free memory"
    )
    raise FileFaults(path, [Fault(message=message)])


def free_memory(meminfo: Path = _MEMINFO, container: Path = _CONTAINER) -> int | None:
    """Return the bytes of memory that this program can still take on Linux; None where the system does not say."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    if not found:
        return None
    free, left = 1024 * int(found[0]), _left_to_container(container)
    return free if left is None else min(free, left)


def _left_to_container(container: Path) -> int | None:
    """Return what a container's limit leaves; None where there is no container, or no limit."""
    try:
        most, used = (
            (container / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current")
        )
        return None if most == "max" else max(0, int(most) - int(used))
    except (OSError, ValueError):
        return None
