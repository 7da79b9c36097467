"""`make gpu` in parts: what a machine lacks is said, what it has is used."""

import json
import shutil
import sys
from types import SimpleNamespace

import pytest

import bench.gpu
import bench.gpu_walk
import kernels.cuda.host.check
from bench.gpu import how_to_bring, missing
from bench.gpu_walk import compared
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.check import CudaFault
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend


@pytest.fixture
def without(monkeypatch):
    """Pretend that these modules are not installed."""

    def _without(*absent):
        monkeypatch.setattr(bench.gpu, "find_spec", lambda name: None if name in absent else object())

    return _without


@pytest.mark.parametrize(
    ("driver", "absent", "expected"),
    [
        (13, ("pydantic", "cupy"), ["pydantic", "cupy-cuda13x"]),
        (12, ("cupy",), ["cupy-cuda12x"]),
        (14, ("cupy",), ["cupy-cuda13x"]),  # the newest there is
        (0, ("hypothesis", "cupy"), ["hypothesis"]),  # without a driver cupy helps nobody
        (0, ("QuantLib", "typer"), []),  # what only other cases need is not asked for
    ],
)
def test_what_to_bring_follows_the_driver(without, driver, absent, expected):
    without(*absent)
    assert missing(driver) == expected


@pytest.mark.parametrize(("driver", "package"), [(13, "nvidia-cuda-nvrtc==13.*"), (12, "nvidia-cuda-nvrtc-cu12")])
def test_a_compiler_is_asked_for_where_none_is_found(without, monkeypatch, driver, package):
    without()
    monkeypatch.setattr("kernels.cuda.host.nvrtc.load_nvrtc", lambda newest: None)
    assert missing(driver) == [package]


def test_wheels_are_fetched_for_this_python():
    said = how_to_bring(["pydantic", "nvidia-cuda-nvrtc==13.*"])
    assert f"--python-version {sys.version_info.major}.{sys.version_info.minor} " in said
    assert said.endswith("--no-index --find-links wheels pydantic 'nvidia-cuda-nvrtc==13.*'")


def test_a_machine_without_a_gpu_is_told_why(monkeypatch, capsys):
    monkeypatch.setattr(bench.gpu, "missing", lambda driver: [])
    monkeypatch.setattr(
        kernels.cuda.host.check, "cuda_fault", lambda: CudaFault(message="it is busy", is_temporary=True)
    )
    assert bench.gpu.main() == 75
    assert "no GPU can run here: it is busy" in capsys.readouterr().err


def test_all_is_run_in_one_go_and_what_cannot_be_is_said(without, monkeypatch, tmp_path, capsys):
    without("QuantLib")
    ran = []

    def run(command, cwd):
        ran.append(command[1:])
        if "--out" in command:
            cases = [{"name": name} for name in command[3 : command.index("--out")]]
            (tmp_path / command[-1]).write_text(json.dumps({"cases": cases}))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(bench.gpu, "missing", lambda driver: [])
    monkeypatch.setattr(kernels.cuda.host.check, "cuda_fault", lambda: None)
    monkeypatch.setattr(bench.gpu_walk, "walks", lambda: [{"device": "NVIDIA H200 (GPU 0), NVIDIA H200 (GPU 1)"}])
    monkeypatch.setattr(bench.gpu.subprocess, "run", run)
    monkeypatch.setattr(bench.gpu, "ROOT", tmp_path)
    (tmp_path / "bench").mkdir()
    assert bench.gpu.main() == 0
    assert [command[1] for command in ran] == ["pytest", "bench", "bench"]
    (path,) = (tmp_path / "bench" / "results").iterdir()
    assert path.name.endswith("-nvidia-h200.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [case["name"] for case in found["cases"]] == ["crossover", "normals", "stages", "unwind"]
    assert found["gpu_walks"][0]["device"].startswith("NVIDIA H200")
    assert "case 'walk' is left out: QuantLib not installed" in capsys.readouterr().err


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_walk_is_timed_on_the_host_build(precision):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    found = compared(CudaBackend([HostDevice()]), NumbaBackend(), precision, n_steps=2, n_paths=200)
    assert found["device"] == "host build"
    assert found["kernel_ms"] > 0.0
    assert found["times_cores"] == pytest.approx(found["cores_kernel_ms"] / found["kernel_ms"])


def test_every_gpu_test_is_where_make_gpu_looks(root):
    places = [path for path in (root / "tests").rglob("test_*.py") if "mark.gpu" in path.read_text(encoding="utf-8")]
    assert {str(path.relative_to(root)) for path in places} - {"tests/bench/test_gpu.py"} == set(bench.gpu.GPU_TESTS)


def test_every_case_is_run_by_make_gpu():
    from bench.start import CASES, LONG

    assert {bench.gpu.GPU_CASE, *bench.gpu.OTHER_CASES} == CASES.keys() - set(LONG)
