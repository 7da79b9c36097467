"""A waterfall: parts one after another, and the total where they end."""

from xml.etree import ElementTree

import pytest

from engine.report.pictures.part_bars import PartBar
from engine.report.pictures.waterfall import waterfall

PARTS = [PartBar(label=name, value=value, figure=f"{value:+}") for name, value in (("JGB", 8.0), ("FX", -3.0))]
TOTAL = PartBar(label="VaR", value=5.0, figure="5.0", is_sum=True)


def test_each_bar_begins_where_the_one_above_it_ends():
    for each in ElementTree.fromstring(f"<p>{waterfall('alt', PARTS, TOTAL)}</p>"):
        ends = [(float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))) for bar in each.iter("rect")]
        adds, takes_off, whole = ends
        assert takes_off[1] == pytest.approx(adds[1], abs=0.11)  # pixels are written to a tenth
        assert whole == (pytest.approx(adds[0], abs=0.11), pytest.approx(takes_off[0], abs=0.11))
        assert [text.text for text in each.iter("text") if text.get("class").startswith("figure")] == [
            "+8.0", "-3.0", "5.0",
        ]  # fmt: skip
