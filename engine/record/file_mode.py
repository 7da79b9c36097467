"""Who may read what is written: the process's umask, or the one that a batch file asks for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def written_with(umask: int | None) -> Iterator[None]:
    """Write files and folders without the permissions in `umask`, 0o027 for instance; None: as the process would.

    It holds for all of the process, other threads included, until the end.
    """
    if umask is None:
        yield
        return
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)
