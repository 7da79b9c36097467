"""Text and tables from outside: hidden characters, length, escaping."""

import pytest

from engine.report.parts import Badge, Code, columns, short, shown, table


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u200b", "\ud800", "\ufeff", "\t"])
def test_what_cannot_be_seen_becomes_a_sign(hidden):
    assert shown(f"a{hidden}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_other_scripts_and_new_lines_stay():
    assert shown("生保\né ¥ £") == "生保\né ¥ £"


def test_long_text_is_cut_and_says_so():
    assert shown("x" * 1234, 1000) == "x" * 1000 + " … (234 more characters are in the record)"
    assert short("a very\nlong name of a book", 12) == "a very long…"


def test_words_are_escaped():
    assert Badge(text="<b>", kind="bad").__html__() == '<span class="badge bad">&lt;b&gt;</span>'
    assert Code(text="a&b").__html__() == "<code>a&amp;b</code>"


def test_a_long_table_says_what_it_leaves_out():
    found = table("caption", columns("a"), [["x"]] * 450)
    assert len(found.rows) == 400
    assert found.left_out == "50 more rows are in the record."
