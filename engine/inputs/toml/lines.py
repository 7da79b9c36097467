"""Where a key stands in a TOML text: tomllib gives values without lines, and an error must name the line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress

Keys = tuple[str | int, ...]  # ("shocks", 0, "size"): keys, and indices in arrays

DEEPEST = 32  # keys and brackets around a value
MOST_VALUES = 100_000  # keys and list elements of a file
LONGEST_KEY = 256  # characters

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")  # between statements and inside arrays
_SPACES = re.compile(r"[ \t]*+")
_SCALAR = re.compile(r"[^,\]}\n#]*+")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}', re.DOTALL),
    re.compile(r"'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"),
    re.compile(r'"(?:[^"\\\n]++|\\.)*+"'),
    re.compile(r"'[^'\n]*+'"),
)


class NotToml(ValueError):
    """The text is no TOML from some place on; a parser says what is wrong there."""


class TooMuch(ValueError):
    """The text asks for more than is read: too deep, too many keys, or one too long."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def key_lines(text: str) -> dict[Keys, int]:
    """Return the 1-based line of every key, table and array element of a text.

    Costs time and memory in proportion to the text, whatever it holds. Raises NotToml where the text is none, and
    TooMuch where it goes beyond `DEEPEST`, `MOST_VALUES` or `LONGEST_KEY`.
    """
    return _Scanner(text).scan()


def given_before(text: str, line: int) -> tuple[Keys, int, bool] | None:
    """Return what the statement on a line gives a second time: its keys, the line of the first, and whether all of it.

    Not all: the keys are of a table or value further up to which the statement would add. None where nothing is.
    """
    scanner = _Scanner(text)
    with suppress(NotToml, TooMuch):
        scanner.scan()
    here = max((at for at, _ in scanner.statements if at <= line), default=0)
    for i, (at, path) in enumerate(scanner.statements):
        for end in range(len(path) if at == here else 0, 0, -1):
            for first, other in scanner.statements[:i]:
                if other[:end] == path[:end] and (end == len(path) or (other == path[:end] and first < here)):
                    return path[:end], first, end == len(path)
    return None


def nearest_line(lines: Mapping[Keys, int], path_of_keys: Sequence[str | int]) -> int | None:
    """Return the line of a key, or of the nearest table above it in the file; None for the file as a whole."""
    paths = (tuple(path_of_keys[:end]) for end in range(len(path_of_keys), 0, -1))
    return next((lines[path] for path in paths if path in lines), None)


def toml_line(text: str, path_of_keys: Sequence[str | int]) -> int | None:
    """Return `nearest_line` in a text. Integers in `path_of_keys` are indices in arrays, from 0."""
    return nearest_line(key_lines(text), path_of_keys)


class _Scanner:
    """One pass over a TOML text that notes the line of every key and array element."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Keys, int] = {}
        self.statements: list[tuple[int, Keys]] = []  # line and whole path of each header and pair
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
        self._pass("]" * brackets)
        path: Keys = ()
        for depth, key in enumerate(keys, start=1):
            path = self._below(path, key, line)
            if brackets == 2 and depth == len(keys):
                self.n_tables[path] = self.n_tables.get(path, 0) + 1
            if path in self.n_tables:
                path = self._below(path, self.n_tables[path] - 1, line)
        self.statements.append((line, path))
        return path

    def _pair(self, table: Keys) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = self._below(path, key, line)
        self.statements.append((line, path))
        self._pass("=")
        self._value(path)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACES)
            start = self.at
            if bare := _BARE.match(self.text, start):
                self.at = bare.end()
                keys.append(bare[0])
            else:
                self._string()
                keys.append(_unquoted(self.text[start : self.at]))
            if len(keys) > DEEPEST or len(keys[-1]) > LONGEST_KEY:
                self._refuse_key(keys)
            self._skip(_SPACES)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _value(self, path: Keys) -> None:
        self._skip(_SPACES)
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
            self._value(self._below(path, n, self._line()))
            n += 1
            self._skip_comma("]")
        self.at += 1

    def _inline_table(self, path: Keys) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self._pair(path)
            self._skip_comma("}")
        self.at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise NotToml(f"no key or text at character {self.at}")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _skip_comma(self, closing: str) -> None:
        """Pass a comma and what is blank around it. Raises NotToml where neither it nor the closing bracket comes."""
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        elif not self.text.startswith(closing, self.at):
            raise NotToml(f"neither a comma nor {closing} at character {self.at}")

    def _pass(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise NotToml(f"no {mark} at character {self.at}")
        self.at += len(mark)

    def _below(self, path: Keys, key: str | int, line: int) -> Keys:
        """Return the path of a key or element, noted with its line. Raises TooMuch."""
        below = (*path, key)
        self.lines.setdefault(below, line)
        if len(below) > DEEPEST:
            raise TooMuch(f"tables or lists are nested too deeply: {DEEPEST} in one another at most", line)
        if len(self.lines) > MOST_VALUES:
            raise TooMuch(f"has more than {MOST_VALUES:,} keys and list elements, the most that a file may have", line)
        return below

    def _refuse_key(self, keys: Sequence[str]) -> None:
        if len(keys[-1]) > LONGEST_KEY:
            raise TooMuch(f"a key may have {LONGEST_KEY} characters at most, got {keys[-1][:40]!r}...", self._line())
        raise TooMuch(f"tables are nested too deeply: a key may have {DEEPEST} parts at most", self._line())

    def _line(self) -> int:
        self.seen_line += self.text.count("\n", self.seen_to, self.at)
        self.seen_to = self.at
        return self.seen_line


def _unquoted(quoted: str) -> str:
    if quoted.startswith('"""') or "\n" in quoted:
        raise NotToml("a key is one line")
    if "\\" not in quoted or quoted.startswith("'"):
        return quoted[1:-1]
    try:
        return str(next(iter(tomllib.loads(f"{quoted} = 0"))))
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from None
