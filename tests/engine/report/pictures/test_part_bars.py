"""Bars at two widths: the same figures on both, each bar where its amount says, and names that stay names."""

from xml.etree import ElementTree

import pytest

from engine.report.pictures.part_bars import PartBar, part_bars

MINUS = "\N{MINUS SIGN}"
BARS = (
    PartBar(label="<b>&", value=8.0, figure="+8.0", error=0.5),
    PartBar(label="hedge", value=-2.0, figure=f"{MINUS}2.0"),
    PartBar(label="VaR 99 %", value=6.0, figure="6.0", is_sum=True),
)


@pytest.fixture(scope="module")
def pictures():
    return ElementTree.fromstring(f"<p>{part_bars('What is shown', BARS)}</p>").findall("svg")


def test_both_widths_show_the_same_figures_with_their_signs(pictures):
    assert [each.get("class") for each in pictures] == ["wide-picture", "narrow"]
    for each in pictures:
        assert each.get("aria-label") == "What is shown"
        shown = [text.text for text in each.iter("text")]
        assert shown == ["<b>&", "+8.0", "hedge", f"{MINUS}2.0", "VaR 99 %", "6.0"]


def test_a_bar_is_as_long_as_its_amount_and_lies_on_its_side_of_zero(pictures):
    for each in pictures:
        zero = float(each.find("path[@class='zero']").get("d").removeprefix("M").partition(",")[0])
        adds, takes_off, whole = each.iter("rect")
        lengths = [float(bar.get("width")) for bar in (adds, takes_off, whole)]
        # pixels are written to a tenth
        assert lengths[1] / lengths[0] == pytest.approx(0.25, abs=0.002)
        assert lengths[2] / lengths[0] == pytest.approx(0.75, abs=0.002)
        assert float(adds.get("x")) == pytest.approx(zero, abs=0.11)
        assert float(takes_off.get("x")) + lengths[1] == pytest.approx(zero, abs=0.11)
        assert [bar.get("class") for bar in (adds, takes_off, whole)] == ["adds", "takes-off", "sum"]


def test_nothing_lies_outside_the_picture(pictures):
    for each in pictures:
        _, _, width, height = map(float, each.get("viewBox").split())
        for bar in each.iter("rect"):
            assert 0.0 <= float(bar.get("x")) <= float(bar.get("x")) + float(bar.get("width")) <= width - 40.0
            assert float(bar.get("y")) + float(bar.get("height")) <= height


def test_a_description_cannot_leave_its_attribute():
    assert "<script" not in part_bars('"><script>', BARS)
