"""Compiled kernels are found again by what they were compiled from, wherever and whenever that was written.

numba's own cache goes by a file's folder and time, so that each environment and each checkout compiles anew; and it
numbers its files, so that two processes that compile at once may take one number for two kernels. Here a file is
called by what it was compiled from, for which types and for which processor, says so inside, and is believed only
where that and every bit of it are as they were written: a stale, foreign or damaged one is compiled again.
"""

import pickle
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import Any

from numba.core import caching, dispatcher

from kernels.cache import keep

_SOURCES = Path(__file__).parent.resolve()
_SEAL = 64  # letters of the SHA-256 with which a file begins
END = ".nbc"  # of the files' names


class ByContent(caching._CacheLocator):
    """Where a kernel's machine code is kept: a folder whose name says what all kernels are compiled from, and by what.

    So it is never stale: other sources or another compiler have another folder, and what is compiled for payoffs of
    other packages, whose sources the name says nothing of, is not kept (`kernels.numba.backend`).
    """

    folders: tuple[Path, ...] = ()  # looked through in this order; what is compiled is kept in the first
    is_written = False  # whether it is kept at all

    def __init__(self, module: str, line: int) -> None:
        self._name = f"{module}-{line}"

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self.folders[0])

    def get_source_stamp(self) -> str:
        """Return what a kept kernel is compared by: the folder's name."""
        return self.folders[0].name

    def get_disambiguator(self) -> str:
        """Return what tells apart functions of one name: module and line."""
        return self._name

    def ensure_cache_path(self) -> None:
        """Leave it to whoever writes: a folder that cannot be written can still be read."""

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> "ByContent | None":
        """Return the place of a kernel; None for a function from elsewhere, which the folder's name says nothing of."""
        try:
            path = Path(py_file).resolve().relative_to(_SOURCES)
        except ValueError:
            return None
        return cls(".".join(path.with_suffix("").parts), py_func.__code__.co_firstlineno)


class KeptCode:
    """Files of one kernel: one for each key, which is its types, the processor and its bytecode."""

    n_found = n_compiled = 0  # kernels of this process: found kept, and compiled here
    begun: Callable[[], None] | None = None  # called before a kernel is compiled

    def __init__(self, name: str) -> None:
        self._name = name

    def load(self, key: Any) -> Any:
        """Return the machine code that is kept under a key, as numba wrote it; None where none is, or none sound."""
        for folder in ByContent.folders:
            try:
                data = (folder / self._file(key)).read_bytes()
                body = memoryview(data)[_SEAL:]
                if sha256(body).hexdigest().encode() != data[:_SEAL]:
                    continue
                stamp, found, code = pickle.loads(body)
                if (stamp, found) == (folder.name, key):
                    loaded = pickle.loads(code)
                    KeptCode.n_found += 1
                    return loaded
            except Exception:  # whatever is wrong with a kept kernel, it is compiled again
                continue
        if KeptCode.begun is not None:
            KeptCode.begun()
        return None

    def save(self, key: Any, code: Any) -> None:
        """Keep machine code under a key; where it cannot be kept the next process compiles again."""
        KeptCode.n_compiled += 1
        if ByContent.is_written:
            self.write(ByContent.folders[0], key, code)

    def write(self, folder: Path, key: Any, code: Any) -> Path | None:
        """Write machine code as `load` reads it, into a folder named as those are; None where it cannot be written."""
        body = caching.dumps((folder.name, key, caching.dumps(code)))
        return keep(folder / self._file(key), sha256(body).hexdigest().encode() + body)

    def _file(self, key: Any) -> str:
        return f"{self._name}-{sha256(repr(key).encode()).hexdigest()[:16]}{END}"


class KeptCache(caching.FunctionCache):
    """numba's cache of a function, whose files are `KeptCode` where the function is a kernel of ours."""

    def __init__(self, py_func: FunctionType) -> None:
        super().__init__(py_func)
        if isinstance(self._impl.locator, ByContent):
            self._cache_file = KeptCode(self._impl.filename_base)


def keep_by_content(folders: Iterable[Path], *, is_written: bool) -> None:
    """Look for what is compiled of `kernels.numba` in `folders` from now on, and keep it in the first if `is_written`.

    All else stays where numba keeps it.
    """
    ByContent.folders, ByContent.is_written = tuple(folders), is_written
    others = [each for each in caching.CacheImpl._locator_classes if each is not ByContent]
    caching.CacheImpl._locator_classes = [ByContent, *others]
    setattr(dispatcher, "FunctionCache", _cache_of)  # noqa: B010  # which numba does not declare for others


def _cache_of(py_func: FunctionType) -> KeptCache | caching.NullCache:
    """Return the cache of a function; of one from elsewhere, none where nothing can be written."""
    try:
        return KeptCache(py_func)
    except RuntimeError:  # numba finds no folder for it
        return caching.NullCache()


def kept_files() -> tuple[Path, ...]:
    """Return the files of all compiled kernels that this process would find."""
    return tuple(path for folder in ByContent.folders for path in sorted(folder.glob(f"*{END}")))
