"""`unwind doctor` says whether a GPU can run, and what is in the way."""

from kernels.cuda.host.check import cuda_facts


def test_doctor_says_whether_a_gpu_can_run(unwind):
    done = unwind("doctor")
    assert done.returncode == 0, done.stderr
    lines = {line[:19].strip(): line[19:].strip() for line in done.stdout.splitlines()}
    fault = cuda_facts().fault
    assert lines["backend cuda"].startswith("cannot run: " + fault.message[:30] if fault else "can run")
    assert {"cupy", "NVIDIA driver, CUDA", "NVRTC"} <= {line.split("  ")[0] for line in done.stdout.splitlines()}


def test_a_processor_that_there_is_not_is_named_after_the_table(unwind):
    done = unwind("doctor", env={"UNWIND_CPU": "foo"})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    wanted = "error: environment variable UNWIND_CPU: must be one of native, portable, x86-64-v4, x86-64-v3, got 'foo'"
    assert done.stderr.startswith(wanted)
    assert {"numpy", "compiled for", "backend cuda"} <= {line.split("  ")[0] for line in done.stdout.splitlines()}


def test_vectors_are_those_that_the_compiler_may_use(unwind):
    code = "from kernels.numba.backend import NumbaBackend; print(NumbaBackend().device())"
    plain = unwind.python("-c", code, env={"NUMBA_CPU_NAME": "generic"})
    assert plain.returncode == 0, plain.stderr
    assert " generic" in plain.stdout
    assert "avx" not in plain.stdout
    narrow = unwind.python("-c", code, env={"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,-avx512f"})
    assert " haswell with avx2, " in narrow.stdout
