"""Kernels as machine code that is called without numba, whose import takes longer than most answers.

The first process of a machine has numba find or compile a kernel, and keeps its object under what it was compiled from,
by what, and for which arguments; later ones load the object and call it by C's rules, as numba would. An object that is
not wholly as it was written, or of another key, is not believed. Where numba is loaded already, or is told by its
environment to do anything its own way, it does everything itself: the bits are the same.
"""

import ctypes
import json
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

from kernels.cache import cache_base, keep

KERNELS = {  # those that Python calls -> the module of numba's dispatcher
    "pnl_of_paths": "kernels.numba.paths",
    "levels_of_paths": "kernels.numba.paths",
    "pnl_of_moves": "kernels.numba.moves",
    "reduce_cells": "kernels.numba.reduce",
    "keep_tails": "kernels.numba.reduce",
}
END = ".obj"  # of the files' names
_SEAL = 64  # letters of the SHA-256 with which a file begins
_DONE = (0, -2)  # what numba's functions return where nothing went wrong: done, and done with None
_HELPERS = {  # what numba's kernels call: its modules in C -> what their functions are called in machine code
    "numba.core.runtime._nrt_python": "NRT_",  # scratch
    "numba._helperlib": "numba_",  # shapes
}
_MOST_ARGUMENTS = 1024  # that ctypes passes
_OWN_WAY = ("NUMBA_", "UNWIND_CPU")  # variables that make numba's kernels others
_THREADS = "NUMBA_NUM_THREADS"  # but this one
_TRIED = ("0.61", "0.68")  # numba, whose calls are known to be these: the lowest supported version, the pinned one

_before_numba: list[Callable[[], None]] = []  # what is called once before a kernel has numba loaded

Kinds = list[Any]  # what machine code depends on, argument by argument
Words = list[int | float]  # arguments as C has them


class Kernel:
    """A kernel of the CPU wing, one of KERNELS, called as the function that it is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: dict[Any, Callable[[Words], None]] = {}
        self._lock = Lock()
        self._n_known = 0  # of the dispatcher's overloads, those whose objects were kept or must not be
        self.is_kept = True  # False: compiled for payoffs of other packages, whose sources no key knows

    def __call__(self, *arguments: Any) -> None:
        """Call the kernel; it writes to its last arguments."""
        if "numba" not in sys.modules and (folder := _folder()) is not None:
            kinds, words = laid_out(arguments)
            if (call := self._loaded(folder, kinds)) is not None:
                call(words)
                return
        if "numba" not in sys.modules and _before_numba:
            _before_numba.pop()()
        dispatcher = self.dispatcher
        dispatcher(*arguments)
        if len(dispatcher.overloads) != self._n_known:
            self._keep(dispatcher, arguments)

    @property
    def dispatcher(self) -> Any:
        """Return what numba calls."""
        return getattr(import_module(KERNELS[self._name]), self._name)

    def _loaded(self, folder: Path, kinds: Kinds) -> Callable[[Words], None] | None:
        key = tuple(kinds)
        with self._lock:
            if key not in self._calls and (call := _load(folder / _file(self._name, kinds), kinds)) is not None:
                self._calls[key] = call
            return self._calls.get(key)

    def _keep(self, dispatcher: Any, arguments: tuple[Any, ...]) -> None:
        """Keep the object of the overload that was called last, where it is to be kept and is not yet."""
        with self._lock:
            self._n_known = len(dispatcher.overloads)
        folder = _folder()
        if folder is None or not self.is_kept:
            return
        kinds, words = laid_out(arguments)
        path = folder / _file(self._name, kinds)
        if len(words) + 2 > _MOST_ARGUMENTS or path.exists():
            return
        from numba.core.registry import cpu_target

        from kernels.numba.settings import compiler_target

        types, codegen = tuple(map(dispatcher.typeof_pyval, arguments)), cpu_target.target_context.codegen()
        code = dispatcher._cache._cache_file.load(dispatcher._cache._index_key(types, codegen))
        if code is None:  # numba's own are not kept either
            return
        (_, _, (machine_code, _)), function, *_ = code
        head = {"stamp": folder.name, "symbol": function.llvm_func_name, "target": compiler_target()}
        _write(path, json.dumps(head | {"kinds": repr(kinds)}).encode(), machine_code)


def laid_out(arguments: tuple[Any, ...]) -> tuple[Kinds, Words]:
    """Return what the machine code of a call depends on, and its arguments one by one as C has them.

    As numba lays them out: an array is its owners (none), size, size of an item, place, shape and strides; a tuple is
    what it holds.
    """
    kinds: Kinds = []
    words: Words = []
    for each in arguments:
        _lay_out(each, kinds, words)
    return kinds, words


def _lay_out(value: Any, kinds: Kinds, words: Words) -> None:
    if isinstance(value, np.ndarray):
        flags = value.flags
        layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        kinds.append((value.dtype, value.ndim, layout, flags.writeable, flags.aligned))
        place = value.__array_interface__["data"][0]
        words += (0, 0, value.size, value.itemsize, place, *value.shape, *value.strides)
    elif isinstance(value, tuple):
        kinds.append((type(value).__module__, type(value).__qualname__, len(value)))
        for each in value:
            _lay_out(each, kinds, words)
    elif isinstance(value, np.uint64):
        kinds.append("u64")
        words.append(int(value))
    elif isinstance(value, int | np.int64) and not isinstance(value, bool):
        kinds.append("i64")
        words.append(int(value))
    else:
        raise TypeError(f"kernels take arrays, tuples and whole numbers of 64 bits, not {type(value).__name__}")


def before_numba(call: Callable[[], None]) -> None:
    """Have `call` called, and none before it, where a kernel is not kept as an object and numba is loaded for it."""
    _before_numba[:] = [call]


def n_threads() -> int:
    """Return on how many threads kernels run: numba's number, asked of numba where it is loaded.

    Raises ValueError where its environment variable is no number of threads.
    """
    if (numbas := getattr(sys.modules.get("numba"), "get_num_threads", None)) is not None:  # None: half imported
        return int(numbas())
    if not (asked := os.environ.get(_THREADS)):
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not (asked.isdecimal() and int(asked) > 0):
        raise ValueError(f"environment variable {_THREADS}: must be a whole number from 1, got {asked!r}")
    return int(asked)


def kept_target() -> tuple[str, str] | None:
    """Return the processor and vectors of kernels that are kept here as objects; None where numba is to say it."""
    folder = None if "numba" in sys.modules else _folder()
    path = None if folder is None else next(iter(sorted(folder.glob(f"*{END}"))), None)
    if path is None or (read := _read(path)) is None:
        return None
    name, vectors = read[0]["target"]
    return name, vectors


def are_kept() -> bool:
    """Return whether this process may find a kernel as an object, and so need no numba."""
    return kept_target() is not None


def _file(name: str, kinds: Kinds) -> str:
    return f"{name}-{sha256(repr(kinds).encode()).hexdigest()[:16]}{END}"


def _write(path: Path, head: bytes, code: bytes) -> None:
    """Keep an object as `_read` reads it; where it cannot be kept, the next process asks numba again."""
    body = head + b"\n" + code
    keep(path, sha256(body).hexdigest().encode() + body)


def _read(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """Return what stands before an object, and the object; None where there is none, or not as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    seal, body = data[:_SEAL], data[_SEAL:]
    if sha256(body).hexdigest().encode() != seal:
        return None
    head, _, code = body.partition(b"\n")
    return json.loads(head), code


