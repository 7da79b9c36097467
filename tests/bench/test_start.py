import json

import pytest

from bench.start import CASES, LONG, check_names, run_cases
from engine.errors import InputError


def test_no_name_means_every_case_but_the_long_ones():
    assert check_names([]) == tuple(name for name in CASES if name not in LONG)
    assert check_names(LONG) == LONG
    assert set(LONG) < set(CASES)


def test_an_unknown_case_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="there is no case 'walks'; there are normals, walk"):
        check_names(["normals", "walks"])


def test_every_case_is_a_module_that_measures(unwind):
    code = f"from importlib import import_module as get; [get('bench.cases.' + n).measure for n in {list(CASES)}]"
    done = unwind.python("-c", code)
    assert done.returncode == 0, done.stderr


def test_the_machine_is_described_in_a_process_of_its_own(unwind):
    done = unwind.python("-m", "bench.child", "machine")
    assert done.returncode == 0, done.stderr
    assert "thread" in json.loads(done.stdout)["device"]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_case_holds_its_own_equalities(name):
    _, (case,) = run_cases([name], lambda _: None)
    assert case.rows
    assert case.asserted
