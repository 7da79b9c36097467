"""The one stream that is wanted of an OLE compound file, as .xls is ([MS-CFB], 2.2 to 2.6)."""

import struct

from engine.inputs.sheets.marks import SheetError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # numbers of sectors lie below
_ENTRY = 128  # bytes of an entry of the directory
_SMALL = 64  # bytes of a sector of the mini stream
_BAD = "is damaged or cut short: open it in a spreadsheet program and save it as .xlsx"

_Directory = dict[str, tuple[int, int]]  # first sector and size by name


class OleFile:
    """A compound file in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._shift, n_fat = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 44)[0]
            first_directory, self._least, first_small = struct.unpack_from("<I4xII", data, 48)
            if self._shift not in (9, 12):
                raise SheetError(_BAD)
            self._fat = self._numbers(self._fat_sectors(min(n_fat, len(data) >> self._shift)))
            self._small = self._numbers(self._chain(first_small, self._fat))
            self._entries = self._directory(self._joined(self._chain(first_directory, self._fat)))
        except (struct.error, ValueError):
            raise SheetError(_BAD) from None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all streams and folders."""
        return tuple(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream. Raises SheetError."""
        first, size = self._entries[name]
        if size >= self._least or name == "Root Entry":
            return self._joined(self._chain(first, self._fat))[:size]
        small = self.stream("Root Entry")
        return b"".join(small[_SMALL * i : _SMALL * (i + 1)] for i in self._chain(first, self._small))[:size]

    def _fat_sectors(self, n: int) -> list[int]:
        """Return the sectors of the table of sectors: 109 in the header, others in a chain of their own."""
        found = [each for each in struct.unpack_from("<109I", self._data, 76) if each < _LAST]
        following, n_following = struct.unpack_from("<II", self._data, 68)
        for _ in range(min(n_following, n)):
            if following >= _LAST:
                break
            *numbers, following = self._numbers([following])
            found += [each for each in numbers if each < _LAST]
        return found[:n]

    def _numbers(self, sectors: list[int]) -> list[int]:
        joined = self._joined(sectors)
        return list(struct.unpack(f"<{len(joined) // 4}I", joined))

    def _joined(self, sectors: list[int]) -> bytes:
        size = 1 << self._shift
        parts = [self._data[(i + 1) * size : (i + 2) * size] for i in sectors]
        if any(len(part) < size for part in parts[:-1]):
            raise SheetError(_BAD)
        joined = b"".join(parts)
        return joined + bytes(-len(joined) % 4)

    @staticmethod
    def _chain(first: int, table: list[int]) -> list[int]:
        chain: list[int] = []
        while first < _LAST:
            if first >= len(table) or len(chain) > len(table):
                raise SheetError(_BAD)
            chain.append(first)
            first = table[first]
        return chain

    @staticmethod
    def _directory(data: bytes) -> _Directory:
        found: _Directory = {}
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            n = struct.unpack_from("<H", data, at + 64)[0]
            first, size = struct.unpack_from("<II", data, at + 116)
            if 2 <= n <= 64:
                found[data[at : at + n - 2].decode("utf-16-le", errors="replace")] = (first, size)
        return found
