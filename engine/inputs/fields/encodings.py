"""The bytes of a text file become text, by the encoding that they are in; one that is not read is refused by name."""

import codecs
import re
from pathlib import Path

from engine.errors import Fault, FileFaults

_CONTAINERS = {
    b"\x1f\x8b": "a gzip file; decompress it first",
    b"BZh": "a bzip2 file; decompress it first",
    b"\xfd7zXZ": "an xz file; decompress it first",
    b"\x28\xb5\x2f\xfd": "a zstd file; decompress it first",
    b"\x80": "a pickle; pickles are never opened, save the table as CSV or Parquet",
    b"\x93NUMPY": "a numpy file; save the table as CSV or Parquet",
    b"%PDF": "a PDF; give the publisher's CSV file",
}
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_16_SHARE = 0.25  # of NUL bytes, from which text is taken for UTF-16: English text has half
_LOOKED_AT = 4096  # bytes from the beginning
_JAPANESE = re.compile(
    r"[\u3041-\u30fe]|[\u3400-\u9fff\uf900-\ufaff々〆]{2}|[\uff66-\uff9f]{2}"
)  # kana; kanji in a row
_MOST_LINES = 100  # named in one refusal


def decoded_text(data: bytes, name: Path | str) -> str:
    """Return the text of a file: UTF-8 with or without its mark, UTF-16 with its mark, and CP932 (Shift-JIS).

    CP932, which Japanese spreadsheets and the Ministry of Finance write, is read where the file can be no other: it is
    Japanese by it, with kana or kanji in a row, and no EUC-JP.

    Parameters
    ----------
    data : everything that the file holds
    name : of the file, for messages

    Raises
    ------
    FileFaults
        No text: a page of HTML, a compressed file, NUL bytes; or in none of these encodings; or empty.
    """
    for magic, what in _CONTAINERS.items():
        if data.startswith(magic):
            raise _refusal(name, f"is {what}")
    text = _decoded(data, name)
    if "\0" in text:
        nul = [i for i, line in enumerate(text.split("\n"), start=1) if "\0" in line][:_MOST_LINES]
        raise FileFaults(name, [Fault(message="holds a NUL byte: not a text file", line=line) for line in nul])
    if not text.strip():
        raise _refusal(name, "the file is empty")
    if text.lstrip().startswith("<"):
        way_out = "open it in a spreadsheet program and save it as .xlsx or CSV"
        raise _refusal(name, f"is a page of HTML or XML, whatever its name, as some systems export tables; {way_out}")
    return text


def wide_encoding(data: bytes) -> str | None:
    """Return `iconv`'s name of text in UTF-16 or UTF-32, with a mark of its byte order or without; None of other."""
    if data.startswith(_UTF_32):
        return "UTF-32"
    if data.startswith(_UTF_16):
        return "UTF-16"
    head = data[:_LOOKED_AT]
    if head.count(b"\0") <= _UTF_16_SHARE * len(head):
        return None
    width = 4 if head.count(b"\0") > len(head) // 2 else 2
    ends_in_nul = head[width - 1 :: width].count(b"\0") > head[::width].count(b"\0")
    return f"UTF-{8 * width}{'LE' if ends_in_nul else 'BE'}"


def wide_words(wide: str) -> str:
    """Return what is said of a file in UTF-16 or UTF-32 that is not read, and how to convert it."""
    mark = " without a mark of its byte order" if wide.endswith("E") else ""
    return f"is {wide[:6]} text{mark}; save it as UTF-8, or convert it: iconv -f {wide} -t UTF-8 OLD > NEW"


def _decoded(data: bytes, name: Path | str) -> str:
    wide = wide_encoding(data)
    if wide == "UTF-16":
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise _refusal(name, "begins as UTF-16 text but is damaged; save it as UTF-8") from None
    if wide is not None:
        raise _refusal(name, wide_words(wide))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error
    cp932, euc = _by(data, "cp932"), _by(data, "euc_jp")
    if cp932 is not None and euc is None:
        return cp932
    guess, source = "nor is the file CP932 (Shift-JIS)", "WINDOWS-1252"
    if euc is not None:
        guess = "the file seems to be EUC-JP" + (", but may be CP932 (Shift-JIS)" if cp932 is not None else "")
        source = "EUC-JP"
    message = (
        f"byte 0x{data[place.start]:02x} is not UTF-8, {guess}; save it as UTF-8, or convert it from what it is: "
        f"iconv -f {source} -t UTF-8 OLD > NEW"
    )
    raise FileFaults(name, [Fault(message=message, line=data.count(b"\n", 0, place.start) + 1)])


def _by(data: bytes, encoding: str) -> str | None:
    """Return a text by an encoding of Japanese; None where some byte is none of it, or no Japanese comes out."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if _JAPANESE.search(text) else None


def _refusal(name: Path | str, message: str) -> FileFaults:
    return FileFaults(name, [Fault(message=message)])
