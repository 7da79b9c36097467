"""A record is what was written, or what differs is named."""

from datetime import date
from hashlib import sha256

import pytest

from engine.errors import InputError
from engine.record.read import night_folder, read_json, run_folder
from engine.record.tables import MANIFEST, NIGHT, RESULTS
from engine.record.verify import changed_files
from tests.engine.report.conftest import Record

TODAY = date(2025, 5, 28)


def block(chain_before, name):
    digest = sha256(name.encode()).hexdigest()
    return {"first": 0, "n": 16, "sha256": digest, "chain": sha256(f"{chain_before} {digest}".encode()).hexdigest()}


@pytest.fixture
def sound(tmp_path):
    record = Record(tmp_path)
    record.run(problem_sha256="problem", blocks=[block("problem", "one")])
    record.close()
    return record


def test_a_sound_record_has_nothing_to_name(sound):
    assert changed_files(sound.folder) == ()


def test_what_was_changed_added_or_taken_away_is_named(sound):
    home, night = run_folder(sound.folder, TODAY, "ten-days"), night_folder(sound.folder, TODAY)
    (home / RESULTS).unlink()
    (home / "notes.txt").write_text("mine")
    (night / "more.txt").write_text("mine")
    assert changed_files(sound.folder) == (
        f"{home / RESULTS}: is missing",
        f"{home / 'notes.txt'}: is no part of the record",
        f"{night / 'more.txt'}: is no part of the record",
    )


def test_a_chain_that_breaks_is_named_with_its_cell(tmp_path):
    record = Record(tmp_path)
    record.run(problem_sha256="another problem", blocks=[block("problem", "one")])
    record.close()
    (said,) = changed_files(tmp_path)
    assert said.endswith("the chain of blocks breaks at cell 0")


def test_another_manifest_than_the_nights_and_a_night_that_was_not_closed_are_named(sound):
    home = run_folder(sound.folder, TODAY, "ten-days")
    path = home / MANIFEST
    night = night_folder(sound.folder, TODAY) / NIGHT
    closed = night.read_bytes()
    night.unlink()
    assert any("the night was not closed" in each for each in changed_files(sound.folder))
    night.write_bytes(closed)
    for file in home.iterdir():
        file.unlink()
    home.rmdir()
    assert changed_files(sound.folder) == (f"{path}: is missing",)


def test_a_folder_without_a_night_is_no_record(tmp_path):
    with pytest.raises(InputError, match="holds no record"):
        changed_files(tmp_path)


def test_a_file_nested_without_end_is_no_record(tmp_path):
    path = tmp_path / "night.json"
    path.write_text('{"a":' * 3000, encoding="utf-8")
    with pytest.raises(InputError, match=r"night\.json: cannot be read"):
        read_json(path)
