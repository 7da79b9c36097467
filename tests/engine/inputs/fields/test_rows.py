import pytest

from engine.errors import FileFaults
from engine.inputs.fields.rows import rows_of


def rows(text):
    return rows_of(text.encode(), "a.csv", lambda _: True, "any heading").rows


def test_each_row_has_its_line_and_no_spaces():
    assert rows('a, b \r\n\r\n "1,5" ,2\n') == [(1, ["a", "b"]), (3, ['"1', '5"', "2"])]
    assert rows('a,b\n"x\ny",2\n3,4\n') == [(1, ["a", "b"]), (2, ["x\ny", "2"]), (4, ["3", "4"])]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b\n"1,2\n', "line 2: not csv"),
        ("a;b\n1;2\n", "line 1: fields are separated by semicolons; separate them by commas"),
        ("a\tb\n1\t2\n", "separated by tabs"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text, words):
    with pytest.raises(FileFaults) as refused:
        rows(text)
    assert words in str(refused.value)
