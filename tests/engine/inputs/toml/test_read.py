import os
import pickle
import re
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from engine.errors import FileFaults
from engine.inputs.toml.read import MAX_BYTES, Strict, read_toml, toml_line
from engine.workbook import SheetTable, workbook_bytes


class Entry(Strict):
    factor: str
    size: float
    kind: Literal["absolute", "relative"] = "absolute"


class Model(Strict):
    name: str = Field(min_length=1)
    day: date | None = None
    confidence: tuple[float, ...] = ()
    shocks: tuple[Entry, ...] = ()
    tables: dict[str, Entry] = Field(default={})
    paths: int = Field(default=1000, ge=100)


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "x.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def faults(path: Path) -> list[str]:
    with pytest.raises(FileFaults) as refused:
        read_toml(path, Model)
    assert refused.value.path == str(path)
    return [str(fault) for fault in refused.value.faults]


def test_a_good_file_is_read_with_lists_as_tuples(write):
    path = write('name = "a"\nday = 2025-05-28\nconfidence = [0.975, 0.99]\n[[shocks]]\nfactor = "USDJPY"\nsize = -1\n')
    model = read_toml(path, Model)
    assert model.day == date(2025, 5, 28)
    assert model.confidence == (0.975, 0.99)
    assert model.shocks == (Entry(factor="USDJPY", size=-1.0),)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_byte_order_mark_and_windows_lines_change_nothing(write, ends):  # BAD-S006, BAD-S007
    text = 'name = "a"\npaths = 500\n'
    assert read_toml(write("\ufeff" + text.replace("\n", ends)), Model) == Model(name="a", paths=500)


def test_all_faults_come_at_once_with_line_key_value_and_what_was_wanted(write):
    text = """# a comment
name = ""
day = "2025-05-28"
confidence = [
    0.99,
    "a", nan,
    inf,
]
confidance = 0.99
paths = 1.5
[[shocks]]
factor = "USDJPY"
size = true
[[shocks]]
factor = 7
kind = "relativ"
sise = 1.0
[tables."x y"]
factor = "F"
size = { a = 1 }
"""
    assert faults(write(text)) == [
        "line 2, name: must be text of 1 characters or more, got ''",
        "line 3, day: must be a date such as 2025-05-28, without quotes, got '2025-05-28'",
        "line 6, confidence[2]: must be a number, got 'a'",
        "line 6, confidence[3]: must be a finite number, got nan",
        "line 7, confidence[4]: must be a finite number, got inf",
        "line 9, confidance: unknown key; did you mean 'confidence'? Known keys: name, day, confidence, "
        "shocks, tables, paths",
        "line 10, paths: must be a whole number, got 1.5",
        "line 13, shocks[1].size: must be a number, got True",
        "line 14, shocks[2].size: this key is missing and has no default",
        "line 15, shocks[2].factor: must be text in quotes, got 7",
        "line 16, shocks[2].kind: must be one of 'absolute' or 'relative', got 'relativ'; did you mean 'relative'?",
        "line 17, shocks[2].sise: unknown key; did you mean 'size'? Known keys: factor, size, kind",
        "line 20, tables.'x y'.size: must be a number, got {'a': 1}",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'a'\npaths = 1,5\n", "line 2: not TOML: .*decimals are written with a point"),
        ("name = 'a'\nname = 'b'\n", "line 2: name is given twice, first on line 1: leave one out"),
        ("[a]\nb = 1\n[c]\nd = 1\n[a]\n", "line 5: a is given twice, first on line 1"),
        ("a = { b = 1 }\n[c]\nd = 1\n[a.e]\nf = 1\n", "line 4: a is given whole on line 1, and nothing can be added"),
        ("a = { b = 1, c = 2, b = 3 }\n", "line 1: a.b is given twice, first on line 1"),
        ("[a.b]\nc = 1\n[d]\n[a]\nb = 2\n", "line 5: a.b is given twice, first on line 1"),
        ("name = 'a\n", "line 1: not TOML"),
        ("!!python/object/apply:os.system ['echo hacked']\n", "line 1: .*this looks like YAML"),  # BAD-S047
        ("name: a\n", "line 1: .*this looks like YAML"),
        ('{"name": "a"}', "line 1: .*this looks like JSON"),
        ("", "the file is empty"),  # BAD-S001
        (" \n", "the file is empty"),
        ("name = " + "[" * 100_000, "nested too deeply"),
        ("name = 'a'\npaths = " + "9" * 5000, "not TOML that can be read"),
        (
            "paths = 1" + "0" * 400 + "\nname = 'a'\nconfidence = [1" + "0" * 400 + "]",
            "line 3, confidence.1.: must be a number",
        ),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(write, text, said):
    (message,) = faults(write(text))
    assert re.search(said, message)


def test_text_that_is_not_utf8_names_the_line_and_how_to_convert(write):  # BAD-S008
    (message,) = faults(write(b"name = 'a'\n# " + "日本".encode("cp932")))
    assert message.startswith("line 2: is not UTF-8")
    assert "iconv" in message


def test_a_nul_byte_names_the_line(write):  # BAD-S009
    assert faults(write(b"name = 'a'\nday\x00 = 1\n")) == ["line 2: holds a NUL byte: not a text file"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "is UTF-16 text; save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"),
        (
            "utf-16-le",
            "is UTF-16 text without a mark of its byte order; save it as UTF-8, or convert it: iconv -f UTF-16LE",
        ),
        ("utf-32", "is UTF-32 text; save it as UTF-8"),
    ],
)
def test_text_of_wide_characters_is_named(write, encoding, said):
    """As a shell of Windows writes what a command prints."""
    (fault,) = faults(write("name = 'a'\nday = 1\n".encode(encoding)))
    assert fault.startswith(said)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (pickle.dumps({"name": "a"}), "x.toml", "is a pickle"),  # BAD-S048
        (b"\x93NUMPY\x01\x00", "x.toml", "is a numpy file"),
        (b"\x1f\x8b\x08\x00", "x.toml", "is a compressed file"),
        (b"name: a", "x.yaml", "is a YAML file"),
    ],
)
def test_another_format_is_named_and_not_opened(write, content, name, said):
    assert faults(write(content, name)) == [f"{said}, which is not accepted here; a TOML file was wanted"]


