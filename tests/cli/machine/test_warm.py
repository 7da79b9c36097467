"""`unwind warm` leaves nothing for a run to compile."""

import json

import pytest

from engine.errors import InputError
from engine.run.warm import host_processors, warm

MISSES = """
import sys
from unwind_risk.siblings import claim_siblings
claim_siblings(first=True)
from cli.main import main
from kernels.numba.kept import KeptCode
try:
    main()
finally:
    print(KeptCode.n_compiled, file=sys.stderr)
"""


def test_a_precision_that_there_is_not_is_refused():
    with pytest.raises(InputError, match=r"--precision: must be float64 or float32, got 'float16'"):
        warm(("float16",), (), lambda done, total: None)


@pytest.mark.slow  # compiles where nobody has
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_after_it_no_run_compiles_and_a_second_one_neither(unwind, precision):
    for _ in range(2):
        done = unwind("warm", "--precision", precision, "--json")
        assert done.returncode == 0, done.stderr
    (warmed,) = json.loads(done.stdout)["warmed"]
    assert (warmed["precision"], warmed["n_compiled"]) == (precision, 0)
    all_kinds = "engine/book/data/all-kinds.csv"
    for words in (
        ("run", "--scenario", "filtered", "--scenario", "mixture"),
        ("run", "--book", all_kinds, "--scenario", "base", "--instantaneous"),
        ("run", "--scenario", "historical", "--horizon-days", 1),
        ("simulate", "--scenario", "mixture"),
    ):
        done = unwind.python("-c", MISSES, *words, "--paths", 200, "--precision", precision)
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[-1] == "0", words


@pytest.mark.slow
def test_a_portable_kernel_gives_the_same_bits(unwind):
    """0.94 to 1.0 of the speed, but not another number: FMA is asked for by name, and nothing is reordered."""
    if not host_processors():
        pytest.skip("this machine has no level of x86-64 from v3 on")
    words = ("run", "--paths", 1000, "--backend", "numba", "--json")
    runs = [unwind(*words, env={"UNWIND_CPU": each}) for each in ("native", "portable", host_processors()[-1])]
    assert [each.returncode for each in runs] == [0, 0, 0], runs[1].stderr
    rows = [json.loads(each.stdout)["results"] for each in runs]
    assert len({tuple(row["pnl_sha256"] for row in each) for each in rows}) == 1


def test_a_processor_that_there_is_not_is_refused(unwind):
    done = unwind("run", "--paths", 1000, "--backend", "numba", env={"UNWIND_CPU": "x86-64-v5"})
    assert done.returncode == 2
    assert "environment variable UNWIND_CPU: must be one of native, portable, x86-64-v4, x86-64-v3" in done.stderr
