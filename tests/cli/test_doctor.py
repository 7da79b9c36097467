"""`unwind doctor` says whether a GPU can run, and what is in the way."""

from kernels.cuda.host.check import cuda_facts


def test_doctor_says_whether_a_gpu_can_run(unwind):
    done = unwind("doctor")
    assert done.returncode == 0, done.stderr
    lines = {line[:19].strip(): line[19:].strip() for line in done.stdout.splitlines()}
    fault = cuda_facts().fault
    assert lines["backend cuda"].startswith("cannot run: " + fault.message[:30] if fault else "can run")
    assert {"cupy", "NVIDIA driver, CUDA", "NVRTC"} <= {line.split("  ")[0] for line in done.stdout.splitlines()}
