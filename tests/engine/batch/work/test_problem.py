from pathlib import Path
from shutil import copytree, ignore_patterns

import kernels
from engine.batch.work.problem import sources_sha256

KERNELS = Path(kernels.__path__[0])


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
