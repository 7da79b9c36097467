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
        "",
        "book        VaR",
        "fund       1.25",
        "insurer  -12.00",
        "",
        "total     11.75",
        "",
        "VaR: a loss, positive.",
    ]


def test_in_a_pipe_the_plain_form_is_written(capsys):
    render.show(TABLE)
    assert capsys.readouterr().out == render.plain(TABLE) + "\n"


def test_on_a_terminal_every_cell_and_meaning_is_written_as_it_is(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    render.show(Table(title="T", columns=(Column(heading="[red]", meaning="m [0]"),), rows=[("[bold]1",)]))
    out = capsys.readouterr().out
    assert "[red]" in out
    assert "[bold]1" in out
    assert "m [0]" in out


def test_an_entry_gives_the_terminal_no_order(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    render.show(Table(title="\x1b[2J", columns=TABLE.columns, rows=[("a\tb", "\x1b]52;c;x\x07")], sentence="\x1b[1m"))
    render.show_text("a \x1b[2J b")
    assert "\x1b" not in capsys.readouterr().out


def test_the_largest_amount_sets_the_unit_and_a_table_keeps_one_decimal():
    scale = render.scale("JPY", [2.5e9, 4e12, 1e9])
    assert (scale.unit, scale.amount(2_512_345_678_901.0)) == ("JPY tn", "2.51")
    assert render.scale("JPY", [502.2e9]).amount(0.61e9) == "0.6"


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.975, "97.5 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")]
)
def test_percent_keeps_the_digits_that_were_given(fraction, text):
    assert render.percent(fraction) == text


@pytest.mark.parametrize(
    ("bound", "text"),
    [(0.0, "0"), (3.1e-12, "4e-12"), (5e-10, "5e-10"), (0.021, "0.03"), (0.96, "1"), (1.0, "1"), (3_277.2, "4,000")],
)
def test_a_bound_is_rounded_up_to_one_digit(bound, text):
    assert render.at_most(bound) == text


def test_columns_sets_how_long_a_line_may_be_in_a_pipe_and_on_a_terminal(capsys, monkeypatch):
    columns = (Column(heading="book", is_number=False), *(Column(heading=f"c{i}", leaves=i) for i in range(4)))
    rows = [("  life", *(f"{i}23.4 ±0.{i}" for i in range(4))), (), ("total", *"5678")]
    table = Table(title="Losses", columns=columns, rows=rows, footnote="a note of some words, and of some more of them")
    monkeypatch.setenv("COLUMNS", "40")
    for is_terminal in (False, True):
        monkeypatch.setattr("sys.stdout.isatty", lambda is_terminal=is_terminal: is_terminal)
        monkeypatch.setenv("NO_COLOR", "1")
        render.show(table)
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 40
        assert "123.4" in out
        assert "323.4" not in out
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    for width in ("200", "0", "wide"):  # wide enough, or no width
        monkeypatch.setenv("COLUMNS", width)
        render.show(table)
        assert "323.4" in capsys.readouterr().out
