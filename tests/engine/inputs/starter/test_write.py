"""A folder to start from: it is read without an error or a warning of its own, and overwrites nothing."""

import pytest

from engine.backtest.kept_backtest import read_backtest
from engine.book.check import check_book
from engine.errors import InputError
from engine.inputs.batch import read_batch
from engine.inputs.book.load import bundled_book_path, load_book
from engine.inputs.market.load import bundled_market_path, load_market, market_warnings
from engine.inputs.scenario.load import read_scenario
from engine.inputs.starter.write import write_general_account, write_starter


def test_every_file_is_read_and_all_are_of_one_date(tmp_path):
    folder = tmp_path / "desk"
    written = write_starter(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)
    market = load_market(folder / "market.toml")
    assert market.filtered is not None  # its rows lie beside it
    assert market_warnings(market) == market_warnings(load_market(bundled_market_path()))
    checked = check_book(load_book(folder / "book.csv", market.valuation_date), market)
    assert [total.book for total in checked.books] == ["rates", "liabilities"]
    assert checked.warnings == ()
    assert read_scenario(folder / "scenario.toml").title == "JGB yields up, yen stronger"
    batch = read_batch(folder / "batch.toml")
    assert batch.dates == (market.valuation_date,)
    assert [limit.name for limit in batch.limits] == ["ten-day VaR", "yen DV01 of a book"]
    assert batch.limit_faults == ()
    assert len((folder / "README.md").read_text(encoding="utf-8").splitlines()) == 5


def test_nothing_is_overwritten_and_nothing_written_beside_it(tmp_path):
    (tmp_path / "batch.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds batch.toml already, and nothing is overwritten; name a new folder"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["batch.toml"]
    assert (tmp_path / "batch.toml").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_starter(tmp_path / "file" / "desk")


def test_what_was_begun_is_gone_where_a_later_file_cannot_be_written(tmp_path, monkeypatch):
    later = {"made/market.toml": b"", "absent/deep/market.toml": b""}
    monkeypatch.setattr("engine.inputs.starter.write._market", lambda: later)
    with pytest.raises(InputError, match=r"absent/deep' cannot be written"):
        write_starter(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_general_account_has_two_nights_that_load_and_limits_of_both_kinds(tmp_path):
    written = write_general_account(tmp_path / "ga")
    folder = tmp_path / "ga"
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    batch = read_batch(folder / "batch.toml")
    assert [day.isoformat() for day in batch.dates] == ["2025-05-27", "2025-05-28"]
    assert batch.limit_faults == ()
    assert {limit.kind for limit in batch.limits} == {"hard", "soft"}
    for day in batch.dates:
        market = load_market(folder / "markets" / f"{day}.toml")
        assert market.filtered is not None
        assert market.filtered.loop is not None  # of the run with a band of parameters
        assert market_warnings(market) == ()
        book = load_book(folder / "books" / f"{day}.csv", day)
        assert check_book(book, market).warnings == ()  # the market moves all that the book holds
    assert (folder / "books" / "2025-05-28.csv").read_bytes() == bundled_book_path("general-account").read_bytes()
    kept = read_backtest(folder / "backtest")
    assert {verdict.scope for verdict in kept.verdicts} == {"total", "GA-JGB", "GA-USD", "FX-HEDGE", "FUNDING"}
    assert (kept.first, kept.last) == ("2024-05-01", "2025-05-28")
