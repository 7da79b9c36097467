"""Example files for schedulers."""

import pytest

from engine.batch.schedulers import example_names, example_text
from engine.errors import InputError
from engine.inputs.batch import read_batch


def test_every_example_starts_the_batch_but_its_own_file_and_the_timer_of_another():
    without = {name for name in example_names() if "unwind batch" not in example_text(name)}
    assert without <= {"batch", "systemd-timer"}


def test_the_example_of_a_batch_is_one(tmp_path):
    path = tmp_path / "nightly.toml"
    path.write_text(example_text("batch"), encoding="utf-8")
    (tmp_path / "limits.toml").write_text("", encoding="utf-8")
    assert read_batch(path, ["2025-05-28"]).runs


def test_an_unknown_example_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'slurm'"):
        example_text("slrum")
