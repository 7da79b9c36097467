"""Where positions come from that no file holds: a program's frame as bytes, its errors by its labels, and digests."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from engine.book.compiled import CompiledBook
from engine.errors import Fault, FileFaults
from engine.inputs.book.load import checked_rows
from engine.inputs.opened import Opened
from engine.instruments.rows.kind import Kind

_BEFORE = re.compile(r"already stands on (?:line|row) (\d+)")


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameBytes(Opened):
    """A frame as the bytes of a Parquet file, whose row n is that of `labels[n - 1]`."""

    labels: tuple[str, ...]  # (n_rows,) the index, in words

    @cached_property
    def sha256(self) -> str:
        """Return a digest of what the rows say, and of what was left out: the bytes change with what writes them."""
        rows = checked_rows(self)
        return sha256(f"{content_sha256(self)} {rows.warnings}".encode()).hexdigest()


@contextmanager
def errors_by_label(source: Opened) -> Iterator[None]:
    """Have errors of a frame's rows name its labels; those of a file stay as they are."""
    try:
        yield
    except FileFaults as refusal:
        if not isinstance(source, FrameBytes) or refusal.path != str(source.path):
            raise
        faults = [_labelled(fault, source.labels) for fault in refusal.faults]
        raise FileFaults(called(source.path.stem), faults) from None


def content_sha256(source: Opened) -> str:
    """Return a digest of what a source book's rows say, however it is written. Raises FileFaults for a bad row."""
    digest = sha256()
    for each in checked_rows(source).positions:
        digest.update(repr([(name, said(value)) for name, value in each.filled.items() if value != ""]).encode())
    return digest.hexdigest()


def said(value: object) -> object:
    """Return a field of a position in words that stay the same: a kind by its name."""
    return value.name if isinstance(value, Kind) else value


def labelled(book: CompiledBook, sources: Sequence[Opened]) -> CompiledBook:
    """Return a book of one frame with its rows' labels, by which later errors name them; others as they are."""
    (first, *others) = sources
    if others or not isinstance(first, FrameBytes):
        return book
    labels = tuple(first.labels[line - 1] for line in book.lines)
    return replace(book, source=called(first.path.stem), labels=labels)


def _labelled(fault: Fault, labels: tuple[str, ...]) -> Fault:
    """Return an error at its row's label in place of its number."""
    message = _BEFORE.sub(lambda found: f"already stands in row {labels[int(found[1]) - 1]!r}", fault.message)
    if fault.line is None:
        return replace(fault, message=message)
    row = f"row {labels[fault.line - 1]!r}"
    return replace(fault, message=message, line=None, where=f"{row}, {fault.where}" if fault.where else row)


def called(name: str) -> str:
    """Return what a book is called in an error, where it has no file."""
    return f"book {name!r}"
