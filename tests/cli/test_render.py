import re

import pytest

from cli import render
from cli.render import Column, Table

TABLE = Table(
    title="Losses",
    columns=(Column(heading="book", is_number=False), Column(heading="VaR", meaning="a loss, positive.")),
    rows=[("fund", "1.25"), ("insurer", "-12.00"), (), ("total", "11.75")],
)


def test_plain_columns_are_aligned_and_explained():
    assert render.plain(TABLE).splitlines() == [
        "Losses",
        "book        VaR",
        "fund       1.25",
        "insurer  -12.00",
        "",
        "total     11.75",
        "  VaR: a loss, positive.",
    ]


def test_columns_stay_aligned_below_full_width_letters():
    rows = [("国債10年", "1.0"), ("JGB", "12.0")]
    lines = render.plain(Table(title="T", columns=TABLE.columns, rows=rows)).splitlines()
    assert lines[2:4] == ["国債10年   1.0", "JGB       12.0"]  # 国 and 債 and 年 take two columns each


def test_in_a_pipe_the_plain_form_is_written(capsys):
    render.show(TABLE)
    assert capsys.readouterr().out == render.plain(TABLE) + "\n"


def test_on_a_terminal_every_cell_and_meaning_is_written_as_it_is(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    render.show(Table(title="T", columns=(Column(heading="[red]", meaning="m [0]"),), rows=[("[bold]1",)]))
    out = capsys.readouterr().out
    assert "[red]" in out  # a heading, a cell and a meaning are text, never rich markup
    assert "[bold]1" in out
    assert "m [0]" in out


@pytest.mark.parametrize(
    ("values", "value", "unit", "shown"),
    [
        ([2.5e9, 4e12, 1e9], 2_512_345_678.0, "JPY bn", "2.51"),  # the middle one chooses
        ([-7.0e6], -7_000_000.0, "JPY mn", "-7.00"),
        ([0.0], 0.0, "JPY", "0.00"),
    ],
)
def test_amounts_share_the_unit_of_the_middle_one(values, value, unit, shown):
    scale = render.scale("JPY", values)
    assert (scale.unit, scale.amount(value)) == (unit, shown)


@pytest.mark.parametrize(
    ("value", "se", "shown"),
    [
        (3.1416e9, 4.2e6, "3.1416 ±0.0042"),
        (24_592_296_400.0, 31.4e9, "25 ±31"),
        (-2.5e9, 1.04e9, "-2.5 ±1.0"),
        (5e9, 2.0, "5.000000 ±0.000000"),  # never more than six decimals
        (5e9, 0.0, "5.00 ±0.00"),
        (5e9, float("inf"), "5.00 ±?"),
    ],
)
def test_an_estimate_shows_two_digits_of_its_standard_error(value, se, shown):
    assert render.scale("JPY", [3.1e9]).estimate(value, se) == shown


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.975, "97.5 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")]
)
def test_percent_keeps_the_digits_that_were_given(fraction, text):
    assert render.percent(fraction) == text


def test_a_rounded_zero_has_no_sign_and_an_unbounded_figure_is_a_question_mark():
    scale = render.scale("JPY", [5e9])
    assert scale.amount(-1.0) == "0.00"
    assert scale.amount(float("inf")) == "?"


