"""Where a command may write: never over what it reads, nor over anything but a plain file."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.part_files import part_of
from engine.sheet_path import file_of

if TYPE_CHECKING:
    from engine.inputs.run import RunConfig


def check_out(out: Path, *, inputs: Sequence[Path], flag: str = "--out") -> Path:
    """Refuse, before anything is computed, a file that could or should not be written; return its resolved path.

    Parameters
    ----------
    out : a new file, or a regular one that is to be replaced
    inputs : files that the same command reads, under whatever names and links
    flag : what the caller's option is called, for the message

    Raises
    ------
    InputError
        It is a folder, a symbolic link, a device or a pipe, or one of `inputs`; its folder is not there or not
        writable.
    """
    destination = f"{flag} {str(out)!r}"
    try:
        if fault := _kind_fault(out):
            raise InputError(f"{destination} is {fault}")
        if not out.parent.is_dir():
            raise InputError(f"{destination}: there is no folder {str(out.parent)!r}; make it first")
        if read := next((each for each in inputs if _is_same(out, each)), None):
            raise InputError(f"{destination} would replace {str(read)!r}, which this command reads; give another name")
    except OSError as error:
        raise InputError(f"{destination} cannot be written: {error.strerror}") from None
    if not os.access(out.parent, os.W_OK | os.X_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise InputError(f"{destination} cannot be written: no permission")
    _try_part(out, destination)
    return out.resolve()


def made_folder(out: Path, flag: str = "--out") -> Path:
    """Return a folder to write into, made where it is absent. Raises InputError when it cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{flag} {str(out)!r} is a file; give a folder") from None
    except OSError as error:
        raise InputError(f"{flag} {str(out)!r} cannot be made: {error.strerror}") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise InputError(f"{flag} {str(out)!r} cannot be written: no permission")
    return out


def input_files(config: "RunConfig", file: Path | None) -> tuple[Path, ...]:
    """Return the files that a run reads: its RUN.toml if there is one, market, books, and scenarios named by path."""
    from engine.inputs.book.load import bundled_book_path  # here: what writes no run needs no books, which load slowly
    from engine.inputs.default_market import market_path_for

    scenarios = [Path(name) for name in config.scenarios if name.endswith(".toml")]
    books = config.book_files or (bundled_book_path(),)
    files = (file, config.market or market_path_for(books), *books, *scenarios)
    return tuple(each for each in files if each is not None)


def _kind_fault(out: Path) -> str | None:
    """Return what is wrong with the kind of thing that is there already, if something is."""
    try:
        mode = out.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return "a symbolic link; give the path of the file itself"
    if stat.S_ISDIR(mode):
        return "a folder; give the path of a file in it, such as result.json"
    return None if stat.S_ISREG(mode) else "a device or a pipe; give the path of a file"


def _try_part(out: Path, destination: str) -> None:
    """Make and remove the file under whose name the output would grow. Raises InputError when there can be none."""
    part = part_of(out)
    try:
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        raise InputError(f"{destination} cannot be written: {error.strerror}") from None


def _is_same(out: Path, other: Path) -> bool:
    """Return whether two paths are one file; where either is absent, whether they would be."""
    other = file_of(other)
    if out.exists() and other.exists():
        return out.samefile(other)
    return os.path.realpath(out) == os.path.realpath(other)
