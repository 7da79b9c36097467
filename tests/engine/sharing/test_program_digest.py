"""The digest of a program's sources sees every file that decides figures."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import kernels
from engine.sharing.program_digest import outside_sources, sources_sha256
from kernels.payoffs import PAYOFFS

KERNELS = Path(kernels.__path__[0])


@pytest.mark.parametrize("name", ["pack.py", "cuda/steps/walk.cuh", "cuda/paths.cu", "conventions/currencies.toml"])
def test_the_digest_of_sources_moves_with_each_file(tmp_path: Path, name: str):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a = 1")
    before = sources_sha256(tmp_path)
    path.write_text("a = 2")
    assert sources_sha256(tmp_path) != before


def test_the_digest_of_the_kernels_sees_an_edit_of_any_source_in_any_folder(tmp_path):
    """A source that it misses would let checkpoints of other bits be mixed in."""
    copy = copytree(KERNELS, tmp_path / "kernels", ignore=ignore_patterns("__pycache__", "*.md"))
    before = sources_sha256(copy)
    sources = [path for path in copy.rglob("*") if path.suffix in (".py", ".cu", ".cuh")]
    assert {path.parent.name for path in sources} >= {"cuda", "draws", "steps", "payoffs"}
    unseen = []
    for path in sources:
        text = path.read_bytes()
        path.write_bytes(text + b"\n")
        if sources_sha256(copy) == before:
            unseen.append(path.relative_to(copy).as_posix())
        path.write_bytes(text)
    assert unseen == []


def test_the_sources_of_a_payoff_from_elsewhere_are_among_a_problem_s(tmp_path):
    cuda = tmp_path / "outside.cuh"
    outside = replace(PAYOFFS["holdings"], name="outside", numpy=lambda: print, numba=lambda: print, cuda=cuda)
    assert outside_sources() == []
    with PAYOFFS.registered(outside):
        assert set(outside_sources()) == {cuda, Path(__file__)}
