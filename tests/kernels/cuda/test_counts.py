"""What a step is made of on a GPU: instructions of the loop over steps, counted in the PTX that NVRTC makes.

Times need a device; that nothing is computed twice, or in the wrong precision, does not. The counts are those of the
formulas, whatever the version of the compiler: multiply-adds are written as such and none is made of others.
"""

import ctypes
import re
from collections import Counter

import numpy as np
import pytest

from kernels.cuda.host.nvrtc import STRICT, _strings, load_nvrtc
from kernels.cuda.host.source import ENTRY, settings_for

PAIR = {"f64": 38, "f32": 21}  # multiply-adds of two normals, as `tests/kernels/numba/test_settings.py` counts them
PHILOX = 20  # multiplications of a lane: two in each of ten rounds
# Arithmetic of binary64 in a step of float32 under three regimes with all mechanisms: sales, jumps, interventions,
# impact. It may fall; what raises it costs chips that have little of it.
MIXTURE_F64 = 560


@pytest.fixture(scope="module")
def nvrtc():
    found = load_nvrtc()
    if found is None:
        pytest.skip("NVRTC is not installed: pip install nvidia-cuda-nvrtc")
    return found


def ptx(nvrtc, settings):
    """The text of the virtual machine's instructions, which `Nvrtc.compile` has no use for."""
    texts, options = settings.sources(), [*STRICT, "--gpu-architecture=compute_90", *settings.options()]
    headers = {name: text for name, text in texts.items() if name != ENTRY}
    program, library = ctypes.c_void_p(), nvrtc._library
    sources = texts[ENTRY].encode(), ENTRY.encode(), len(headers), _strings(headers.values()), _strings(headers)
    nvrtc._check(library.nvrtcCreateProgram(ctypes.byref(program), *sources))
    try:
        nvrtc._check(library.nvrtcCompileProgram(program, len(options), _strings(options)))
        return nvrtc._read(program, "PTX").decode()
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def step_counts(text, kernel="pnl_of_paths"):
    """Instructions of the longest loop of a kernel, which is that over steps: name -> how many."""
    body = text[text.index(f".entry {kernel}") :].partition("\n}")[0]
    lines = [re.sub(r"^@!?%\w+\s+", "", line.strip()) for line in body.splitlines()]
    labels = {line[:-1]: i for i, line in enumerate(lines) if line.endswith(":")}
    jumps = [
        (labels.get(found[1]), i) for i, line in enumerate(lines) if (found := re.search(r"bra\S*\s+(\$\w+);", line))
    ]
    begin, end = max(((b, e) for b, e in jumps if b is not None and b <= e), key=lambda loop: loop[1] - loop[0])
    return Counter(line.split()[0].rstrip(";") for line in lines[begin : end + 1] if re.match(r"[a-z]", line))


def of(counts, pattern):
    return sum(n for name, n in counts.items() if re.match(pattern, name))


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("n_factors", [16, pytest.param(18, marks=pytest.mark.slow)])
def test_a_step_is_its_formulas_and_no_more(nvrtc, random_model, random_book, n_factors, precision):
    rng = np.random.default_rng(0)
    book = random_book(rng, n_factors, degree=6)
    settings = settings_for(random_model(rng, n_factors), book, float32=precision == "f32")
    counts = step_counts(ptx(nvrtc, settings))
    cholesky, reversion = n_factors * (n_factors + 1) // 2, n_factors
    pairs, lanes = -(-n_factors // 2), -(-n_factors // (2 if precision == "f64" else 4))
    assert of(counts, rf"fma\.rn\.{precision}") == settings.paths * (pairs * PAIR[precision] + cholesky + reversion)
    # A product of constants may leave the loop, and one that several lanes share is made once.
    assert of(counts, r"mul\.(lo|wide)") <= settings.paths * lanes * PHILOX
    other = "f32" if precision == "f64" else "f64"
    assert of(counts, rf"\w+(\.\w+)*\.{other}") == 0, "arithmetic of the other precision"
    assert of(counts, r"(div|sqrt|call|ld\.local|st\.local)") == 0


def test_binary64_in_a_mixture_of_float32_does_not_grow(nvrtc, random_unwind, random_book):
    rng = np.random.default_rng(0)
    model = random_unwind(rng, 18, off=("cap",))
    settings = settings_for(model, random_book(rng, 18, degree=6), float32=True)
    counts = step_counts(ptx(nvrtc, settings))
    found = of(counts, r"(fma|mul|add|sub|div|sqrt|setp|min|max|cvt)(\.\w+)*\.f64")
    assert 0 < found <= MIXTURE_F64
