"""Fans: bands, a median, what was, and the tail's mean, none of the figures over another."""

from xml.etree import ElementTree

import numpy as np

from engine.report.pictures.fans import Fan, fans

LEVELS = np.array([[2.0, 1.0], [2.0, 2.1], [2.0, 3.0]])


def fan(**others):
    given = {"title": "JGB, %", "levels": LEVELS, "ends": ("3.00", "1.00"), "past": np.array([1.9, 2.1, 2.0]),
             "low": 0.5, "high": 3.5, "tail_mean": 2.98, "tail_figure": "2.98"}  # fmt: skip
    return Fan(**(given | others))


def kinds(found):
    return [[path.get("class") for path in each.iter("path")] for each in ElementTree.fromstring(f"<p>{found}</p>")]


def test_a_panel_has_a_band_a_median_and_what_was():
    for found in kinds(fans("alt", [fan()], 1, "28 May", "+10 d")):
        assert (found.count("band"), found.count("median"), found.count("past")) == (1, 1, 1)
    for found in kinds(fans("alt", [fan(past=np.array([]))], 1, "28 May", "+10 d")):
        assert "past" not in found


def test_the_tails_mean_is_a_dot_whose_figure_covers_no_other():
    for each in ElementTree.fromstring(f"<p>{fans('alt', [fan()], 1, '28 May', '+10 d')}</p>"):
        heights = {text.text: float(text.get("y")) for text in each.iter("text") if text.text in ("3.00", "2.98")}
        assert abs(heights["3.00"] - heights["2.98"]) >= 12.0
        assert len(list(each.iter("circle"))) == 1