def test_what_is_no_readable_regular_file_is_refused(tmp_path):  # BAD-S003, BAD-S004, BAD-S015
    assert faults(tmp_path / "none.toml") == ["no such file"]
    assert faults(tmp_path) == ["is not a regular file but a directory; give a TOML file"]
    assert faults(Path("/dev/zero")) == ["is not a regular file but a device or a pipe; give a TOML file"]
    os.mkfifo(tmp_path / "pipe")
    assert faults(tmp_path / "pipe") == ["is not a regular file but a device or a pipe; give a TOML file"]
    assert faults(tmp_path / "x\0.toml")[0].startswith("cannot be read")


def test_a_file_without_permission_says_so(write, monkeypatch):  # BAD-S005; root may read everything, so by hand
    path = write("name = 'a'\n")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    assert faults(path) == ["permission denied: this user may not read it"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):  # BAD-S014
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(20 * 2**30)  # sparse
    most = f"a TOML file may have {MAX_BYTES:,} at most; leave out what is not needed"
    assert faults(path) == [f"has {20 * 2**30:,} bytes; {most}"]


LINES = (
    '''a.b."c d" = 1  # a.x = 0
text = """
[no] = "table"
"""
raw = 'it'''
    + r"\"'"
    + """
list = [ # first
  [1, 2],
  { x = "}", y = [
      3,
    ] },
]
[[t]]
k = 1979-05-27T07:32:00Z
[[t]]
k = 2
[t.sub]
z = 3
[[t.sub2]]
z = 4
[q . 'r']
s = true
"""
)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("a",), 1),
        (("a", "b", "c d"), 1),
        (("text",), 2),
        (("raw",), 5),
        (("list",), 6),
        (("list", 0, 1), 7),
        (("list", 1), 8),
        (("list", 1, "y", 0), 9),
        (("t", 0, "k"), 13),
        (("t", 1), 14),
        (("t", 1, "k"), 15),
        (("t", 1, "sub", "z"), 17),
        (("t", 1, "sub2", 0, "z"), 19),
        (("q", "r", "s"), 21),
        (("t", 0, "missing"), 12),  # the table it is missing from
        (("missing",), None),
        ((), None),
    ],
)
def test_the_line_of_a_key_is_found(keys, line):
    assert toml_line(LINES, keys) == line


def test_a_spreadsheet_is_called_by_its_name(tmp_path):
    """However it is called, an .xlsx begins as any compressed file does."""
    path = tmp_path / "market.toml"
    path.write_bytes(workbook_bytes([SheetTable(name="levels", columns=("factor",), rows=())]))
    assert faults(path) == ["is an Excel workbook, which is not accepted here; a TOML file was wanted"]
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    assert faults(path) == ["is a compressed file, which is not accepted here; a TOML file was wanted"]
