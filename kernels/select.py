"""Backend by name. numba or cupy is imported only when that backend is asked for."""

from importlib import import_module

from kernels.base import AbstractBackend

BACKENDS = {  # name -> module, class
    "numpy": ("kernels.numpy.backend", "NumpyBackend"),
    "numba": ("kernels.numba.backend", "NumbaBackend"),
    "cuda": ("kernels.cuda.host.backend", "CudaBackend"),
}


def select_backend(name: str) -> AbstractBackend:
    """Return the backend called `name`, one of BACKENDS.

    Raises
    ------
    KeyError
        There is no such backend.
    """
    module, kind = BACKENDS[name]
    backend: AbstractBackend = getattr(import_module(module), kind)()
    return backend
