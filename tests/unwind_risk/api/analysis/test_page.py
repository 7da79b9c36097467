"""A result in a notebook: words, then a table in one unit."""

import pandas as pd

from unwind_risk.api.analysis.page import page


def test_amounts_are_cut_to_one_unit_and_words_come_first():
    frame = pd.DataFrame({"book": ["a & b", "c"], "value": [2.5e9, -1.234e9]})
    shown = page("Losses", frame, amounts=("value",), currency="JPY", text="x < y")
    assert shown.startswith("<p>x &lt; y</p><p><b>Losses, JPY bn</b></p>")
    assert "<td>-1.23</td>" in shown
    assert "a &amp; b" in shown
    assert frame["value"].tolist() == [2.5e9, -1.234e9]


def test_a_table_without_amounts_has_no_unit():
    assert "<b>Ways</b>" in page("Ways", pd.DataFrame({"way": [1]}))
