"""docs/how-to/formats.md shows what the commands print, and the columns that the frames have."""

import re
import shlex
from datetime import date

import pytest

from cli.output import columns_page
from tests.conftest import ROOT
from tests.engine.report.conftest import Record

pytest.importorskip("duckdb", reason="needs the extra `store`")

TEXT = (ROOT / columns_page.PAGE).read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ unwind (.*)\n((?:.*\n)*?)```", TEXT)


def test_the_columns_are_those_of_the_frames():
    assert columns_page.with_section(TEXT) == TEXT


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    record = Record(tmp_path_factory.mktemp("record"))
    for size, night in ((3.1e9, date(2025, 5, 27)), (3.3e9, date(2025, 5, 28))):
        record.run("ten-days", night, books={"carry": size, "life": 4.7e9})
    return record.folder


def printed(line, folder, capfdbinary):
    """What a line of the page prints, in this process: stdout, or the last line of stderr where it fails."""
    from cli.main import app

    command, _, head = line.partition(" | head -")
    words = [str(folder) if word == "OUT" else word for word in shlex.split(command)]
    with pytest.raises(SystemExit) as ended:
        app(words, prog_name="unwind")
    out, err = (text.decode() for text in capfdbinary.readouterr())
    lines = (err if ended.value.code else out).splitlines(keepends=True)
    return "".join(lines[: int(head)] if head else lines)


@pytest.mark.parametrize(("line", "shown"), EXAMPLES, ids=[line[:40] for line, _ in EXAMPLES])
def test_a_command_prints_what_the_page_shows(line, shown, folder, capfdbinary):
    assert printed(line, folder, capfdbinary) == shown


def test_the_page_has_its_examples():
    assert len(EXAMPLES) == 5
