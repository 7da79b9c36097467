"""What `make gpu` asks of a machine: what is lacking is said, with the way to bring it."""

import sys

import pytest

from bench.gpu import needs
from bench.gpu.needs import how_to_bring, missing, profiler_path


@pytest.fixture
def without(monkeypatch):
    """Pretend that these modules are not installed."""

    def _without(*absent):
        monkeypatch.setattr(needs, "find_spec", lambda name: None if name in absent else object())

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


class Driver:
    """A driver with one device of sm_103, which speaks CUDA 13.1."""

    def __init__(self, code=0):
        self.code = code

    def cuDriverGetVersion(self, version):  # noqa: N802
        version._obj.value = 13010
        return self.code

    def cuInit(self, flags):  # noqa: N802
        return self.code

    def cuDeviceGet(self, device, index):  # noqa: N802
        return 0

    def cuDeviceGetAttribute(self, found, attribute, device):  # noqa: N802
        found._obj.value = {75: 10, 76: 3}[attribute]
        return 0


def test_the_driver_says_its_version_and_what_its_device_can_do(monkeypatch):
    monkeypatch.setattr(needs.ctypes, "CDLL", lambda name: Driver())
    assert (needs.newest_cuda(), needs.architecture()) == (13, 103)


def test_without_a_device_there_is_no_architecture(monkeypatch):
    monkeypatch.setattr(needs.ctypes, "CDLL", lambda name: Driver(code=100))
    assert needs.newest_cuda() == 0
    with pytest.raises(OSError, match="there is no CUDA device"):
        needs.architecture()


def test_the_profiler_is_looked_for_beside_path_too(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(needs, "PROFILERS", (f"{tmp_path}/*",))
    assert profiler_path() is None
    place = tmp_path / "2025.3" / "ncu"
    place.parent.mkdir()
    place.write_text("#!/bin/sh\n", encoding="utf-8")
    place.chmod(0o755)
    assert profiler_path() == str(place)
