"""Seeded mutations of input files: cells, keys, numbers at their extremes, encodings, cuts, copies, deep nests."""

import random
import re
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

NUMBER = re.compile(rb"(?<![A-Za-z_])[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
EXTREMES = (
    *("0", "-0.0", "1e-320", "1e308", "-1e308", "1e309", "nan", "inf", "-inf", "1" * 400, "9" * 5000, "0x10", "1_000"),
    *("1,5", "99%", "true", '"x"', "[]", "{}", "''", "2025-05-28", "9999-12-31", "0001-01-01", "2025-02-30", "\u0663"),
    *("-1", "1e15", "0.5", "1e-9", "1e6", "145.04", "[1.0, 2.0]", "\x1b[2J", "=1+1", "JPY", "USD", "*", "../../x"),
)
PIECES = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n\n",
    b",",
    b'"',
    b"'''",
    b"=",
    b"[",
    b"]",
    b"#",
    b"\x80",
    b"\xe3\x81",
)


def mutated(random_: random.Random, data: bytes) -> bytes:
    """A file after one to three mutations."""
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        data = random_.choice(MUTATIONS)(random_, data)
    return data


def nudge_number(random_: random.Random, data: bytes) -> bytes:
    """A number becomes a little more or less: mostly still a good file."""
    spans = [match.span() for match in NUMBER.finditer(data)]
    if not spans:
        return data
    start, end = random_.choice(spans)
    value = float(data[start:end]) * random_.choice((0.9, 1.1, -1.0, 2.0, 0.999, 1.001))
    return data[:start] + f"{value:.6g}".encode() + data[end:]


def extreme_number(random_: random.Random, data: bytes) -> bytes:
    """A number becomes something extreme, or another type."""
    spans = [match.span() for match in NUMBER.finditer(data)]
    start, end = random_.choice(spans) if spans else (0, 0)
    return data[:start] + random_.choice(EXTREMES).encode() + data[end:]


def change_cell(random_: random.Random, data: bytes) -> bytes:
    """A cell of a table, or what stands between two marks, becomes another of the file, or an extreme."""
    parts = re.split(rb"([,=\n\[\]{}:])", data)
    at = random_.randrange(0, len(parts), 2)
    parts[at] = random_.choice((random_.choice(parts[::2]), random_.choice(EXTREMES).encode(), b"", b" "))
    return b"".join(parts)


def change_lines(random_: random.Random, data: bytes) -> bytes:
    """A line goes, comes twice, or changes its place."""
    lines = data.split(b"\n")
    at, other = random_.randrange(len(lines)), random_.randrange(len(lines))
    match random_.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case _:
            lines[at], lines[other] = lines[other], lines[at]
    return b"\n".join(lines)


def change_column(random_: random.Random, data: bytes) -> bytes:
    """A column of a table goes, comes twice, or gets another name."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    at = random_.randrange(max(1, len(rows[0])))
    match random_.randrange(3):
        case 0:
            rows = [row[:at] + row[at + 1 :] for row in rows]
        case 1:
            rows = [row + row[at : at + 1] for row in rows]
        case _:
            rows[0][at : at + 1] = [random_.choice((b"x", b"", b"DATE", b"notional", rows[0][at].upper()))]
    return b"\n".join(b",".join(row) for row in rows)


def change_key(random_: random.Random, data: bytes) -> bytes:
    """A word becomes misspelt, another word of the file, or very long."""
    words = list(re.finditer(rb"[A-Za-z_]{2,}", data))
    if not words:
        return data
    word, other = random_.choice(words), random_.choice(words)[0]
    new = random_.choice((word[0][:-1], word[0] * 2, other, word[0] * 300, word[0].swapcase(), b"a." * 40 + b"b"))
    return data[: word.start()] + new + data[word.end() :]


def cut_or_copy(random_: random.Random, data: bytes) -> bytes:
    """The file ends early, loses a part, or holds one many times."""
    start, end = sorted(random_.randrange(len(data) + 1) for _ in range(2))
    return random_.choice(
        (data[:start], data[:start] + data[end:], data[:end] + data[start:end] + data[end:], data[:start] * 2, b"")
    )


def spoil_bytes(random_: random.Random, data: bytes) -> bytes:
    """A byte changes, or a few that no text has come in."""
    at = random_.randrange(len(data) + 1)
    if random_.random() < 0.5 and at < len(data):
        return data[:at] + bytes([data[at] ^ (1 << random_.randrange(8))]) + data[at + 1 :]
    return data[:at] + random_.choice(PIECES) + data[at:]


def encode_otherwise(random_: random.Random, data: bytes) -> bytes:
    """The text in another encoding, or with other line ends."""
    text = data.decode("utf-8", errors="replace")
    codec = random_.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp932", "latin-1", "crlf", "cr"))
    if codec in ("crlf", "cr"):
        return text.replace("\n", {"crlf": "\r\n", "cr": "\r"}[codec]).encode()
    return text.encode(codec, errors="replace")


def nest(random_: random.Random, data: bytes) -> bytes:
    """Something nested or repeated without end comes in at the start of a line."""
    lines = data.split(b"\n")
    deep = random_.choice(
        (b"[" * 3000, b"{a=" * 3000, b"a." * 3000 + b"b = 1", b"x = " + b"[" * 50 + b"]" * 50, b"," * 20_000,
         b"".join(b"k%d = 1\n" % i for i in range(3000)), b"x = '" + b"y" * 50_000 + b"'", b'{"a":' * 3000)
    )  # fmt: skip
    lines.insert(random_.randrange(len(lines) + 1), deep)
    return b"\n".join(lines)


MUTATIONS: tuple[Mutation, ...] = (
    *(nudge_number, nudge_number, nudge_number, extreme_number, extreme_number, change_cell, change_cell),
    *(change_lines, change_lines, change_column, change_key, cut_or_copy, spoil_bytes, encode_otherwise, nest),
)
