"""The chain of a run's blocks: each link holds all before it, so that no block can be changed, dropped or swapped."""

from collections.abc import Sequence
from hashlib import sha256

from engine.record.manifest import Manifest, RecordedBlock
from engine.risk.accumulate import TailAccumulator
from kernels.base import CellRange


def chain_of_blocks(tails: TailAccumulator, blocks: Sequence[CellRange], problem_sha256: str) -> list[RecordedBlock]:
    """Return every block with the digest of what its cells hold, and the chain of digests up to it."""
    found: list[RecordedBlock] = []
    chain, cells = problem_sha256, tails.cells
    for block in blocks:
        here = slice(block.first, block.first + block.n)
        digest = sha256(f"{block.first} {block.n} ".encode())
        for array in (cells.sums[:, here], cells.squares[:, here], cells.digests[:, here]):
            digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        chain = next_link(chain, digest.hexdigest())
        found.append({"first": block.first, "n": block.n, "sha256": digest.hexdigest(), "chain": chain})
    return found


def broken_block(manifest: Manifest) -> RecordedBlock | None:
    """Return the first block at which a manifest's chain is not the one of its digests; None where it holds."""
    chain = manifest["problem_sha256"]
    for block in manifest["blocks"]:
        chain = next_link(chain, block["sha256"])
        if chain != block["chain"]:
            return block
    return None


def next_link(chain: str, digest: str) -> str:
    """Return the chain after one more block."""
    return sha256(f"{chain} {digest}".encode()).hexdigest()
