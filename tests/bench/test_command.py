import pytest

from bench.command import unwind
from engine.errors import RiskError


def test_a_command_is_timed_and_its_memory_measured():
    ran = unwind("--version")
    assert ran.stdout.startswith("unwind ")
    assert ran.wall_s > 0.0
    assert 2**20 < ran.peak_bytes < 2**33  # a Python process takes megabytes, not gigabytes: the unit is right


def test_a_command_that_fails_says_why():
    with pytest.raises(RiskError, match=r"ended with 2: error: .*paths"):
        unwind("run", "--paths", "1")
