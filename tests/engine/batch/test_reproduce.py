"""A recorded run made again: the same bits, or what differs and why."""

import json
import shutil
from contextlib import suppress

import pytest

from engine.batch.blocks.workers import ThisProcess
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


@pytest.mark.slow
def test_sets_of_parameters_are_kept_block_by_block_shared_out_and_made_again_to_the_same_bits(folder, tmp_path):
    """Twenty sets are two programs, whose blocks are kept beside those of the run itself."""
    prior = '"vol_multipliers.*" = { prior = "lognormal", log_sd = 0.1, source = "assumption" }'
    head = 'title = "t"\ndescription = "d"\nsource = "s"\nextends = ["base"]\n[uncertainty]\n'
    (folder.folder / "mine.toml").write_text(f"{head}{prior}\n")
    named = 'scenario = ["base", "august-2024"]\npaths = 400_000'
    folder.edit(named, 'scenario = ["base", "mine.toml"]\nparameters = 20\npaths = 100_000')
    shared, stopped = (folder.copied(tmp_path.parent / f"{tmp_path.name}-{name}") for name in ("shared", "stopped"))
    folder.night()
    study = folder.manifest()["parameters"][0]
    assert (study["scenario"], study["n_sets"], study["seed"]) == ("mine", 20, 1)
    assert {"parameter_sets.parquet", "parameter_figures.parquet"} <= folder.bits()["files"].keys()
    for share in ((1, 2), (2, 2)):
        shared.work(share=share)
    shared.work(workers=None)
    with suppress(KeyboardInterrupt):
        stopped.work(workers=Interrupted(5))  # two blocks of the run, two of the first program, one of the second
    stopped.night()
    assert stopped.manifest()["times"]["resumed_blocks"] == 5
    assert shared.bits()["files"] == stopped.bits()["files"] == folder.bits()["files"]
    again = reproduce(manifest_path(folder), ignore, ignore)
    assert (again.is_identical, again.causes) == (True, ())
    path = folder.folder / "mine.toml"
    path.write_text(path.read_text().replace("0.1", "0.2"))
    other = reproduce(manifest_path(folder), ignore, ignore)
    assert "scenario mine: values of its sets of parameters" in other.numbers
    assert "scenario:mine was changed".replace(":", " ") in other.causes


class Interrupted(ThisProcess):
    """Computes so many blocks, then is interrupted."""

    def __init__(self, n_blocks):
        self.left = n_blocks

    def reduce(self, prepared, blocks, brackets, keep):
        for each in super().reduce(prepared, blocks, brackets, keep):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield each
