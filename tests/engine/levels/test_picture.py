"""Pictures are written whole, alike each time, and refused early."""

import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.inputs.history.recent_weeks import recent_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.fans import fans
from engine.levels.picture import JAPANESE_FONTS, check_picture, draw, font_warning
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend


def test_a_picture_of_another_kind_is_refused():
    with pytest.raises(InputError, match=r"must end in \.png, \.svg or \.pdf"):
        check_picture(Path("fan.gif"))


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install 'unwind-risk\[plot\]'"):
        check_picture(Path("fan.png"))


@pytest.mark.parametrize("history", [True, False])
def test_a_picture_shows_titles_units_and_months_and_has_the_same_bytes_each_time(tmp_path, history):
    pytest.importorskip("matplotlib")
    market = load_market(bundled_market_path())
    walk = walk_of(load_scenario("article-2025"), market, n_days=5, seed=1, backend=NumbaBackend())
    past = recent_history(market.valuation_date) if history else None
    found = fans(walk, PathRange(first=0, n=200), past, lambda done, wanted: None)
    out = tmp_path / "fan.svg"
    draw(walk, found, "a title", "a caption", out)
    text = out.read_text(encoding="utf-8")
    for word in ("a title", "a caption", "JGB 40 years", "USD/JPY", "par yield, % a year", "yen for one dollar"):
        assert word in text
    assert ("published" in text) == history
    first = out.read_bytes()
    draw(walk, found, "a title", "a caption", out)
    assert out.read_bytes() == first
    assert list(tmp_path.iterdir()) == [out]


def test_letters_that_no_font_has_are_said_once_with_the_way_out(monkeypatch):
    pytest.importorskip("matplotlib")
    from matplotlib.font_manager import fontManager

    monkeypatch.setattr(fontManager, "ttflist", [each for each in fontManager.ttflist if "DejaVu" in each.name])
    assert f"install one such as {JAPANESE_FONTS[0]}, or write .svg" in (font_warning("円高", Path("a.png")) or "")
    for text, name in (("円高", "a.svg"), ("Zürich ±", "a.png"), ("plain", "a.pdf")):
        assert font_warning(text, Path(name)) is None
