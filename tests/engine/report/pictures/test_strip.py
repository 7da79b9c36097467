"""Dot strips: a dot where its value lies, and the band from the lowest to the highest."""

from xml.etree import ElementTree

import pytest

from engine.report.pictures.strip import StripDot, dot_strip


def test_the_band_goes_from_the_lowest_dot_to_the_highest():
    dots = [StripDot(label=str(value), value=value, figure=f"{value}") for value in (4.5, 9.3, 6.0)]
    for each in ElementTree.fromstring(f"<p>{dot_strip('alt', dots)}</p>"):
        places = [float(dot.get("cx")) for dot in each.iter("circle")]
        (band,) = each.iter("rect")
        left, width = float(band.get("x")), float(band.get("width"))
        assert (left, left + width) == (pytest.approx(min(places), abs=0.2), pytest.approx(max(places), abs=0.2))


def test_rows_with_bands_of_their_own_have_no_band_together():
    dots = [StripDot(label="all", value=5.0, figure="4 to 7", ends=(4.0, 7.0)) for _ in range(2)]
    for each in ElementTree.fromstring(f"<p>{dot_strip('alt', dots)}</p>"):
        assert not list(each.iter("rect"))
        assert len([path for path in each.iter("path") if path.get("class") == "span"]) == 2
