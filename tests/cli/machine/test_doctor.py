"""`unwind doctor` says whether a GPU can run, and what is in the way."""

from kernels.cuda.host.check import cuda_facts


def test_doctor_says_whether_a_gpu_can_run(unwind):
    done = unwind("doctor")
    assert done.returncode == 0, done.stderr
    lines = {line[:19].strip(): line[19:].strip() for line in done.stdout.splitlines()}
    fault = cuda_facts().fault
    assert lines["backend cuda"].startswith("cannot run: " + fault.message[:30] if fault else "can run")
    assert {"cupy", "NVIDIA driver, CUDA", "NVRTC"} <= {line.split("  ")[0] for line in done.stdout.splitlines()}


def test_vectors_are_those_that_the_compiler_may_use(unwind):
    code = "from kernels.numba.backend import NumbaBackend; print(NumbaBackend().device())"
    plain = unwind.python("-c", code, env={"NUMBA_CPU_NAME": "generic"})
    assert plain.returncode == 0, plain.stderr
    assert " generic" in plain.stdout
    assert "avx" not in plain.stdout
    narrow = unwind.python("-c", code, env={"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,-avx512f"})
    assert " haswell with avx2, " in narrow.stdout
