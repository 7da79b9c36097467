import pandas as pd
import pytest

import unwind_risk as uw
from unwind_risk.api.book import book_of
from unwind_risk.api.given import files_of
from unwind_risk.api.market import market_of
from unwind_risk.api.scenario import scenario_of


@pytest.mark.parametrize(("ask", "message"), [
    (lambda: book_of("carry-fnd"), "book: there is no file 'carry-fnd', nor a bundled one; did you mean 'carry-fund'?"),
    (lambda: book_of(pd.DataFrame()), "book: must be a Book, a path, or a bundled name, got DataFrame; uw.Book makes"),
    (lambda: book_of([3]), "book: must be a Book, a path, or a bundled name, got int"),
    (lambda: market_of("2025-05-27"), "market: there is no file '2025-05-27', nor a bundled one; did you mean"),
    (lambda: market_of(3), "market: must be a Market, a path"),
    (lambda: market_of("nowhere/m.toml"), "nowhere/m.toml: no such file"),
    (lambda: scenario_of("bse"), "no scenario is called 'bse'; did you mean 'base'?"),
    (lambda: scenario_of(3), "scenario: must be a Scenario, a path"),
])  # fmt: skip
def test_what_is_none_of_these_is_refused_with_the_way_out(ask, message):
    with pytest.raises(uw.InputError) as refusal:
        ask()
    assert message in str(refusal.value)


def test_a_folder_stands_for_its_files_by_name(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder").mkdir()
    assert files_of(tmp_path) == (tmp_path / "a.csv", tmp_path / "b.csv")
    assert files_of([tmp_path / "b.csv"]) == (tmp_path / "b.csv",)
    with pytest.raises(uw.InputError, match="history: there is no file in "):
        files_of(tmp_path / "folder")
