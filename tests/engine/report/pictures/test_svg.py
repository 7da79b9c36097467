"""What pictures are drawn with: round ticks, words that stay words, lines that break where nothing is known."""

import math

import pytest

from engine.report.pictures.svg import Axis, area, at_both_widths, line, text, tick_texts


@pytest.mark.parametrize(
    ("low", "high", "most", "wanted"),
    [
        (0.0, 35.6, 7, [0, 10, 20, 30]),
        (-0.031, 0.012, 6, [-0.03, -0.02, -0.01, 0.0, 0.01]),
        (140.0, 150.0, 5, [140, 145, 150]),
    ],
)
def test_ticks_are_a_step_of_one_two_or_five_apart(low, high, most, wanted):
    axis = Axis(low=low, high=high, start=0.0, end=100.0)
    assert axis.ticks(most) == pytest.approx(wanted)


def test_ticks_have_one_number_of_decimals_and_the_minus_sign():
    assert tick_texts([-0.5, 0.0, 0.5], signed=True) == ["\N{MINUS SIGN}0.5", "0.0", "+0.5"]
    assert tick_texts([0.0, 20_000.0]) == ["0", "20,000"]
    assert tick_texts([4.0]) == ["4"]


def test_an_axis_without_extent_has_one_tick():
    assert Axis(low=2.0, high=2.0, start=0.0, end=9.0).ticks(5) == [2.0]


def test_a_line_breaks_where_there_is_no_number():
    assert line("law", [(0.0, 1.0), (1.0, math.nan), (2.0, 3.25)]) == '<path class="law" d="M0,1M2,3.2"/>'
    assert area("band", [], []) == ""


def test_words_and_descriptions_stay_words():
    assert text("label", 1.0, 2.0, "<b>&") == '<text class="label" x="1" y="2">&lt;b&gt;&amp;</text>'
    assert "<script" not in at_both_widths('"><script>', lambda width: (1.0, ""))
