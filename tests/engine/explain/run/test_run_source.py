"""Runs that are explained: a recorded night is the same run as it was, or is refused."""

import shutil

import pytest

from engine.errors import InputError
from engine.explain.run.path_replay import path_replay
from engine.explain.run.run_explanation import run_explanation
from engine.explain.run.run_source import measured_as_recorded, measured_by_settings, ready_as_recorded, recorded_folder
from engine.inputs.run import resolve
from tests.engine.batch.conftest import DATE, BatchFolder
from tests.engine.explain.run.runs import ignore


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A night of one run."""
    folder = BatchFolder(tmp_path_factory.mktemp("batch"))
    folder.edit("400_000", "20_000")
    folder.night()
    return folder


def night_of(folder):
    return folder.out / f"valuation_date={DATE}"


@pytest.mark.slow  # two runs more
def test_a_recorded_run_is_explained_like_the_same_run_by_settings(done):
    night = run_explanation(measured_as_recorded(night_of(done), None, ignore))
    flags = {"market": done.folder / "markets" / f"{DATE}.toml", "scenarios": ["base", "august-2024"]}
    books = [done.folder / "books" / f"{name}.csv" for name in ("bills", "bonds")]
    config = resolve({**flags, "book": books, "paths": 20_000, "confidence": [0.99], "backend": "numba"}, {})
    by_settings = run_explanation(measured_by_settings(config, ignore, ignore))
    assert [each.causes for each in night.scenarios] == [each.causes for each in by_settings.scenarios]
    assert night.scenarios[1].factors == by_settings.scenarios[1].factors


def test_a_path_of_a_night_is_the_path_of_its_run(done):
    found = path_replay(ready_as_recorded(done.out, None, ignore), "base", 5)
    assert found.pnl.size == 3  # of both books and the total
    assert found.n_paths == 20_000


def test_a_run_is_found_by_its_manifest_its_folder_its_night_and_its_record(tmp_path):
    night = tmp_path / "record" / f"valuation_date={DATE}"
    for name in ("one-day", "ten-days"):
        (night / f"run={name}").mkdir(parents=True)
        (night / f"run={name}" / "manifest.json").touch()
    (night / "night.json").touch()
    home = night / "run=ten-days"
    assert [recorded_folder(place, None) for place in (home, home / "manifest.json")] == [home, home]
    assert [recorded_folder(place, "ten-days") for place in (night, tmp_path / "record")] == [home, home]
    with pytest.raises(InputError, match="holds the runs one-day, ten-days; choose one with --run NAME"):
        recorded_folder(night, None)
    with pytest.raises(InputError, match=r"has no run 'ten-day'; did you mean 'ten-days'\?; it has one-day, ten-days"):
        recorded_folder(night, "ten-day")
    (tmp_path / "record" / "valuation_date=2025-05-29").mkdir()
    (tmp_path / "record" / "valuation_date=2025-05-29" / "night.json").touch()
    with pytest.raises(InputError, match=r"holds 2 nights; give one, such as .*valuation_date=2025-05-29"):
        recorded_folder(tmp_path / "record", "ten-days")


def test_what_is_no_record_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no record .*give a recorded run's folder"):
        ready_as_recorded(tmp_path / "nothing", None, ignore)
    with pytest.raises(InputError, match="holds no recorded run; give a folder that `unwind batch run` wrote"):
        ready_as_recorded(tmp_path, None, ignore)


def test_a_night_whose_book_was_changed_since_is_refused(done, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(done.folder / "books", copy)
    done.write_book("bills", "UST-1Y,UST,USD,90000000,0.04,2026-05-31\n")
    try:
        with pytest.raises(InputError, match=r"its paths are others now: .*bills.csv was changed"):
            ready_as_recorded(night_of(done), None, ignore)
    finally:
        shutil.copytree(copy, done.folder / "books", dirs_exist_ok=True)
