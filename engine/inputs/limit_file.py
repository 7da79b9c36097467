"""A file of limits: [[limits]] tables alone, as a batch file names it."""

from pathlib import Path

from engine.errors import Fault, FileFaults, InputError
from engine.inputs.limits import Limit, checked_limits
from engine.inputs.toml.read import parse_toml, read_text


def limits_in(path: Path) -> tuple[tuple[Limit, ...], tuple[Fault, ...]]:
    """Return the limits of a file that have no fault, and the faults of the others, each with the file's name."""
    try:
        text = read_text(path)
        parsed = parse_toml(path, text)
    except FileFaults as refusal:
        return (), tuple(Fault(message=f"{path.name}: {fault}") for fault in refusal.faults)
    unknown = [key for key in parsed if key != "limits"]
    if unknown or not isinstance(parsed.get("limits"), tuple):
        problem = f"unknown key {unknown[0]!r}" if unknown else "no [[limits]]"
        return (), (Fault(message=f"{path.name}: {problem}; a limit file holds [[limits]] tables alone"),)
    return checked_limits(parsed["limits"], text, path.name)


def load_limits(path: Path) -> tuple[Limit, ...]:
    """Return the limits of a file. Raises InputError with everything wrong with it."""
    limits, faults = limits_in(path)
    if faults:
        raise InputError("\n".join(map(str, faults)))
    return limits