def test_a_narrow_terminal_cuts_no_number(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    numbers = [f"{i}23,456,789.0" for i in range(1, 6)]
    render.show(Table(title="T", columns=tuple(Column(heading=f"c{i}") for i in range(5)), rows=[numbers]))
    out = capsys.readouterr().out
    assert all(number in out for number in numbers)


def test_a_table_too_wide_for_the_terminal_is_shown_in_parts_that_fit_each_with_the_rows_names(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    columns = (Column(heading="book", is_number=False), *(Column(heading=f"c{i}", meaning=f"m{i}.") for i in range(4)))
    rows = [("本" * 4, *(f"{i}23.4 ±0.{i}" for i in range(4))), (), ("total", *"5678")]
    render.show(Table(title="Losses\nof books", columns=columns, rows=rows))
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == ["Losses", "of books"]
    assert [line.split() for line in lines if "23.4" in line] == [
        ["本" * 4, "023.4", "±0.0", "123.4", "±0.1"],
        ["本" * 4, "223.4", "±0.2", "323.4", "±0.3"],
    ]
    assert [line.split() for line in lines if "total" in line] == [["total", "5", "6"], ["total", "7", "8"]]
    assert max(map(len, lines)) <= 40
    assert [line for line in lines if ": m" in line] == [f"c{i}: m{i}." for i in range(4)]  # once, for what is shown


def shown_on(width, table, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    render.show(table)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()]


def test_text_is_wrapped_at_its_words_where_a_table_is_too_wide(capsys, monkeypatch):
    heads = (("part", False), ("value", True), ("source", False))
    columns = tuple(Column(heading=name, is_number=is_number) for name, is_number in heads)
    rows = [("carry", "250", "forty trillion yen by one count"), ("impact", "0.0009", "assumption")]
    table = Table(title="T", columns=columns, rows=rows)
    assert max(map(len, shown_on(60, table, capsys, monkeypatch))) <= 60
    lines = shown_on(50, table, capsys, monkeypatch)
    assert max(map(len, lines)) <= 50
    assert [line.split() for line in lines if line.strip()][3:] == [
        ["carry", "250", "forty", "trillion", "yen", "by", "one"],
        ["count"],
        ["impact", "0.0009", "assumption"],
    ]


def test_a_part_of_a_wide_table_without_figures_has_only_rows_that_say_anything(capsys, monkeypatch):
    columns = (
        Column(heading="book", is_number=False),
        Column(heading="VaR"),
        Column(heading="verdict", is_number=False),
    )
    rows = [("base", "", "fails at 1 day: Z2, red zone; passes at 10"), ("total", "23.4", ""), ("fund", "12.3", "")]
    lines = shown_on(40, Table(title="T", columns=columns, rows=rows), capsys, monkeypatch)
    assert [line.split()[0] for line in lines if line.strip()].count("total") == 1
    assert [" ".join(line.split()) for line in lines if line][-2:] == [
        "base fails at 1 day: Z2, red zone;",
        "passes at 10",
    ]


@pytest.mark.parametrize(
    ("bound", "text"),
    [(0.0, "0"), (3.1e-12, "4e-12"), (5e-10, "5e-10"), (0.021, "0.03"), (0.96, "1"), (1.0, "1"), (3_277.2, "4,000")],
)
def test_a_bound_is_rounded_up_to_one_digit(bound, text):
    assert render.at_most(bound) == text


def test_a_figure_stands_without_an_error_that_it_does_not_have_or_that_no_digit_shows():
    scale = render.scale("JPY", [2e6])  # millions, to two decimals
    assert scale.figure(2e6, 0.0) == "2.00"
    assert scale.figure(2e6, 4_000.0) == "2.0000 ±0.0040"
    assert scale.figure(2e6, 4_000.0, scale.last_digit) == "2.00"  # half of 0.01 mn is 5,000
    assert scale.figure(2e6, 5_000.0, scale.last_digit) == "2.0000 ±0.0050"


def test_the_error_of_a_laws_table_stands_behind_the_simulations_or_behind_exact():
    scale = render.scale("JPY", [2e6])
    assert scale.with_table(2e6, 1e5, None, is_exact=False) == "2.00 ±0.10"
    assert scale.with_table(2e6, 1e5, 3e5, is_exact=False) == "2.00 ±0.10 ±0.30"
    assert scale.with_table(2e6, 0.0, 3e5, is_exact=True) == "2.00 exact ±0.30"


def test_in_a_pipe_columns_sets_how_long_a_line_may_be(capsys, monkeypatch):
    columns = (Column(heading="book", is_number=False), *(Column(heading=f"c{i}", meaning=f"m{i}.") for i in range(4)))
    rows = [("  life", *(f"{i}23.4 ±0.{i}" for i in range(4))), (), ("total", *"5678")]
    table = Table(title="Losses", columns=columns, rows=rows, footnote="a note of some words, and of some more of them")
    monkeypatch.setenv("COLUMNS", "40")
    render.show(table)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 40
    assert [line for line in lines if "life" in line] == [
        "  life  023.4 ±0.0  123.4 ±0.1",
        "  life  223.4 ±0.2  323.4 ±0.3",
    ]
    assert " ".join(" ".join(lines).split()).endswith("m3. a note of some words, and of some more of them")
    for width in ("200", "0", "wide"):  # wide enough, or no width
        monkeypatch.setenv("COLUMNS", width)
        render.show(table)
        assert capsys.readouterr().out == render.plain(table) + "\n"


def test_in_a_pipe_text_is_wrapped_and_a_number_is_not(capsys, monkeypatch):
    columns = (Column(heading="part", is_number=False), Column(heading="source", is_number=False))
    monkeypatch.setenv("COLUMNS", "40")
    render.show(
        Table(title="T", columns=columns, rows=[("carry", "forty trillion yen by one count, and half by another")])
    )
    assert capsys.readouterr().out.splitlines()[2:] == [
        "carry  forty trillion yen by one",
        "       count, and half by another",
    ]
    render.show(Table(title="T", columns=(columns[0], Column(heading="n")), rows=[("carry", "9" * 50)]))
    assert "9" * 50 in capsys.readouterr().out
