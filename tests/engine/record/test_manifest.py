"""A run's manifest: read only where its files are as they were written."""

from datetime import date

import pytest

from engine.errors import InputError
from engine.record.manifest import Manifest, main_scenario, manifest_of, read_manifest
from engine.record.read import run_folder
from engine.record.tables import DISTRIBUTIONS, MANIFEST, RESULTS
from tests.engine.report.conftest import Record

TODAY = date(2025, 5, 28)


@pytest.fixture
def home(tmp_path):
    Record(tmp_path).run()
    return run_folder(tmp_path, TODAY, "ten-days")


def test_a_sound_manifest_is_read_and_holds_keys_that_are_declared(home):
    found = read_manifest(home)
    assert found["run"] == "ten-days"
    assert found.keys() <= Manifest.__required_keys__ | Manifest.__optional_keys__


@pytest.mark.parametrize(
    ("names", "default", "wanted"),
    [
        (["august-2024", "filtered"], "filtered", "filtered"),  # wherever it stands
        (["august-2024", "base"], "filtered", "august-2024"),  # the run has not the default: its first
        (["august-2024", "filtered", "base"], None, "base"),  # written when `base` was the default, and nobody said so
        (["august-2024", "filtered"], None, "august-2024"),
    ],
)
def test_a_run_s_main_scenario_is_the_default_of_its_day_or_its_first(names, default, wanted):
    said = {} if default is None else {"default_scenario": default}
    assert main_scenario({"scenarios": [{"name": name} for name in names], **said}) == wanted


def test_a_file_that_was_changed_is_refused_by_name_unless_it_does_not_matter(home):
    path = home / DISTRIBUTIONS
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InputError, match=rf"{DISTRIBUTIONS}: was changed since it was written; .*--again"):
        read_manifest(home)
    assert read_manifest(home, [RESULTS])["complete"]


def test_a_manifest_that_was_changed_or_is_missing_is_refused(home):
    path = home / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"ten-days", b"ten_days"))
    with pytest.raises(InputError, match="was changed since it was written"):
        read_manifest(home)
    path.unlink()
    with pytest.raises(InputError, match="there is no such record"):
        read_manifest(home)


def test_an_object_from_which_no_run_can_be_made_again_is_no_manifest(home):
    whole = read_manifest(home) | {"config": {}}
    assert manifest_of(whole, home) == whole
    with pytest.raises(InputError, match="is no run's manifest: it has no 'blocks'"):
        manifest_of({key: value for key, value in whole.items() if key != "blocks"}, home)
