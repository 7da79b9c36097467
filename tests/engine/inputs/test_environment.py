"""The one list of environment variables is all that are read."""

import re

import pytest

from engine.errors import InputError
from engine.inputs.environment import PROCESS, check_spelling, variables
from engine.inputs.run import RunConfig
from tests.source_files import relative, sources

ELSEWHERE = {  # names that begin so and are no environment variables
    "kernels/cuda/host/source.py": {"UNWIND_ROWS", "UNWIND_BLOCKS"},  # constants of the CUDA sources
}


def test_every_variable_that_the_program_reads_is_declared_and_no_other():
    declared = {each.name for each in variables()}
    read: set[str] = set()
    for path in sources():
        if relative(path) == "engine/inputs/environment.py":
            continue
        found = set(re.findall(r"\bUNWIND_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
        read |= found - ELSEWHERE.get(relative(path), set())
    assert read <= declared
    assert {each.name for each in PROCESS} <= read  # one that nothing reads is dead


@pytest.mark.parametrize(("name", "meant"), [("UNWIND_CASHE", "CACHE"), ("UNWIND_LOGS", "LOG"), ("UNWIND_SED", "SEED")])
def test_a_misspelt_variable_is_refused_whatever_it_is_of(name, meant):
    with pytest.raises(InputError, match=f"unknown environment variable {name}; did you mean UNWIND_{meant}\\?"):
        check_spelling({name: "1"})


def test_variables_of_ours_and_of_others_are_let_be():
    check_spelling({"UNWIND_CACHE": "a", "UNWIND_SEED": "1", "UNWIND_OF_SOMEBODY_ELSE": "b", "CASHE": "c"})


def test_every_command_asks(unwind):
    done = unwind("--log", "json", "batch", "night", "a.toml", env={"UNWIND_CASHE": "/tmp"})
    assert done.returncode == 2
    assert "did you mean UNWIND_CACHE?" in done.stderr


def test_each_key_of_a_run_is_a_variable():
    assert len(variables()) == len(PROCESS) + len(RunConfig.model_fields)
    found = {each.name: each for each in variables()}
    assert len(found) == len(variables())
    assert found["UNWIND_PATHS"].default == "1000000"
    assert found["UNWIND_CONFIDENCE"].default == "0.975, 0.99"
    assert all(each.meaning and not each.meaning.endswith(".") for each in variables())
