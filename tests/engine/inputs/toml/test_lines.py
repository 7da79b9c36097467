"""What a text may ask for is bounded before anything is parsed: time and memory are those of its size."""

import time
import tracemalloc

import pytest

from engine.errors import FileFaults
from engine.inputs.toml.lines import DEEPEST, LONGEST_KEY, MOST_VALUES, NotToml, key_lines
from engine.inputs.toml.read import parse_toml

TOO_MUCH = {
    "a key of 20,000 dots": ("x = 1\n" + ".".join("a" * 20_000) + " = 1\n", "line 2: tables are nested too deeply"),
    "headers": ("\n[" + ".".join("a" * (DEEPEST + 1)) + "]\n", "line 2: tables are nested too deeply"),
    "lists": ("a = " + "[" * 100_000, "line 1: tables or lists are nested too deeply"),
    "tables in tables": ("a = " + "{a = " * 5_000, "line 1: tables or lists are nested too deeply"),
    "keys": ("".join(f"k{i} = 1\n" for i in range(MOST_VALUES + 1)), f"line {MOST_VALUES + 1}: has more than 100,000"),
    "elements": ("a = [" + "1," * (MOST_VALUES + 1) + "]", "line 1: has more than 100,000 keys and list elements"),
    "a long key": ("a" * (LONGEST_KEY + 1) + " = 1", "line 1: a key may have 256 characters at most, got 'aaa"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_asks_for_too_much_is_refused_with_its_line(name):
    text, said = TOO_MUCH[name]
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(FileFaults) as refused:
        parse_toml("x.toml", text)
    seconds, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(refused.value.faults[0]).startswith(said)
    assert len(str(refused.value)) < 1000
    # 100,000 keys take some 0.3 s and 40 MB here, most of it tracing; a key of 20,000 dots took GiB.
    assert seconds < 10.0
    assert peak < 200 * 2**20


def test_as_much_as_is_allowed_is_read():
    deep = ".".join("a" * DEEPEST)
    assert parse_toml("x.toml", f"{deep} = 1\n{'b' * LONGEST_KEY} = [{'1,' * 1000}]\n")


@pytest.mark.parametrize(
    "text",
    ["a = [1", "a = [1 2", "a = {b = 1", "a = {b 1}", "a", "a = 1,2", "[a", '"a', "= 1", '"a\\q" = 1', '"""a""" = 1'],
)
def test_text_that_is_no_toml_ends_the_search_for_lines(text):
    with pytest.raises(NotToml):
        key_lines(text)
    with pytest.raises(FileFaults, match="not TOML"):
        parse_toml("x.toml", text)


@pytest.mark.parametrize(
    "text",
    [
        "a = ''''it''''\nb = 1",
        'a = """\\"""b"""\nb = 1',
        'a = """""quotes"""""\nb = 1',
        "a = '''''''''\nb = 1".replace("'" * 9, "'" * 8),
        '"\\u0062" = 1 # "\n',
        "'b' = 1",
        '"b" = 1',
    ],
)
def test_quotes_within_quotes_do_not_hide_a_key(text):
    parsed = parse_toml("x.toml", text)
    assert parsed["b"] == 1
    assert ("b",) in key_lines(text)
