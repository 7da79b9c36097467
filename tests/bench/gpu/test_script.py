"""`make gpu` part by part: what a machine lacks is said, what fails leaves the rest alone, no time is overrun."""

import json
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import kernels.cuda.host.check
from bench.gpu import script
from bench.gpu.script import GPU_CASES, GPU_TESTS, OTHER_CASES, SIDE_BY_SIDE, PartError, Session, answer, main
from kernels.cuda.host.check import CudaFault


def session(tmp_path, seconds=900.0, **changes):
    result = {"schema": 1, "machine": {}, "parts": {}, "cases": []}
    until = time.monotonic() + seconds
    return Session(**{"is_host": False, "paths": (tmp_path / "a.json",), "until": until, "result": result, **changes})


def test_a_machine_without_a_gpu_is_told_why(monkeypatch, capsys):
    monkeypatch.setattr(script, "missing", lambda driver: [])
    fault = CudaFault(message="it is busy", is_temporary=True)
    monkeypatch.setattr(kernels.cuda.host.check, "cuda_fault", lambda: fault)
    assert main([]) == 75
    assert "no GPU can run here: it is busy" in capsys.readouterr().err


def test_a_machine_without_packages_is_told_what_to_bring(monkeypatch, capsys):
    monkeypatch.setattr(script, "missing", lambda driver: ["cupy-cuda13x"])
    assert main([]) == 1
    assert "make gpu needs packages that are not here: cupy-cuda13x" in capsys.readouterr().err


@pytest.fixture
def on_a_gpu(monkeypatch, tmp_path):
    """Pretend that there is a GPU, and that every part takes no time; returns what was run."""
    ran = []

    def run(command, **_):
        ran.append(command[2:])
        names = [word for word in command if word in {*GPU_CASES, *SIDE_BY_SIDE, *OTHER_CASES}]
        found = {"name": names[0], "rows": []} if names else {"gpu": "NVIDIA H200 (GPU 0), NVIDIA H200 (GPU 1)"}
        return SimpleNamespace(returncode=0, stdout=json.dumps(found), stderr="")

    monkeypatch.setattr(script, "missing", lambda driver: [])
    monkeypatch.setattr(kernels.cuda.host.check, "cuda_fault", lambda: None)
    monkeypatch.setattr(script.subprocess, "run", run)
    monkeypatch.setattr(script, "ROOT", tmp_path / "root")
    monkeypatch.setattr(script, "profiler_path", lambda: "ncu")
    monkeypatch.setattr(script, "absent", lambda modules: [name for name in modules if name == "QuantLib"])
    return ran


def test_all_is_run_in_one_go_and_written_twice(on_a_gpu, tmp_path):
    assert main(["--out", str(tmp_path / "out")]) == 0
    (path,), (copy,) = ((tmp_path / folder).iterdir() for folder in ("root/bench/results", "out"))
    assert path.name.endswith("-nvidia-h200.json")
    assert path.read_bytes() == copy.read_bytes()
    found = json.loads(path.read_text(encoding="utf-8"))
    names = [case["name"] for case in found["cases"]]
    assert names == [*GPU_CASES, *SIDE_BY_SIDE, "normals", "stages", "unwind"]
    assert found["parts"]["walk"] == "left out: QuantLib not installed"
    assert found["parts"]["identity"].startswith("done in ")
    assert found["parts"].keys() == {*GPU_CASES, *SIDE_BY_SIDE, "identity", *OTHER_CASES}


def test_without_a_profiler_the_rest_is_run(on_a_gpu, monkeypatch, tmp_path):
    monkeypatch.setattr(script, "profiler_path", lambda: None)
    assert main(["--out", str(tmp_path / "out")]) == 0
    (path,) = (tmp_path / "out").iterdir()
    parts = json.loads(path.read_text(encoding="utf-8"))["parts"]
    assert parts["gpu_counters"] == "left out: Nsight Compute (ncu) is not installed"
    assert parts["crossover"].startswith("done in ")


def test_a_part_that_fails_or_takes_too_long_leaves_the_others_alone(tmp_path):
    mine = session(tmp_path)

    def fails(seconds):
        raise PartError("it does not fit")

    def hangs(seconds):
        raise subprocess.TimeoutExpired("python", seconds)

    mine.part("one", 60.0, fails)
    mine.part("two", 60.0, hangs)
    mine.part("three", 60.0, lambda seconds: [{"name": "three"}])
    written = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert written["parts"]["one"] == "failed: it does not fit"
    assert written["parts"]["two"] == "failed: it took longer than 60 s"
    assert written["cases"] == [{"name": "three"}]
    assert mine.failed == ["one", "two"]


def test_no_part_is_begun_without_time_and_none_gets_more_than_is_left(tmp_path):
    given = []
    session(tmp_path, seconds=100.0).part("late", 300.0, lambda seconds: given.append(seconds) or [])
    assert given == [pytest.approx(100.0, abs=1.0)]  # the test itself takes some of it
    over = session(tmp_path, seconds=10.0)
    over.part("later", 300.0, lambda seconds: pytest.fail("begun"))
    assert over.result["parts"] == {"later": "left out: no time was left"}


def test_an_answer_is_the_last_line_and_a_failure_its_words():
    with pytest.raises(PartError, match=r"No module named bench\.gpu\.nothing"):
        answer("bench.gpu.nothing", 60.0)
    with pytest.raises(subprocess.TimeoutExpired):
        answer("timeit", 0.2, "-n", "1", "import time; time.sleep(30)")


def test_every_gpu_test_is_where_make_gpu_looks(root):
    places = [path for path in (root / "tests").rglob("test_*.py") if "mark.gpu" in path.read_text(encoding="utf-8")]
    assert {str(path.relative_to(root)) for path in places} - {"tests/bench/gpu/test_script.py"} == set(GPU_TESTS)


def test_every_case_is_run_by_make_gpu():
    from bench.start import CASES, LONG

    assert {*SIDE_BY_SIDE, *OTHER_CASES} == CASES.keys() - set(LONG)


@pytest.mark.slow  # builds by g++ and NVRTC, and two processes that load everything
def test_the_whole_script_runs_on_the_host_build(tmp_path, root):
    command = [sys.executable, "-m", "bench.gpu", "--host", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.iterdir()
    assert path.name.endswith("-host-build.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [case["name"] for case in found["cases"]] == ["gpu_builds", "gpu_walks"]
