"""Books with a file of each date: found as batches find them, named without the date, refused by name."""

from datetime import date
from pathlib import Path

import pytest

from engine.backtest.walk.dated_books import dated_books, is_dated
from engine.backtest.walk.walk_days import BookWalk, forecasts_of, walk_day
from engine.errors import InputError
from kernels.numba.backend import NumbaBackend
from tests.engine.backtest.synthetic import usual

HEAD = "position_id,kind,currency,notional,coupon,maturity\n"
DAYS = [date(2016, 3, day) for day in (1, 2, 3)]


def dollars(path: Path, amount: float) -> Path:
    """A book of dollars in cash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}USD,CASH,USD,{amount},,\n", encoding="utf-8")
    return path


def test_files_are_found_by_date_in_a_path_a_glob_or_a_folder(tmp_path):
    for day in DAYS[:2]:
        dollars(tmp_path / "flat" / f"{day}.csv", 1e6)
        dollars(tmp_path / "deep" / str(day) / "carry.csv", 1e6)
        dollars(tmp_path / "deep" / str(day) / "insurer.csv", 1e6)
        dollars(tmp_path / "named" / f"carry-{day}.csv", 1e6)
    (tmp_path / "flat" / "notes.txt").write_text("not a book")
    for path, names in (
        (tmp_path / "flat", ["flat"]),
        (tmp_path / "flat" / "{date}.csv", ["flat"]),
        (tmp_path / "deep" / "{date}" / "*.csv", ["carry", "insurer"]),
        (tmp_path / "named" / "carry-{date}.csv", ["carry"]),
    ):
        assert is_dated(path)
        found = dated_books([path], DAYS)
        assert [name for name, _ in found.files[DAYS[0]]] == names
        assert [found.has(day) for day in DAYS] == [True, True, False]
    assert not is_dated(tmp_path / "flat" / f"{DAYS[0]}.csv")


def test_a_date_that_lacks_one_of_its_files_is_refused_and_so_are_dates_without_any(tmp_path):
    dollars(tmp_path / "a" / f"{DAYS[0]}.csv", 1.0)
    paths = [tmp_path / "a" / "{date}.csv", tmp_path / "b" / "{date}.csv"]
    with pytest.raises(InputError, match=r"2016-03-01 has a book like .*a/\{date\}.csv and none like .*b/\{date\}"):
        dated_books(paths, DAYS)
    with pytest.raises(InputError, match=r"no joint date from 2016-03-02 to 2016-03-03 has a file like"):
        dated_books(paths, DAYS[1:])


def test_the_digest_is_of_every_file_and_its_date(tmp_path):
    path = dollars(tmp_path / f"{DAYS[0]}.csv", 1.0)
    before = dated_books([tmp_path], DAYS).sha256
    path.write_text(path.read_text().replace("1.0", "2.0"))
    changed = dated_books([tmp_path], DAYS).sha256
    path.rename(tmp_path / f"{DAYS[1]}.csv")
    assert len({before, changed, dated_books([tmp_path], DAYS).sha256}) == 3


def test_on_each_date_its_own_book_is_valued(tmp_path):
    found = usual()
    places = [520, 521]
    days = [found.joint.day(place) for place in places]
    for day, amount in zip(days, (1e6, -2e6), strict=True):
        dollars(tmp_path / f"{day}.csv", amount)
    walk = BookWalk(
        history=found.joint,
        pattern=found.pattern,
        book=dated_books([tmp_path / "{date}.csv"], days),
        laws=("historical-250",),
        horizons=(1,),
        n_paths=1000,
        seed=1,
    )
    factor = [each.name for each in found.joint.factors].index("USDJPY")
    for place, amount in zip(places, (1e6, -2e6), strict=True):
        total, own = walk_day(walk, forecasts_of(walk), place, NumbaBackend())
        move = found.joint.realised(place, 1)[factor]
        # dollars are there on the spot date: the rates of two days move them by less than 1e-3 of what the yen does
        wanted = amount * found.joint.prices["USDJPY"][place] * (2.718281828459045**move - 1.0)
        assert own[4] == pytest.approx(wanted, rel=5e-3)
        assert (total[2], own[2]) == ("total", tmp_path.name.strip("_"))
        assert total[4:] == own[4:]


def test_what_is_wrong_with_a_file_is_said_with_its_date(tmp_path):
    found = usual()
    day = found.joint.day(520)
    path = tmp_path / f"{day}.csv"
    path.write_text(f"{HEAD}B,JGBB,JPY,1000000,0.01,2030-01-01\n")
    book = dated_books([tmp_path], [day])
    with pytest.raises(InputError, match=rf"{path}: line 2"):
        book.on(day, found.pattern.on(found.joint, 520))
