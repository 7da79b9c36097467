"""Runs that are explained: a recorded night is the same run as it was, or is refused."""

import re
import shutil

import pytest

from engine.errors import InputError
from engine.explain.run.path_replay import path_replay
from engine.explain.run.run_explanation import run_explanation
from engine.explain.run.run_source import measured_as_recorded, measured_by_settings, ready_as_recorded
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


def test_a_recorded_run_is_explained_like_the_same_run_by_settings(done):
    night = run_explanation(measured_as_recorded(night_of(done), None, ignore))
    flags = {"market": done.folder / "markets" / f"{DATE}.toml", "scenarios": ["base", "august-2024"]}
    books = [done.folder / "books" / f"{name}.csv" for name in ("bills", "bonds")]
    config = resolve({**flags, "book": books, "paths": 20_000, "confidence": [0.99], "backend": "numba"}, {})
    by_settings = run_explanation(measured_by_settings(config, ignore, ignore))
    assert [each.causes for each in night.scenarios] == [each.causes for each in by_settings.scenarios]
    assert night.scenarios[1].factors == by_settings.scenarios[1].factors


def test_a_path_of_a_night_is_found_by_any_of_its_folders(done):
    places = (
        night_of(done),
        night_of(done) / "run=ten-days",
        night_of(done) / "run=ten-days" / "manifest.json",
        done.out,
    )
    found = [path_replay(ready_as_recorded(place, None, ignore), "base", 5).pnl.tobytes() for place in places]
    assert len(set(found)) == 1


@pytest.mark.parametrize(("run", "message"), [
    ("ten-day", "has no run 'ten-day'; did you mean 'ten-days'?; it has ten-days"),
])  # fmt: skip
def test_a_night_without_the_run_is_refused(done, run, message):
    with pytest.raises(InputError, match=re.escape(message)):
        ready_as_recorded(night_of(done), run, ignore)


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
