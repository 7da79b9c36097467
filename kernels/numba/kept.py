"""Compiled kernels are found again by what they were compiled from, wherever and whenever that was written.

numba's own cache goes by a file's folder and time: each environment of a machine, each checkout compiles anew.
"""

from pathlib import Path
from types import FunctionType

from numba.core import caching

_SOURCES = Path(__file__).parent.resolve()


class ByContent(caching._CacheLocator):
    """Where a kernel's machine code is kept: a folder whose name says what all kernels are compiled from, and by what.

    So it is never stale: other sources or another compiler have another folder, and what is compiled for payoffs of
    other packages, whose sources the name says nothing of, is not kept (`kernels.numba.backend`).
    """

    folder = Path()

    def __init__(self, module: str, line: int) -> None:
        self._name = f"{module}-{line}"

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self.folder)

    def get_source_stamp(self) -> str:
        """Return what a kept kernel is compared by: the folder's name."""
        return self.folder.name

    def get_disambiguator(self) -> str:
        """Return what tells apart functions of one name: module and line."""
        return self._name

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> "ByContent | None":
        """Return the place of a kernel; None for a function from elsewhere, which the folder's name says nothing of."""
        try:
            path = Path(py_file).resolve().relative_to(_SOURCES)
        except ValueError:
            return None
        return cls(".".join(path.with_suffix("").parts), py_func.__code__.co_firstlineno)


def keep_by_content(folder: Path) -> None:
    """Keep what is compiled of `kernels.numba` in `folder` from now on, all else where numba keeps it."""
    ByContent.folder = folder
    others = [each for each in caching.CacheImpl._locator_classes if each is not ByContent]
    caching.CacheImpl._locator_classes = [ByContent, *others]
