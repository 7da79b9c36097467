"""Pictures: the page's colours, no ids in each other's way, the same bytes each time."""

import re
import warnings
from xml.etree import ElementTree

import matplotlib
import numpy as np

from engine.report.pictures.charts import Bar, books
from engine.report.pictures.svg import draw

BARS = [Bar(label=name, value=2.0, se=0.1, marks=(2.4,)) for name in ("$a$", "<b>&", "生命保険")]


def picture(key: str = "one") -> str:
    return str(books(key, "What is shown", BARS, ("VaR", "ES"), "JPY billion"))


def test_the_same_figure_gives_the_same_bytes_whatever_the_users_settings_are():
    first = picture()
    with matplotlib.rc_context({"axes.grid": False, "font.size": 20.0, "svg.fonttype": "path"}):
        assert picture() == first


def test_ids_are_the_charts_own():
    ids = [set(re.findall(r' id="([^"]+)"', picture(key))) for key in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert all(each.startswith("one-") for each in ids[0])
    used = re.findall(r'(?:url\(#|href="#)([^")]+)', picture())
    assert set(used) == ids[0]


def test_colours_are_the_styles_variables():
    found = picture()
    assert "var(--s1)" in found
    assert set(re.findall(r"#[0-9a-fA-F]{6}", found)) <= {"#ffffff"}
    assert "<style" not in found
    assert "<metadata" not in found


def test_names_are_text_as_they_are():
    found = picture()
    tree = ElementTree.fromstring(found.replace("xlink:href", "href"))
    assert {"$a$", "<b>&", "生命保険"} <= {each.text for each in tree.iter("text")}
    assert tree.get("aria-label") == "What is shown"


def test_a_description_cannot_leave_its_attribute():
    found = str(draw("k", '"><script>', 1.0, lambda figure: figure.subplots()))
    assert "<script" not in found


def test_no_warning_is_left_to_the_caller():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "NaN" not in picture()
    assert np.isfinite(BARS[0].value)
