"""TOML files into checked models. Every fault of a file is reported at once, with its line and key."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import Fault, FileFaults
from engine.inputs.fields.encodings import wide_encoding, wide_words
from engine.inputs.opened import FileKind, Opened, open_once
from engine.inputs.toml.faults import dotted, faults_of, shown
from engine.inputs.toml.lines import Keys, NotToml, TooMuch, given_before, key_lines, toml_line

__all__ = ["MAX_BYTES", "TOML", "Strict", "parse_toml", "read_text", "read_toml", "toml_line"]

MAX_BYTES = 4 * 2**20
LONGEST_TEXT = 4000  # characters of a value, unless its key says less
TOML = FileKind(wanted="a TOML file", most_bytes=MAX_BYTES, way_out="leave out what is not needed")
M = TypeVar("M", bound=BaseModel)

_FOREIGN = {
    ".yaml": "a YAML file", ".yml": "a YAML file", ".json": "a JSON file", ".csv": "a CSV file", ".pkl": "a pickle",
    ".pickle": "a pickle", ".npy": "a numpy file", ".npz": "a numpy file", ".parquet": "a Parquet file",
    ".gz": "a compressed file", ".zip": "a compressed file", ".xlsx": "an Excel workbook",
    ".xls": "an Excel workbook", ".xlsm": "an Excel workbook", ".ods": "a spreadsheet",
}  # fmt: skip
_MAGIC = {
    b"\x80": "a pickle",
    b"\x93NUMPY": "a numpy file",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
    b"PK\x03\x04": "a compressed file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
}
_WORKBOOK = b"xl/workbook."  # the name of a file within: of what looks like a compressed file, it makes a workbook


class Strict(BaseModel):
    """Base of every model of a file: frozen, no unknown key, nothing guessed at, no NaN or infinity, no endless text.

    A list in the file is a `tuple` in the model.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        populate_by_name=True,
        str_max_length=LONGEST_TEXT,
    )


def read_toml(file: Path | Opened, model: type[M]) -> M:
    """Read a TOML file into `model`.

    Raises
    ------
    FileFaults
        Everything wrong with the file: not there, not a regular file, too large, not UTF-8, not TOML, or each key
        that `model` refuses, with its line, its value and what was wanted.
    """
    opened = open_once(file, TOML)
    text = read_text(opened)
    data = parse_toml(opened.path, text)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise FileFaults(opened.path, faults_of(error, model, data, text)) from None


def read_text(file: Path | Opened) -> str:
    """Return the text of a small regular UTF-8 file that should be TOML, without byte-order mark. Raises FileFaults."""
    opened = open_once(file, TOML)
    return _decoded(opened.path, opened.data)


def parse_toml(path: Path | str, text: str) -> dict[str, Any]:
    """Parse TOML; lists come as tuples.

    Depth, keys and their lengths are bounded before anything is parsed. Raises FileFaults with the line of what goes
    beyond them, or of a syntax error.
    """
    if not text.strip():
        raise _refusal(path, "the file is empty; a TOML file with `key = value` lines was wanted")
    is_bounded = _check_bounds(path, text)
    try:
        data: dict[str, Any] = _tuples(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FileFaults(path, [_syntax_fault(str(error), text)]) from None
    except RecursionError:
        raise _refusal(path, "tables or arrays are nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise _refusal(path, f"not TOML that can be read: {error}") from None
    if not is_bounded:
        raise _refusal(path, "not TOML that can be read: write each `key = value` and [table] on a line of its own")
    return data


def _check_bounds(path: Path | str, text: str) -> bool:
    """Refuse with FileFaults what is too deep or too much; return whether all of the text could be looked at."""
    try:
        key_lines(text)
    except TooMuch as error:
        raise FileFaults(path, [Fault(message=str(error), line=error.line)]) from None
    except NotToml:
        return False
    return True


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _syntax_fault(message: str, text: str) -> Fault:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    lines = text.splitlines() or [""]
    line = int(place[1]) if place and place[1] else len(lines)
    statement = lines[min(line, len(lines)) - 1].strip()
    bare = message[: place.start()] if place else message
    if bare.startswith(("Cannot ", "Duplicate ")) and (twice := given_before(text, line)) is not None:
        return Fault(message=_given_twice(*twice), line=line)
    return Fault(message=f"not TOML: {bare}, in {shown(statement)}{_way_out(statement)}", line=line)


def _given_twice(keys: Keys, first: int, is_whole: bool) -> str:
    """Say in words what a file gives a second time, and where it did first; TOML has each key and [table] once."""
    name = dotted(keys)
    if is_whole:
        return f"{name} is given twice, first on line {first}: leave one out, or put both into one"
    return f"{name} is given whole on line {first}, and nothing can be added to it here: write this there"


def _way_out(statement: str) -> str:
    if re.match(r"[\w\"' -]+:(\s|$)", statement) or statement.startswith(("!!", "---", "%YAML", "- ")):
        return "; this looks like YAML, and TOML was wanted: `key = value`"
    if statement.startswith("{"):
        return "; this looks like JSON, and TOML was wanted: `key = value`"
    return "; decimals are written with a point" if re.search(r"=\s*[+-]?\d+,\d+\s*$", statement) else ""


def _decoded(path: Path, raw: bytes) -> str:
    foreign = next((what for magic, what in _MAGIC.items() if raw.startswith(magic)), _FOREIGN.get(path.suffix.lower()))
    if _WORKBOOK in raw:
        foreign = "an Excel workbook"
    if foreign:
        raise _refusal(path, f"is {foreign}, which is not accepted here; a TOML file was wanted")
    if (wide := wide_encoding(raw)) is not None:
        raise _refusal(path, wide_words(wide))
    if (nul := raw.find(b"\0")) >= 0:
        raise FileFaults(path, [Fault(message="holds a NUL byte: not a text file", line=_line_of(raw, nul))])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "is not UTF-8; save it as UTF-8, or convert it: iconv -f CP932 -t UTF-8 OLD > NEW"
        raise FileFaults(path, [Fault(message=message, line=_line_of(raw, error.start))]) from None


def _line_of(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1


def _refusal(path: Path | str, message: str) -> FileFaults:
    return FileFaults(path, [Fault(message=message)])
