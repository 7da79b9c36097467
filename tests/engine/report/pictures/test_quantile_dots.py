"""A hundred futures: a dot each, those beyond VaR apart, one scale for all scenarios."""

from xml.etree import ElementTree

import numpy as np
import pytest

from engine.report.pictures.quantile_dots import Futures, hundred_futures

ROWS = [
    Futures(label=name, colour=k, quantiles=size * np.linspace(-2.0, 2.0, 100), value_at_risk=size * 1.97,
            shortfall=size * 2.2, words="VaR")
    for k, (name, size) in enumerate((("base", 1.0), ("<stress>", 2.0)), start=1)
]  # fmt: skip


def test_there_are_a_hundred_dots_a_scenario_and_those_beyond_var_are_apart():
    for each in ElementTree.fromstring(f"<p>{hundred_futures('alt', ROWS)}</p>"):
        counts = {path.get("class"): path.get("d").count("h0") for path in each.iter("path")
                  if path.get("class").endswith("dots")}  # fmt: skip
        beyond = [path for path in each.iter("path") if path.get("class") == "beyond dots"]
        # of a hundred even values from -2 to 2 one lies below -1.97
        assert [path.get("d").count("h0") for path in beyond] == [1, 1]
        assert (counts["future c1 dots"], counts["future c2 dots"]) == (99, 99)
        assert [text.text for text in each.iter("text") if "strong" in text.get("class")] == ["base", "<stress>"]


def test_a_mark_twice_as_far_stands_twice_as_far_from_zero():
    wide, _ = ElementTree.fromstring(f"<p>{hundred_futures('alt', ROWS)}</p>")
    marks = [float(path.get("d")[1:].partition(",")[0]) for path in wide.iter("path") if path.get("class") == "mark"]
    zero = next(float(path.get("d")[1:].partition(",")[0]) for path in wide.iter("path") if path.get("class") == "zero")
    assert (zero - marks[1]) / (zero - marks[0]) == pytest.approx(2.0, rel=0.002)  # pixels to a tenth
