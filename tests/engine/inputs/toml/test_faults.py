"""Errors of a file, however many: the first are shown, the others counted, in time that grows with their number."""

import time

import pytest

from engine.errors import FileFaults
from engine.inputs.scenario.load import read_scenario
from engine.inputs.toml.faults import MOST_SHOWN
from engine.inputs.toml.read import LONGEST_TEXT, Strict, read_toml


class Model(Strict):
    name: str = "a"
    sizes: tuple[float, ...] = ()


def refused(path, read) -> FileFaults:
    began = time.process_time()
    with pytest.raises(FileFaults) as error:
        read(path)
    assert time.process_time() - began < 5.0  # 0.4 s to 3 s; 31 s where every message was made and every place searched
    assert len(str(error.value)) < 20_000
    return error.value


def test_of_20_000_unknown_keys_the_first_are_shown_and_the_others_counted(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text("".join(f"k{i} = 1\n" for i in range(20_000)), encoding="utf-8")
    error = refused(path, lambda path: read_toml(path, Model))
    assert len(error.faults) == MOST_SHOWN + 1
    assert str(error.faults[0]).startswith("line 1, k0: unknown key")
    assert str(error.faults[-1]) == f"and {20_000 - MOST_SHOWN:,} errors more"


def test_a_scenario_of_20_000_unknown_keys_takes_no_longer(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text('extends = ["base"]\n' + "".join(f"k{i} = 1\n" for i in range(20_000)), encoding="utf-8")
    error = refused(path, read_scenario)
    assert error.faults[-1].message.endswith("errors more")


def test_bad_elements_are_counted_as_keys_are(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text("sizes = [" + "'a', " * 50_000 + "]\n", encoding="utf-8")
    error = refused(path, lambda path: read_toml(path, Model))
    assert str(error.faults[0]) == "line 1, sizes[1]: must be a number, got 'a'"
    assert str(error.faults[-1]) == f"and {50_000 - MOST_SHOWN:,} errors more"


def test_a_text_has_a_length(tmp_path):
    path = tmp_path / "long.toml"
    path.write_text(f"name = '{'a' * (LONGEST_TEXT + 1)}'\n", encoding="utf-8")
    (fault,) = refused(path, lambda path: read_toml(path, Model)).faults
    assert str(fault).startswith(f"line 1, name: must be text of {LONGEST_TEXT} characters at most, got 'aaaa")
