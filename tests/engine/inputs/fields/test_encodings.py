import pytest

from engine.errors import FileFaults
from engine.inputs.fields.encodings import decoded_text

TEXT = "基準日,1年\nR7.5.28,0.575\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "shift_jis"])
def test_what_says_its_encoding_is_read(encoding):
    assert decoded_text(TEXT.encode(encoding), "a.csv") == TEXT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TEXT.encode("euc_jp"), "line 1: byte 0xb4 is not UTF-8, the file seems to be EUC-JP; save it"),
        (TEXT.encode("euc_jp"), "iconv -f EUC-JP -t UTF-8"),
        ("a,b\n\uff76\uff8c\uff9e\uff7c,1\n".encode("cp932"), "seems to be EUC-JP, but may be CP932 (Shift-JIS)"),
        ("a,b\nDu\u0161an,1\n".encode("cp1252"), "line 2: byte 0x9a is not UTF-8, nor is the file CP932"),
        (b"\r\n<html><table>", "is a page of HTML or XML, whatever its name"),
        ("a,b\nZürich,1\n".encode("latin-1"), "line 2: byte 0xfc is not UTF-8, nor is the file CP932"),
        (TEXT.encode("utf-16-le"), "UTF-16 text without a mark of its byte order; save it as UTF-8"),
        (TEXT.encode("utf-16-le"), "iconv -f UTF-16LE"),
        (TEXT.encode("utf-16-be"), "UTF-16 text without a mark"),
        (TEXT.encode("utf-16-be"), "iconv -f UTF-16BE"),
        (TEXT.encode("utf-32-le"), "UTF-32 text without a mark of its byte order"),
        (TEXT.encode("utf-32-be"), "iconv -f UTF-32BE"),
        (TEXT.encode("utf-16")[:-1], "begins as UTF-16 text but is damaged"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (b"a,b\n1,\0\n", "line 2: holds a NUL byte"),
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"\x1f\x8b...", "a gzip file"),
        (b"%PDF-1.7", "a PDF"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_by_name_with_the_way_out(data, words):
    with pytest.raises(FileFaults) as refused:
        decoded_text(data, "a.csv")
    assert words in str(refused.value)
    assert str(refused.value).startswith("a.csv: ")
