"""A night's file names the night before and what was replaced: what is taken away is found by what is left."""

import json
from datetime import date

import pytest

from engine.record.atomic import write_json
from engine.record.night_file import SIGNATURE, kept_nights, write_night
from engine.record.read import night_folder, read_summary
from engine.record.tables import NIGHT

DAYS = [date(2025, 5, day) for day in (26, 27, 28)]


def content(day, runs=(), **others):
    listed = [{"name": name, "state": "complete", "manifest_sha256": digest} for name, digest in runs]
    return {"schema": 1, "valuation_date": day.isoformat(), "runs": listed, **others}


def close(out, day, *runs, finished="then", root=None, **others):
    return write_night(out, day, content(day, runs, **others), finished=finished, root=root)


def test_each_night_names_the_one_before_by_its_digest(tmp_path):
    digests = [close(tmp_path, day) for day in DAYS]
    before = [read_summary(tmp_path, day)["before"] for day in DAYS]
    named = [{"valuation_date": str(day), "sha256": digest} for day, digest in zip(DAYS, digests, strict=True)]
    assert before == [None, *named[:2]]
    assert [read_summary(tmp_path, day)["sha256"] for day in DAYS] == digests


def test_a_night_that_says_the_same_is_left_alone(tmp_path):
    digest = close(tmp_path, DAYS[0])
    assert close(tmp_path, DAYS[0], finished="later") == digest
    assert read_summary(tmp_path, DAYS[0])["finished"] == "then"
    assert list(kept_nights(tmp_path)) == []


def test_what_a_night_replaces_is_kept_with_its_signature_and_named(tmp_path):
    old = close(tmp_path, DAYS[0], ("one", "a" * 64), ("two", "b" * 64))
    path = night_folder(tmp_path, DAYS[0]) / NIGHT
    written = path.read_bytes()
    (path.parent / f"{NIGHT}{SIGNATURE}").write_text("signed")
    close(tmp_path, DAYS[0], ("one", "c" * 64), ("two", "b" * 64))
    (kept,) = kept_nights(tmp_path)
    assert (kept.name, kept.read_bytes()) == (f"night-{old[:16]}.json", written)
    assert (kept.parent / f"{kept.name}{SIGNATURE}").read_text() == "signed"
    assert not (path.parent / f"{NIGHT}{SIGNATURE}").exists()
    close(tmp_path, DAYS[0], ("one", "d" * 64), ("two", "b" * 64))
    replaced = read_summary(tmp_path, DAYS[0])["replaced"]
    assert replaced == [{"run": "one", "sha256": "a" * 64}, {"run": "one", "sha256": "c" * 64}]
    assert len(list(kept_nights(tmp_path))) == 2


def test_a_night_made_beside_another_keeps_the_one_that_it_will_take_the_place_of(tmp_path):
    root = tmp_path / ".next"
    old = close(tmp_path, DAYS[0], ("one", "a" * 64))
    close(tmp_path, DAYS[0], ("one", "b" * 64), root=root)
    assert read_summary(tmp_path, DAYS[0])["sha256"] == old
    assert read_summary(root, DAYS[0])["replaced"] == [{"run": "one", "sha256": "a" * 64}]
    assert [path.name for path in kept_nights(tmp_path)] == [f"night-{old[:16]}.json"]


def test_a_damaged_night_before_is_passed_over_and_stops_nothing(tmp_path):
    first = close(tmp_path, DAYS[0])
    close(tmp_path, DAYS[1])
    path = night_folder(tmp_path, DAYS[1]) / NIGHT
    path.write_bytes(path.read_bytes()[:-3])
    close(tmp_path, DAYS[2])
    assert read_summary(tmp_path, DAYS[2])["before"] == {"valuation_date": str(DAYS[0]), "sha256": first}


@pytest.mark.parametrize("day", ["2025-05", "tomorrow"])
def test_a_folder_of_no_day_is_no_night(tmp_path, day):
    write_json(tmp_path / f"valuation_date={day}" / NIGHT, json.loads('{"schema": 1}'))
    close(tmp_path, DAYS[2])
    assert read_summary(tmp_path, DAYS[2])["before"] is None
