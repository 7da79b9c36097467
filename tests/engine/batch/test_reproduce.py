"""A recorded run made again: the same bits, or what differs and why."""

import json
import shutil

import pytest

from engine.batch.reproduce import reproduce
from engine.errors import InputError
from engine.record.atomic import write_json


def ignore(*_: object) -> None:
    """What a run says while it works."""


def manifest_path(folder):
    return folder.out / "valuation_date=2025-05-28" / "run=ten-days" / "manifest.json"


def test_the_same_inputs_give_the_same_bits(done):
    found = reproduce(manifest_path(done), ignore, ignore)
    assert (found.is_identical, found.numbers, found.causes, found.n_blocks) == (True, (), (), 7)


def test_a_partial_run_is_reproduced_without_the_book_that_was_missing(folder):
    (folder.folder / "books" / "bills.csv").write_text("nothing,of,the,kind\n")
    folder.night(code=4)
    assert reproduce(manifest_path(folder), ignore, ignore).is_identical


def test_a_changed_book_is_named_with_the_figures_that_differ(folder):
    folder.night()
    folder.write_book("bills", "UST-1Y,UST,USD,90000000,0.04,2026-05-31\n")
    found = reproduce(manifest_path(folder), ignore, ignore)
    assert not found.is_identical
    assert any("bills.csv was changed" in cause for cause in found.causes)
    assert any(said.startswith("scenario base, total: P&L; VaR") for said in found.numbers)
    assert "scenario base, book:bonds: its components at 0.99" in found.numbers  # of another total
    assert not any("book:bonds: P&L" in said for said in found.numbers)


def test_a_recorded_file_that_was_changed_is_named(done, tmp_path):
    copy = shutil.copytree(manifest_path(done).parent, tmp_path / "copy")
    path = copy / "levels.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    found = reproduce(copy, ignore, ignore)  # the folder will do
    assert found.numbers == (f"{path}: was changed since it was written",)


def test_a_folder_without_manifest_is_refused(done):
    with pytest.raises(InputError, match=r"holds no manifest.json; give a recorded run's own folder"):
        reproduce(done.out, ignore, ignore)


def test_what_is_no_manifest_is_refused(tmp_path):
    path = tmp_path / "manifest.json"
    write_json(path, {"schema": 1})
    with pytest.raises(InputError, match="is no run's manifest: it has no 'config'"):
        reproduce(path, ignore, ignore)
    path.write_text(json.dumps({"schema": 1}))
    with pytest.raises(InputError, match="was changed since it was written"):
        reproduce(path, ignore, ignore)
    with pytest.raises(InputError, match="there is no such record"):
        reproduce(tmp_path / "absent.json", ignore, ignore)
