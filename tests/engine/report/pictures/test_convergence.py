"""Convergence: an estimate a dot, an interval where it is bounded, ten times the paths a step of one length."""

from xml.etree import ElementTree

import numpy as np
import pytest

from engine.report.pictures.convergence import convergence


def test_tens_of_paths_are_even_steps_and_an_open_interval_is_not_drawn():
    values, low, high = np.array([3.0, 2.0, 2.2]), np.array([1.0, 1.5, 2.0]), np.array([np.nan, 2.5, 2.4])
    found = convergence("alt", [100, 1000, 10_000], values, low, high, (100_000, 2.1), "2.1")
    for each in ElementTree.fromstring(f"<p>{found}</p>"):
        places = [float(dot.get("cx")) for dot in each.iter("circle")]
        assert np.diff(places) == pytest.approx([places[1] - places[0]] * 3, abs=0.2)  # pixels to a tenth
        interval = next(path for path in each.iter("path") if path.get("class") == "interval")
        assert interval.get("d").count(",") == 4  # two ends above, two below
        assert "nan" not in ElementTree.tostring(each).decode().lower()
