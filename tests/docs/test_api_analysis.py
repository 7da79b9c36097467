"""The examples of the page on the API's analyses print what the page shows."""

import doctest
import re

import pytest

from engine.analysis.whatif import kept_pnl
from tests.engine.explain.two_nights import plain_market, record_night
from tests.source_files import ROOT
from tests.test_api_page import failures

PAGE = ROOT / "docs" / "how-to" / "api-analysis.md"


def code():
    return "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.slow  # a run, a calibration, a backtest and a night
def test_the_page_prints_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "kept" / "books")
    names = {"folder": record_night(tmp_path / "night", plain_market()).parent}
    assert failures(doctest.DocTestParser().get_doctest(code(), names, PAGE.name, str(PAGE), 0)) == ""


@pytest.mark.parametrize("name", ["explain", "replay", "whatif", "hedge", "reverse", "calibrate", "backtest", "Record"])
def test_every_function_has_an_example(name):
    assert f"uw.{name}(" in code()
