"""The walk in PyTorch on one CPU thread."""

from importlib import import_module
from typing import Any

from bench.peers.walk_law import Walk, WalkLaw


def torch_walk(law: WalkLaw, n_paths: int, precision: str) -> Walk:
    """Walk all paths at once, fused multiply-add with the Cholesky factor. Raises ImportError where torch is not."""
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    kind = getattr(torch, precision)
    decay, drift, chol = (torch.tensor(a.tolist(), dtype=kind) for a in (law.decay, law.drift, law.chol.T))

    def walk() -> Any:
        state = torch.zeros((n_paths, law.n_factors), dtype=kind)
        for _ in range(law.n_steps):
            normals = torch.randn((n_paths, law.n_factors), dtype=kind)
            state = torch.addmm(torch.addcmul(drift, state, decay), normals, chol)
        return state.numpy().T

    return walk
