"""Kernels called as objects, without numba: the same bits, and nothing believed that is not as it was written."""

import json
import sys
from types import ModuleType

import numpy as np
import pytest

from kernels import objects
from kernels.objects import Kernel, laid_out

RUN = ("run", "--paths", "2000", "--json", "--backend", "numba")


def digests(done):
    assert done.returncode == 0, done.stderr
    return [row["pnl_sha256"] for row in json.loads(done.stdout)["results"]]


def test_arguments_are_laid_out_as_numba_has_them():
    """As numba's own packer: `numba.core.datamodel.models.ArrayModel` has the fields of an array in this order."""
    array, pair = np.zeros((2, 3)), (np.uint64(2**64 - 1), 7)
    kinds, words = laid_out((array, pair))
    assert words == [0, 0, 6, 8, array.ctypes.data, 2, 3, 24, 8, 2**64 - 1, 7]
    assert kinds == [(np.dtype("f8"), 2, "C", True, True), ("builtins", "tuple", 2), "u64", "i64"]
    with pytest.raises(TypeError, match="not float"):
        laid_out((1.5,))


def test_other_shapes_are_of_one_kind_and_other_types_of_another():
    def kinds(array):
        return laid_out((array,))[0]

    assert kinds(np.zeros((2, 3))) == kinds(np.zeros((9, 1)))
    others = [np.zeros((2, 3), np.float32), np.zeros(6), np.zeros((2, 6))[:, ::2]]
    assert all(kinds(each) != kinds(np.zeros((2, 3))) for each in others)


@pytest.mark.skipif(objects._folder() is None, reason="numba loads its kernels itself here: see kernels/objects.py")
def test_an_array_by_columns_and_one_with_gaps_are_of_two_kinds():
    """numba reads the first by its shape and the second by its strides."""
    by_columns, gapped = np.ones((4, 6), order="F"), np.ones((8, 12), order="F")[::2, ::2]
    by_rows = np.ones((4, 6))
    assert len({repr(laid_out((each,))[0]) for each in (by_columns, gapped, by_rows)}) == 3


@pytest.mark.parametrize("given", ["0", "-1", "abc", "1.5"])
def test_a_number_of_threads_that_is_none_is_refused_by_name(monkeypatch, given):
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setenv("NUMBA_NUM_THREADS", given)
    with pytest.raises(ValueError, match="NUMBA_NUM_THREADS: must be a whole number from 1"):
        objects.n_threads()
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    assert objects.n_threads() == 3


def test_while_numba_is_imported_the_environment_is_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", ModuleType("numba"))  # as another thread finds it half way
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    assert objects.n_threads() == 3


def test_a_run_needs_no_numba_once_its_kernels_are_kept_and_has_the_same_bits(unwind):
    compiled = digests(unwind(*RUN, env={"UNWIND_CPU": "native"}))  # numba's way, whatever is kept
    unwind(*RUN)  # keeps the objects, if nobody did
    program = (
        "import sys; from cli import main\n"
        f"sys.argv = ['unwind', *{RUN!r}]\n"
        "try: main.main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numba', 'pandas', 'QuantLib') if name in sys.modules], file=sys.stderr)\n"
    )
    done = unwind.python("-c", program)
    assert digests(done) == compiled
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("damage", ["a byte", "the end", "all"])
def test_a_damaged_object_is_not_believed(tmp_path, damage):
    kinds, path = ["i64"], tmp_path / "one.obj"
    head = json.dumps({"stamp": tmp_path.name, "symbol": "f", "target": ["", ""], "kinds": repr(kinds)}).encode()
    objects._write(path, head, b"machine code")
    data = path.read_bytes()
    assert objects._read(path) == (json.loads(head), b"machine code")
    path.write_bytes({"a byte": data[:-1] + b"E", "the end": data[:-1], "all": b""}[damage])
    assert objects._read(path) is None
    assert objects._load(path, kinds) is None


def test_an_object_of_other_arguments_or_another_program_is_not_loaded(tmp_path):
    path = tmp_path / "one.obj"
    for stamp, kinds in (("elsewhere", ["i64"]), (tmp_path.name, ["u64"])):
        head = json.dumps({"stamp": stamp, "symbol": "f", "target": ["", ""], "kinds": repr(kinds)}).encode()
        objects._write(path, head, b"machine code")
        assert objects._load(path, ["i64"]) is None


@pytest.mark.parametrize("name", ["NUMBA_DISABLE_JIT", "NUMBA_CPU_NAME", "UNWIND_CPU"])
def test_where_numba_is_told_anything_it_does_everything(monkeypatch, name):
    objects._folder.cache_clear()
    monkeypatch.setenv(name, "1")
    assert objects._folder() is None
    objects._folder.cache_clear()


def test_where_numba_is_of_a_version_that_was_not_tried_it_does_everything(monkeypatch):
    objects._folder.cache_clear()
    monkeypatch.setattr(objects, "version", lambda _: "0.99.0")
    assert objects._folder() is None
    objects._folder.cache_clear()


def test_each_kernel_is_one_that_numba_has():
    assert all(Kernel(name).dispatcher.overloads is not None for name in objects.KERNELS)
