import re

import pytest

from cli.output.layout import laid_out, widest
from cli.output.page import Page
from cli.output.table import Column, Table
from engine.text_width import text_width

COLUMNS = (
    Column(heading="", is_number=False),
    Column(heading="value", leaves=2),
    Column(heading="VaR 99 %"),
    Column(heading="ES 99 %", leaves=1),
)
TABLE = Table(
    title="Losses",
    unit="JPY bn",
    sentence="One time in 100 it loses 15.3 or more.",
    columns=COLUMNS,
    rows=[
        ["base: passes"],
        ["  total", "502.2", "15.3 ±0.1", "17.4 ±0.1"],
        ["  GA-JGB", "427.8", "14.4", "16.5"],
        ["  a-book-with-a-long-name", "1.4", "-2.6", "3.0"],
    ],
)


def lines(table: Table, width: int | None, **kind: bool) -> list[str]:
    return laid_out(table, Page(width=width, **kind))


def test_sentence_table_and_errors_in_a_column_of_their_own():
    assert lines(TABLE, 80) == [
        f"Losses{' ' * 68}JPY bn",
        "",
        "One time in 100 it loses 15.3 or more.",
        "",
        "                           value  VaR 99 %       ES 99 %",
        "base: passes",
        "  total                    502.2      15.3 ±0.1     17.4 ±0.1",
        "  GA-JGB                   427.8      14.4          16.5",
        "  a-book-with-a-long-name    1.4      -2.6           3.0",
    ]


@pytest.mark.parametrize("width", [24, 30, 40, 46, 50, 60, 80, 120])
def test_no_line_is_wider_than_its_page_and_points_of_a_column_are_at_one_offset(width):
    shown = lines(TABLE, width)
    assert widest(shown) <= width
    rows = [line for line in shown if line.startswith("  ") and "." in line]
    points = [{found.start() for found in re.finditer(r"(?<![±\d.])[-\d][\d,]*(?=\.)", line)} for line in rows]
    ends = [{found.end() for found in re.finditer(r"(?<!±)\b[\d,]+(?=\.\d)", line)} for line in rows]
    assert len(points) == 3
    assert ends[0] == ends[1] == ends[2]


def test_on_a_narrow_page_names_are_cut_then_value_and_es_leave_and_errors_last():
    shown = {width: "\n".join(lines(TABLE, width)) for width in (61, 60, 55, 48, 34, 22)}
    assert "a-book-with-a-long-name" in shown[61]
    assert "a-book-w…long-name" in shown[60]
    assert ["value" in shown[width] for width in (60, 55)] == [True, False]
    assert ["ES 99 %" in shown[width] for width in (55, 48)] == [True, False]
    assert ["±0.1" in shown[width] for width in (34, 22)] == [True, False]


def test_columns_that_may_not_leave_are_named_where_they_have_no_room():
    columns = (Column(heading="", is_number=False), *(Column(heading=f"scenario-{k}") for k in range(9)))
    table = Table(title="", columns=columns, rows=[["total", *(f"{k}.5" for k in range(9))]])
    shown = lines(table, 40)
    assert widest(shown) <= 40
    note = " ".join(" ".join(shown).partition("Not shown in 40 columns: ")[2].split())
    assert note.endswith("scenario-8. --format csv has them.")


def test_columns_of_nothing_but_zeros_are_left_out_and_all_stay_where_there_is_nothing_else():
    columns = (Column(heading="book", is_number=False), Column(heading="VaR"), Column(heading="shock"))
    table = Table(title="", columns=columns, rows=[["a", "1.0 ±0.1", "0.0"], ["b", "2.0", "-"]])
    assert "shock" not in "\n".join(lines(table, 80))
    nothing = Table(title="", columns=columns, rows=[["a", "0.0", "0.00 ±0.00"]])
    assert "shock" in "\n".join(lines(nothing, 80))


def test_text_is_wrapped_and_a_number_keeps_its_unit_and_its_error():
    columns = (Column(heading="what", is_number=False), Column(heading="found", is_number=False))
    rows = [["backend", "cannot run: 97.5 % of what it needs is not installed; pip install it"]]
    shown = lines(Table(title="", columns=columns, rows=rows), 40)
    assert widest(shown) <= 40
    assert "97.5 %" in "\n".join(shown)


def test_columns_stay_aligned_below_full_width_letters():
    rows = [["国債10年", "1.0"], ["JGB", "12.0"]]
    table = Table(title="", columns=(Column(heading="", is_number=False), Column(heading="n")), rows=rows)
    assert [text_width(line) for line in lines(table, 80)] == [14, 14, 14]
    assert widest(lines(table, 12)) <= 12


def test_a_terminal_has_colours_beside_words_and_no_color_has_none():
    table = Table(
        title="T",
        columns=(Column(heading="", is_number=False), Column(heading="n"), Column(heading="state", is_number=False)),
        rows=[["total", "1.0 ±0.1", "HARD"], ["GA", "2.0", "ok"]],
    )
    coloured = "\n".join(lines(table, 80, is_terminal=True, has_colour=True))
    assert "\x1b[31mHARD\x1b[0m" in coloured or "\x1b[1m" in coloured
    assert "\x1b[32mok\x1b[0m" in coloured
    assert "\x1b[2m ±0.1\x1b[0m" in coloured
    assert "\x1b" not in "\n".join(lines(table, 80, is_terminal=True))
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in coloured.split("\n")] == lines(table, 80, is_terminal=True)


def test_bars_stand_on_wide_terminals_alone():
    table = Table(
        title="",
        columns=(Column(heading="", is_number=False), Column(heading="adds")),
        rows=[["GA-JGB", "+13.5"], ["OVERLAY", "-2.3"]],
        bars=(13.5, -2.3),
    )
    wide = lines(table, 120, is_terminal=True)
    assert wide[-2].count("█") > 5 * wide[-1].count("█") > 0
    assert wide[-2].index("│") == wide[-1].index("│")
    for shown in (lines(table, 99, is_terminal=True), lines(table, 120)):
        assert "█" not in "\n".join(shown)
