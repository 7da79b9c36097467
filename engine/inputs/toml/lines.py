"""Where a key stands in a TOML text: tomllib gives values without lines, and an error must name the line."""

import re
import tomllib
from collections.abc import Mapping, Sequence

Keys = tuple[str | int, ...]  # ("shocks", 0, "size"): keys, and indices in arrays

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")  # between statements and inside arrays
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""{1,3}', re.DOTALL),
    re.compile(r"'''.*?'''{1,3}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def key_lines(text: str) -> dict[Keys, int]:
    """Return the 1-based line of every key, table and array element of a text that was parsed without an error."""
    return _Scanner(text).scan()


def nearest_line(lines: Mapping[Keys, int], path_of_keys: Sequence[str | int]) -> int | None:
    """Return the line of a key, or of the nearest table above it in the file; None for the file as a whole."""
    paths = (tuple(path_of_keys[:end]) for end in range(len(path_of_keys), 0, -1))
    return next((lines[path] for path in paths if path in lines), None)


def toml_line(text: str, path_of_keys: Sequence[str | int]) -> int | None:
    """Return `nearest_line` in a text. Integers in `path_of_keys` are indices in arrays, from 0."""
    return nearest_line(key_lines(text), path_of_keys)


class _Scanner:
    """One pass over a valid TOML text that notes the line of every key and array element."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Keys, int] = {}
        self.n_tables: dict[Keys, int] = {}  # how many [[tables]] an array has so far
        self.seen_to, self.seen_line = 0, 1

    def scan(self) -> dict[Keys, int]:
        """Return the line of every key, table and array element."""
        table: Keys = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.lines

    def _header(self, brackets: int) -> Keys:
        self.at += brackets
        line = self._line()
        keys = self._key()
        self.at += brackets
        path: Keys = ()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            self.lines.setdefault(path, line)
            if brackets == 2 and depth == len(keys):
                self.n_tables[path] = self.n_tables.get(path, 0) + 1
            if path in self.n_tables:
                path = (*path, self.n_tables[path] - 1)
                self.lines.setdefault(path, line)
        return path

    def _pair(self, table: Keys) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip_spaces()
            start = self.at
            if bare := _BARE.match(self.text, start):
                self.at = bare.end()
                keys.append(bare[0])
            else:
                self._string()
                keys.append(_unquoted(self.text[start : self.at]))
            self._skip_spaces()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _value(self, path: Keys) -> None:
        self._skip_spaces()
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif opening in ('"', "'"):
            self._string()
        else:
            self._skip(_SCALAR)

    def _array(self, path: Keys) -> None:
        self.at += 1
        n = 0
        self._skip(_BLANK)
        while not self.text.startswith("]", self.at):
            self.lines[(*path, n)] = self._line()
            self._value((*path, n))
            n += 1
            self._skip_comma()
        self.at += 1

    def _inline_table(self, path: Keys) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self._pair(path)
            self._skip_comma()
        self.at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise ValueError(f"no TOML string at character {self.at}")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _skip_spaces(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)

    def _line(self) -> int:
        self.seen_line += self.text.count("\n", self.seen_to, self.at)
        self.seen_to = self.at
        return self.seen_line


def _unquoted(quoted: str) -> str:
    return str(next(iter(tomllib.loads(f"{quoted} = 0"))))
