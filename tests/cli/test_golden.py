"""Every command's page as it is kept: what changes it shows in a comparison of files.

`python -m tests.cli.golden_pages [COMMAND...]` draws them again.
"""

import re

import pytest

from engine.text_width import text_width
from tests.cli.golden_cases import CASES, SIMULATED
from tests.cli.golden_pages import FOLDER, golden, sections

NUMBER = re.compile(r"(?<![\w.±-])[-+]?[\d,]+\.(\d+)(?![\d.\-/])")
FILES = sorted(path.stem for path in FOLDER.glob("*.txt"))
# Tables of amounts alone: the others have levels, prices and text among their columns.
OF_AMOUNTS = ("run", "stress", "run-ja", "stress-ja")


def plain(line: str) -> str:
    return re.sub(r"~\[\d+m", "", line)


def test_every_case_has_its_file():
    assert sorted(CASES) == FILES


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SIMULATED else name for name in CASES]
)
def test_a_page_is_as_it_is_kept(name):
    assert golden(CASES[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_no_line_is_wider_than_its_page(name):
    for page, lines in sections((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items():
        width = int(page.split()[0])
        assert [line for line in lines if text_width(plain(line)) > width] == [], page


@pytest.mark.parametrize("name", FILES)
def test_minus_is_ascii_and_colours_are_on_terminals_alone(name):
    for page, lines in sections((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items():
        text = "\n".join(lines)
        assert "\N{MINUS SIGN}" not in text
        assert ("~[" in text) == page.endswith("terminal"), page
        if page.endswith("NO_COLOR"):
            coloured = sections((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))[page.removesuffix(", NO_COLOR")]
            assert [plain(line).rstrip() for line in coloured] == [line.rstrip() for line in lines]


@pytest.mark.parametrize("name", OF_AMOUNTS)
def test_decimal_points_of_a_column_are_at_one_offset(name):
    for page, lines in sections((FOLDER / f"{name}.txt").read_text(encoding="utf-8")).items():
        rows = [plain(line) for line in lines if re.match(r"(  )?[\w…-]+ +[-+\d]", plain(line))]
        points = [{text_width(row[: found.start(1)]) for found in NUMBER.finditer(row)} for row in rows]
        columns = max(points, key=len)
        assert len(rows) > 2, page
        assert [row for row, found in zip(rows, points, strict=True) if not found <= columns] == [], page