def _load(path: Path, kinds: Kinds) -> Callable[[Words], None] | None:
    """Return the call of a kept object; None where none is kept, or another."""
    read = _read(path)
    if read is None or (read[0]["stamp"], read[0]["kinds"]) != (path.parent.name, repr(kinds)):
        return None
    head, code = read
    engine = _engine_of(code)
    function: Any = None

    def call(words: Words) -> None:
        nonlocal function
        if function is None:
            integers = [ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_uint64] * len(words)]
            function = ctypes.CFUNCTYPE(ctypes.c_int, *integers)(engine.get_function_address(head["symbol"]))
        result, error = ctypes.c_void_p(), ctypes.c_void_p()
        status = function(ctypes.addressof(result), ctypes.addressof(error), *words)
        if status not in _DONE:
            raise MemoryError("a kernel found no memory for its scratch")  # kernels raise nothing of their own

    return call


def _engine_of(code: bytes) -> Any:
    """Return what has an object in memory, ready to be called. It must be held as long as that is."""
    import llvmlite.binding as llvm

    _set_up_llvm()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


@cache
def _set_up_llvm() -> None:
    """Ready LLVM's loader, and hand it what numba's kernels call."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for module, prefix in _HELPERS.items():
        for name, address in _in_c(module).c_helpers.items():
            llvm.add_symbol(name if name.startswith("_") else prefix + name, address)


def _in_c(name: str) -> ModuleType:
    """Return a module of numba's that is C, loaded by itself; numba, if it is imported later, takes it as its own."""
    package = find_spec("numba")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent.joinpath(*name.split(".")[1:])
    spec = spec_from_file_location(name, path.with_name(path.name + EXTENSION_SUFFIXES[0]))
    assert spec is not None
    assert spec.loader is not None
    found = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@cache
def _folder() -> Path | None:
    """Return where this program's objects for this processor are kept; None where numba is to do everything itself.

    Elsewhere than on Linux, and with other versions of numba, none was tried.
    """
    if version("numba").rpartition(".")[0] not in _TRIED:
        return None
    told = any(name.startswith(_OWN_WAY) and name != _THREADS for name in os.environ)
    if sys.platform != "linux" or told or Path(".numba_config.yaml").exists():
        return None
    import llvmlite.binding as llvm

    digest = sha256()
    wings = Path(__file__).parent
    for path in sorted([*wings.glob("*.py"), *(wings / "numba").rglob("*.py")]):
        digest.update(path.relative_to(wings).as_posix().encode() + b"\0" + path.read_bytes())
    made_by = [version("numba"), version("llvmlite"), platform.machine(), platform.python_version()]
    made_by += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    digest.update(json.dumps(made_by).encode())
    return cache_base() / "objects" / digest.hexdigest()[:32]
