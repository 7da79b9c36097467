"""A file of limits: [[limits]] tables alone, as a batch file names it."""

from pathlib import Path

from engine.errors import Fault, FileFaults
from engine.inputs.limits import Limit, checked_limits
from engine.inputs.toml.read import parse_toml, read_text


def load_limits(path: Path) -> tuple[Limit, ...]:
    """Return the limits of a file. Raises FileFaults with everything wrong with it."""
    text = read_text(path)
    parsed = parse_toml(path, text)
    unknown = [key for key in parsed if key != "limits"]
    if unknown or not isinstance(parsed.get("limits"), tuple):
        problem = f"unknown key {unknown[0]!r}" if unknown else "no [[limits]]"
        raise FileFaults(path, [Fault(message=f"{problem}; a limit file holds [[limits]] tables alone")])
    limits, faults = checked_limits(parsed["limits"], text, path.name)
    if faults:
        raise FileFaults(path, list(faults))
    return limits
