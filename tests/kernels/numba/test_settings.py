"""How kernels are compiled: the cache, the vectors, and that none of it changes a bit."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest
from numba import njit

from kernels.numba import settings as numba_settings
from kernels.numba.draws.normal import normals_f32, normals_f64
from kernels.numba.draws.philox import draw_bits, draw_words
from kernels.numba.payoffs.flows import add_flows, add_polynomial
from kernels.numba.settings import BLOCK, NOT_COMPILED, STRICT, STRIDE, cache_folder, sources_sha256
from kernels.numba.steps.step import correlate_and_step, correlate_and_step_few

HERE = Path(__file__).parents[1]
KERNELS = Path(numba_settings.__file__).parents[1]
FEATURES = llvm.get_host_cpu_features()


def python(*arguments, source=KERNELS.parent, **env):
    """Run Python in a process of its own, with the kernels in the folder `source`."""
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(source), **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_kernels(folder, name=None, old="", new=""):
    """A copy of the kernels, with one edit; files that are already the same keep their dates, and so their cache."""
    for path in KERNELS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        inner = path.relative_to(KERNELS)
        if str(inner) == name:
            assert text.count(old) == 1
            text = text.replace(old, new)
        copy = folder / "kernels" / inner
        copy.parent.mkdir(exist_ok=True, parents=True)
        if not copy.exists() or copy.read_text(encoding="utf-8") != text:
            copy.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plain():
    return json.loads(python(HERE / "digest_child.py", "float64", "float32"))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_avx2_and_avx512_give_the_same_bits(plain, precision):
    if not FEATURES.get("avx512f"):
        pytest.skip("this processor has no AVX-512 to compare AVX2 with")
    assert plain["zmm"]
    features = re.sub(r"\+(avx512|avx10)", r"-\1", FEATURES.flatten())
    narrow = json.loads(
        python(HERE / "digest_child.py", precision, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES=features)
    )
    assert narrow["cpu"] == "haswell"
    assert not narrow["zmm"]
    assert narrow[precision] == plain[precision]


@pytest.mark.slow  # each compiles everything anew
@pytest.mark.parametrize("block", [32, 256])
def test_any_block_gives_the_same_bits(plain, block):
    assert plain["block"] not in (32, 256)
    folder = cache_folder() / f"block-{block}"  # the same each time, so that its compiled code is found
    folder.mkdir(parents=True, exist_ok=True)
    copy_kernels(folder, "base.py", f"BLOCK = {BLOCK} ", f"BLOCK = {block} ")
    other = json.loads(python(HERE / "digest_child.py", "float64", source=folder))
    assert other["block"] == block
    assert other["float64"] == plain["float64"]


NORMALS = """
import numpy as np
from kernels.numba.draws.normal import normals_f64
from kernels.numba.settings import STRIDE, cache_folder, is_written
bits = np.arange(2 * STRIDE, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
normals = np.zeros(2 * STRIDE)
normals_f64(bits, 1, normals)
hits = sum(normals_f64.stats.cache_hits.values())
print(cache_folder().name, hits, is_written(), normals.sum())
"""


def test_an_edit_of_an_imported_helper_is_compiled_anew(tmp_path):
    """numba's own cache would not see it: the edited file is not the one that holds the compiled function."""
    source = copy_kernels(tmp_path)
    cache = str(tmp_path / "cache")
    first, _, *result = python("-c", NORMALS, source=source, UNWIND_CACHE=cache).split()
    assert result[0] == "True"
    again, hits, *repeated = python("-c", NORMALS, source=source, UNWIND_CACHE=cache).split()
    assert (again, hits, repeated) == (first, "1", result)
    copy_kernels(tmp_path, "coefficients.py", "1.5707963267948966", "3.141592653589793")
    edited, hits, *other = python("-c", NORMALS, source=source, UNWIND_CACHE=cache).split()
    assert edited != first
    assert hits == "0"
    assert other[0] == "True"
    assert other[1] != result[1]


def imported_by_numba_kernels():
    """Modules of ours that the numba wing imports, and these themselves."""
    names = set()
    for path in (KERNELS / "numba").rglob("*.py"):
        if path.stem in (*NOT_COMPILED, "settings"):
            continue  # they compile nothing themselves
        names.add(path.relative_to(KERNELS).as_posix())
        found = re.findall(r"^from kernels\.([\w.]+) import", path.read_text(encoding="utf-8"), re.MULTILINE)
        names |= {f"{name.replace('.', '/')}.py" for name in found}
    return {name for name in names if (KERNELS / name).is_file()}


def test_the_hash_covers_every_source_that_numba_compiles_and_its_name(tmp_path, monkeypatch):
    source = copy_kernels(tmp_path)
    monkeypatch.setattr(numba_settings, "__file__", str(source / "kernels" / "numba" / "settings.py"))
    before = sources_sha256()
    changed = set()
    for path in sorted((source / "kernels").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "# edited\n", encoding="utf-8")
        if sources_sha256() != before:
            changed.add(str(path.relative_to(source / "kernels")))
        path.write_text(text, encoding="utf-8")
    assert changed >= imported_by_numba_kernels()
    assert "cuda/host/backend.py" not in changed  # editing one twin leaves the other's cache alone
    steps = source / "kernels" / "numba" / "steps"
    (steps / "step.py").rename(steps / "step_two.py")
    assert sources_sha256() != before


def test_kernels_run_where_no_cache_can_be_kept(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()  # no folder can be made in a file, not even by root
    _, hits, *result = python("-c", NORMALS, UNWIND_CACHE=str(blocked)).split()
    assert (hits, result[0]) == ("0", "False")


def test_the_cache_folder_is_the_one_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("UNWIND_CACHE", str(tmp_path / "mine"))
    assert cache_folder().parent == tmp_path / "mine" / "numba"
    monkeypatch.delenv("UNWIND_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().parent == tmp_path / "xdg" / "unwind" / "numba"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder().parent == tmp_path / "home" / ".cache" / "unwind" / "numba"


def test_no_kernel_allows_reordered_arithmetic():
    for settings in (STRICT, numba_settings.PART, numba_settings.INLINE):
        assert not settings.get("fastmath")
        assert settings["error_model"] == "numpy"  # a division by zero is inf, not an exception


ROWS = np.zeros(8 * STRIDE)
BLOCK_ROW = np.zeros(BLOCK)
CALLS = {
    "normals_f64": (normals_f64, (ROWS.view(np.uint64), 1, ROWS.copy())),
    "normals_f32": (normals_f32, (ROWS.astype(np.uint32), 1, ROWS.astype(np.float32))),
    "correlate_and_step": (correlate_and_step, (np.ones(8), np.ones(8), np.ones((8, 8)), ROWS, ROWS.copy())),
    "add_polynomial": (add_polynomial, (6, np.ones(28), BLOCK_ROW, BLOCK_ROW, BLOCK_ROW.copy(), BLOCK_ROW.copy())),
    "add_flows": (add_flows, (np.ones(1), np.ones((1, 2)), BLOCK_ROW, BLOCK_ROW, BLOCK_ROW.copy(), BLOCK_ROW.copy())),
}


MODERN = pytest.mark.skipif(
    llvm.llvm_version_info < (20,), reason="the lowest supported LLVM leaves some loops scalar: slower, the same bits"
)
FUSED = pytest.mark.skipif(not FEATURES.get("fma"), reason="this processor has no fused multiply-add instruction")
WIDTH = "zmm" if FEATURES.get("avx512f") else "ymm"


def assembly(kernel, arguments):
    """What a kernel compiles to, afresh: code from the cache cannot be shown."""
    fresh = njit(**{**STRICT, "cache": False})(kernel.py_func)
    fresh(*arguments)
    return "".join(fresh.inspect_asm().values())


def counts_by_loop(asm, instruction):
    """How many instructions of a kind, on vectors of full width, each innermost loop has that has any."""
    lines = [line.strip() for line in asm.splitlines()]
    lines = [line for line in lines if re.match(r"[.\w$@]+:$", line) or re.match(r"[a-z]", line)]
    labels = {line[:-1]: i for i, line in enumerate(lines) if line.endswith(":")}
    jumps = [(labels.get(line.split()[-1]), i) for i, line in enumerate(lines) if line.startswith("j")]
    loops = [(begin, end) for begin, end in jumps if begin is not None and begin <= end]
    inner = [loop for loop in loops if not any(loop != o and loop[0] <= o[0] and o[1] <= loop[1] for o in loops)]
    pattern = re.compile(rf"{instruction}.*%{WIDTH}")
    counts = [sum(bool(pattern.match(line)) for line in lines[begin : end + 1]) for begin, end in inner]
    return [count for count in counts if count > 0]


@MODERN
@FUSED
@pytest.mark.parametrize("name", CALLS)
def test_hot_loops_are_vectors_of_fused_multiply_adds(name):
    asm = assembly(*CALLS[name])
    assert not re.search(r"\bfmaf?\b", asm)  # the library's, a call for each number
    assert re.search(rf"vfn?m(add|sub)\w+p[sd].*%{WIDTH}", asm)


@MODERN
@pytest.mark.parametrize("kernel", [draw_bits, draw_words], ids=["bits", "words"])
def test_random_bits_are_made_in_vectors_those_of_left_over_lanes_too(kernel):
    one, paths = np.uint64(1), np.zeros(BLOCK, np.uint64)
    out = np.zeros(4 * 5 * STRIDE, np.uint64 if kernel is draw_bits else np.uint32)
    counts = counts_by_loop(assembly(kernel, (one, paths, one, one, 5, out)), "vpmuludq")
    # Ten rounds multiply twice; a product of constants may leave the loop, and four lanes share those of the first
    # rounds that do not depend on the lane.
    assert len(counts) >= 2
    assert min(counts) >= 18
    assert max(counts) >= 3 * 18


@MODERN
@FUSED
@pytest.mark.slow  # compiles
@pytest.mark.parametrize(("name", "each"), [("normals_f64", 38), ("normals_f32", 21)])
def test_four_pairs_of_normals_are_abreast_and_left_over_ones_in_vectors(name, each):
    counts = counts_by_loop(assembly(*CALLS[name]), r"vfn?m(add|sub)\w+p[sd]")
    # `each` counts the multiply-adds of a pair: one of the uniform number, those of the three polynomials, two more of
    # the logarithm, of the root one a Newton step and two of its correction.
    assert min(counts) == each
    assert max(counts) == 4 * each


@MODERN
@FUSED
@pytest.mark.slow  # compiles
@pytest.mark.parametrize("kernel", [correlate_and_step, correlate_and_step_few], ids=["block", "few"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_step_has_no_multiply_add_of_single_numbers(kernel, precision):
    law = np.ones(7, precision), np.ones(7, precision), np.ones((7, 7), precision)
    rows = np.zeros(8 * STRIDE, precision)
    asm = assembly(kernel, (*law, rows, rows.copy()))
    assert not re.search(r"vfn?m(add|sub)\w+s[sd]\b", asm)
    assert re.search(r"vfn?m(add|sub)\w+p[sd]\b", asm)
