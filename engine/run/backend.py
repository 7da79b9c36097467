"""Choose where a run computes, and say so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.errors import BusyError, InputError, RiskError
from kernels.base import AbstractBackend
from kernels.cuda.host.check import CudaFault, cuda_fault
from kernels.cuda.host.device import DeviceError, DeviceMemoryError
from kernels.numba.compiled import announce_compiling
from kernels.objects import are_kept, before_numba
from kernels.select import BACKENDS, select_backend


def choose_backend(name: str, say: Callable[[str], None]) -> AbstractBackend:
    """Return the backend called `name`; `auto` is cuda where a GPU works, else numba on all cores.

    Raises
    ------
    InputError
        There is no such backend here; says why and what else there is.
    BusyError
        There is one, which another process holds.
    """
    if name == "auto":
        return _automatic(say)
    if name not in BACKENDS:
        raise InputError(f"backend {name!r} is not known; there are {', '.join(BACKENDS)}")
    if name == "cuda" and (fault := cuda_fault()):
        raise _refusal(fault)
    with device_errors():
        return _numba(say) if name == "numba" else select_backend(name)


def _automatic(say: Callable[[str], None]) -> AbstractBackend:
    fault = cuda_fault()
    if fault:
        say("backend auto: numba, all cores (no usable GPU: `unwind doctor` says why)")
        return _numba(say)
    with device_errors():
        backend = select_backend("cuda")
        say(f"backend auto: cuda on {backend.device()}")
        return backend


def _numba(say: Callable[[str], None]) -> AbstractBackend:
    if are_kept():  # of a kernel that is not, numba is asked later
        before_numba(lambda: announce_compiling(say))
        return select_backend("numba")
    try:
        announce_compiling(say)
    except ValueError as error:  # of UNWIND_CPU, which is read when the compiler is set up
        raise InputError(str(error)) from None
    return select_backend("numba")


def _refusal(fault: CudaFault) -> RiskError:
    if fault.is_temporary:
        return BusyError(f"backend 'cuda' cannot run now: {fault.message}; try again later, or use --backend numba")
    return InputError(f"backend 'cuda' cannot run here: {fault.message}; or use --backend numba")


@contextmanager
def device_errors() -> Iterator[None]:
    """Turn what a device cannot do into the error that a command ends with."""
    try:
        yield
    except DeviceMemoryError as error:
        raise BusyError(f"{error}; try again when more is free, or use --backend numba. Nothing was lost") from error
    except DeviceError as error:
        raise RiskError(f"{error}; `unwind doctor` says more, --backend numba needs no GPU") from error
