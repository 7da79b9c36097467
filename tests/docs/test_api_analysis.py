"""The examples of the page on the API's analyses, run one after the other, print what stands below them."""

import contextlib
import io
import re

import pandas as pd
import pytest

from engine.analysis.whatif import kept_pnl
from tests.engine.explain.two_nights import plain_market, record_night
from tests.source_files import ROOT

PAGE = ROOT / "docs" / "api-analysis.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    """Each example with what the page says that it prints; None: nothing stands below it."""
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for (kind, code), (after, text) in zip(found, [*found[1:], ("", "")], strict=True):
        if kind == "python":
            yield code, text if after == "text" else ""


@pytest.mark.slow  # a run, a calibration, a backtest and a night
def test_every_example_prints_what_stands_below_it(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(kept_pnl, "cache_folder", lambda: tmp_path / "kept" / "books")
    names = {"folder": record_night(tmp_path / "night", plain_market()).parent}
    for code, wanted in blocks():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), pd.option_context("display.width", 120):
            exec(compile(code, str(PAGE), "exec"), names)
        assert printed.getvalue() == wanted, code


def test_there_is_an_example_for_every_function():
    code = "".join(code for code, _ in blocks())
    for name in ("explain", "replay", "whatif", "hedge", "reverse", "calibrate", "backtest", "Record"):
        assert f"uw.{name}(" in code
