"""Valuation dates by rule: the newest that has its files, and the business day before a time zone's today."""

from datetime import UTC, date, datetime

import pytest

import engine.inputs.batch as batch_file
from engine.errors import InputError
from engine.inputs.batch import read_batch
from engine.inputs.batch_dates import NightDate, files_of_day, last_date, paths_like, previous_date

TOKYO = "Asia/Tokyo"


def at(text: str) -> datetime:
    """A time of Tokyo, by the clock of the machine."""
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2025-05-28 10:15", "2025-05-27"),
        ("2025-05-28 00:01", "2025-05-27"),  # in UTC it is still the 27th
        ("2025-06-02 10:15", "2025-05-30"),  # Monday: Friday
        ("2025-05-31 10:15", "2025-05-30"),  # Saturday
        ("2025-05-27 10:15", "2025-05-23"),  # after Memorial Day, of New York alone
        ("2025-05-07 10:15", "2025-05-02"),  # after Golden Week
        ("2026-01-05 10:15", "2025-12-30"),  # Tokyo is closed from 31 December to 3 January
    ],
)
def test_previous_is_the_business_day_of_both_markets_before_the_zone_s_day(now, wanted):
    assert previous_date(TOKYO, at(now)).day == date.fromisoformat(wanted)


def test_previous_looks_at_the_zone_and_not_at_the_machine():
    now = at("2025-05-28 08:00")  # 19:00 of the 27th in New York
    assert previous_date("America/New_York", now).day == date(2025, 5, 23)
    assert previous_date(TOKYO, now).day == date(2025, 5, 27)


def test_on_a_holiday_there_need_be_no_market_yet_and_on_a_business_day_there_must():
    assert "Monday 2025-05-05 is no business day" in str(previous_date(TOKYO, at("2025-05-05 10:15")).why_none())
    assert previous_date(TOKYO, at("2025-05-07 10:15")).why_none() is None
    assert "Tuesday 2025-05-06 was no business day" in str(previous_date(TOKYO, at("2025-05-07 10:15")).when_recorded)
    assert previous_date(TOKYO, at("2025-05-28 10:15")).when_recorded is None


def test_a_date_on_the_command_may_be_a_holiday_and_one_in_the_file_is_meant():
    assert "2025-05-05 is no business day" in str(NightDate(day=date(2025, 5, 5), is_on_command=True).why_none())
    assert NightDate(day=date(2025, 5, 5)).why_none() is None
    assert NightDate(day=date(2025, 5, 2), is_on_command=True).why_none() is None


@pytest.fixture
def files(tmp_path):
    for day in ("2025-05-26", "2025-05-27", "2025-05-28"):
        (tmp_path / "markets").mkdir(exist_ok=True)
        (tmp_path / "markets" / f"{day}.toml").touch()
    (tmp_path / "markets" / "2025-13-01.toml").touch()  # no day
    (tmp_path / "markets" / "2025-05-29.toml.part").touch()
    for day in ("2025-05-27", "2025-05-26"):
        (tmp_path / "books" / day).mkdir(parents=True)
        (tmp_path / "books" / day / "rates.csv").touch()
    return tmp_path


def test_last_is_the_newest_day_that_has_market_and_books_and_says_what_it_passed_over(files):
    found = last_date(f"{files}/markets/{{date}}.toml", ["books/{date}/*.csv"], files)
    assert found.day == date(2025, 5, 27)
    assert f"2025-05-28 has no {files}/books/2025-05-28/*.csv" in str(found.notice)
    assert last_date(f"{files}/markets/{{date}}.toml", [], files).day == date(2025, 5, 28)


def test_a_date_that_stands_twice_in_a_path_is_one_date(tmp_path):
    for folder, name in (("2025-05-27", "2025-05-27"), ("2025-05-28", "2025-05-26")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"m-{name}.toml").touch()
    assert last_date(f"{tmp_path}/{{date}}/m-{{date}}.toml", [], tmp_path).day == date(2025, 5, 27)


@pytest.mark.parametrize(
    ("market", "books", "said"),
    [("m.toml", [], "put {date} in its name"), ("none/{date}.toml", [], "no day has a market like")],
)
def test_last_without_files_is_refused(tmp_path, market, books, said):
    with pytest.raises(InputError, match=said):
        last_date(f"{tmp_path}/{market}", books, tmp_path)


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(InputError, match="no time zone called 'Tokyo/Asia'"):
        previous_date("Tokyo/Asia", at("2025-05-28 10:15"))


def test_rules_replace_the_dates_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_file, "utc_now", lambda: at("2025-05-28 10:15"))
    (tmp_path / "m-2025-05-21.toml").touch()
    path = tmp_path / "b.toml"
    path.write_text('out = "o"\nmarket = "m-{date}.toml"\ndate = 2025-01-06\n[[books]]\npath = "b.csv"\n'
                    '[[runs]]\nname = "a"\n')  # fmt: skip
    assert read_batch(path).dates == (date(2025, 1, 6),)
    assert read_batch(path, ["previous"], zone=TOKYO).dates == (date(2025, 5, 27),)
    assert read_batch(path, ["last", "2025-05-20"]).dates == (date(2025, 5, 21), date(2025, 5, 20))
    with pytest.raises(InputError, match="2025-05-21 is there twice"):
        read_batch(path, ["last", "2025-05-21"])
    with pytest.raises(InputError, match="or 'last' or 'previous'"):
        read_batch(path, ["newest"])


def test_a_pattern_may_name_a_sheet_of_each_file(tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        (tmp_path / name).touch()
    assert paths_like("*.xlsx#円債", tmp_path) == [tmp_path / "one.xlsx#円債", tmp_path / "two.xlsx#円債"]
    assert files_of_day("one.xlsx#円債", date(2025, 5, 28), tmp_path) == [tmp_path / "one.xlsx#円債"]
    assert files_of_day("three.xlsx#円債", date(2025, 5, 28), tmp_path) == []
