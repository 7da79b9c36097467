import pandas as pd
import pytest

import unwind_risk as uw
from unwind_risk.api.book import book_of
from unwind_risk.api.given import files_of, in_keywords
from unwind_risk.api.market import market_of
from unwind_risk.api.scenario import scenario_of


@pytest.mark.parametrize(("ask", "message"), [
    (lambda: book_of("carry-fnd"), "book: there is no file 'carry-fnd', nor a bundled one; did you mean 'carry-fund'?"),
    (lambda: book_of(3), "book: must be a Book, a DataFrame, positions, a path, or a bundled name, got int; uw.Book"),
    (lambda: book_of([3]), "book: must be a Book, a DataFrame, positions, a path, or a bundled name, got int"),
    (lambda: book_of([None]), "a bundled name, got NoneType"),
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
    with pytest.raises(uw.InputError, match=r"a folder of them, got DataFrame; .* frame\.to_csv\('history\.csv'"):
        files_of(pd.DataFrame())


def test_a_book_is_taken_as_an_object_a_frame_or_positions():
    one, two = (uw.positions.CASH(name, 1e6, currency="JPY") for name in "ab")
    book = uw.Book.of(one, two)
    assert book_of(book) == book_of([one, two]) == book_of(book.to_frame()) == book
    assert book_of(one) == uw.Book.of(one)
    assert book_of([uw.Book.of(one, name="desk"), "carry-fund"]).paths == ()


@pytest.mark.parametrize("made", [uw.Book, uw.Market, uw.Scenario])
def test_a_class_that_is_called_says_what_makes_one(made):
    for arguments in ((), ("2025-05-28",)):
        with pytest.raises(TypeError, match=rf"{made.__name__} is not called; {made.__name__}\.\w+\(.* makes one"):
            made(*arguments)


@pytest.mark.parametrize(("call", "keyword", "meant"), [
    (uw.run, "scenario", "scenarios"), (uw.stress, "curency", "currency"), (uw.simulate, "horizon_day", "horizon_days"),
])  # fmt: skip
def test_a_mistyped_keyword_is_refused_with_what_may_be_meant(call, keyword, meant):
    with pytest.raises(TypeError, match=rf"no keyword '{keyword}'; did you mean '{meant}'\?"):
        call(**{keyword: 1})


def test_a_program_reads_of_its_keywords():
    with pytest.raises(uw.InputError) as refusal:
        uw.reverse(uw.Book.bundled("carry-fund"), 1e9, given="USDJPY")
    assert str(refusal.value).startswith("given must be a factor")
    said = "--es-most is an amount, --other is none; `unwind hedge --es-most 1e9`"
    assert (
        in_keywords(said, {"es_most": "es_most"})
        == "es_most is an amount, --other is none; `unwind hedge --es-most 1e9`"
    )


def test_an_option_that_is_called_otherwise_here_becomes_its_keyword():
    with pytest.raises(uw.InputError, match=r"^levels must be a factor, <= or >=, and a level"):
        uw.simulate("base", paths=100, horizon_days=1).touch("USDJPY")
    said = "holds the runs a, b; choose one with --run NAME"
    assert in_keywords(said, {"run": "name"}) == "holds the runs a, b; choose one with name NAME"
