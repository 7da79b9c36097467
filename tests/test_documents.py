"""ARCHITECTURE.md, CONTRIBUTING.md and GLOSSARY.md say what the tree is, and not what it was."""

import ast
import io
import re
import tokenize
from collections import Counter

import pytest

from tests.source_files import PACKAGES, ROOT, sources
from tests.test_layers import LAYERS

ARCHITECTURE, CONTRIBUTING, GLOSSARY = (
    (ROOT / f"{name}.md").read_text(encoding="utf-8") for name in ("ARCHITECTURE", "CONTRIBUTING", "GLOSSARY")
)
CODE = re.compile(r"`([^`\n]+)`")


def the_map():
    """Room -> what its line says."""
    table = ARCHITECTURE.split("<!-- map -->")[1].split("<!-- /map -->")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", table, re.MULTILINE))


def test_every_folder_of_code_is_on_the_map():
    """As a room of its own, or named in the line of the room that it is in."""
    rooms = the_map()
    for folder in {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in sources()} - {"engine/"}:
        room = max((name for name in rooms if folder.startswith(name)), key=len, default=None)
        assert room, f"ARCHITECTURE.md has no line for {folder}"
        inside = folder.removeprefix(room)
        same_shelves = room.startswith("kernels/") and "the same shelves" in rooms[room]
        assert not inside or f"`{inside}`" in rooms[room] or same_shelves, f"{room}'s line does not name {inside}"


def test_every_room_of_the_map_is_there():
    for room, meaning in the_map().items():
        assert (ROOT / room).exists(), room
        for inside in CODE.findall(meaning):
            if inside.endswith("/") and inside.count("/") == 1:
                assert (ROOT / room / inside).is_dir() or (ROOT / inside).is_dir(), f"{room} has no {inside}"


def test_the_map_stands_in_the_order_of_the_floors():
    """A room of the map may only import those of its own floor and of the lines above."""
    floor = {name.replace(".", "/"): row for row, names in enumerate(LAYERS) for name in names}
    started = {"unwind_risk/main", "unwind_risk/__main__"}  # files of a room that is on the map already
    rows = [floor[key] for room in the_map() if (key := room.rstrip("/").removesuffix(".py")) in floor]
    assert rows == sorted(rows)
    assert len(rows) == len(floor.keys() - started)


def paths_named(text):
    """Paths of files and folders that a text names in code quotes, placeholders such as <payoff> left as a glob."""
    for quoted in CODE.findall(text):
        if re.fullmatch(r"[\w./<>{},*-]+/[\w./<>{},*-]*", quoted) and quoted.split("/")[0] in (
            *PACKAGES,
            "tests",
            "docs",
        ):
            yield from expanded(quoted)


def expanded(path):
    """`kernels/{numpy,numba}/x.py` is two paths."""
    if not (match := re.search(r"\{([^}]*)\}", path)):
        yield path
        return
    for part in match[1].split(","):
        yield from expanded(path.replace(match[0], part, 1))


@pytest.mark.parametrize("name", ["ARCHITECTURE", "CONTRIBUTING", "GLOSSARY"])
def test_every_path_that_a_document_names_is_there(name):
    text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    for path in paths_named(text):
        pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
        assert any(ROOT.glob(pattern)), f"{name}.md names {path}, which is not there"


def recipes():
    """Recipe -> its numbered steps."""
    parts = re.split(r"^## Add (?:a|an) ", CONTRIBUTING, flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0].strip(): part for part in parts}


def test_there_is_a_recipe_for_each_kind_of_thing():
    assert set(recipes()) >= {"payoff", "instrument", "mechanism", "measure", "currency"}


@pytest.mark.parametrize("kind", sorted(kind for kind, text in recipes().items() if f"<{kind}>" in text))
def test_a_recipe_names_every_file_of_its_example(kind):
    """`Example: swaptions` means: the files called so, and none besides, are the steps' files."""
    text = recipes()[kind]
    example = re.search(r"^Example: `(\w+)`", text, re.MULTILINE)
    assert example, f"the recipe for a {kind} names no example"
    named = {path.replace(f"<{kind}>", example[1]) for path in paths_named(text) if f"<{kind}>" in path}
    called = {
        path.relative_to(ROOT).as_posix()
        for package in (*PACKAGES, "tests")
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and re.fullmatch(rf"(test_)?{example[1]}\.(py|cuh|toml)", path.name)
    }
    assert called == named


def identifiers():
    """How often each name is written in code, tests left out."""
    found = Counter()
    for path in sources():
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.NAME:
                found[token.string] += 1
    return found


def terms():
    """(say, in code, meaning, not) of each line of the glossary."""
    for line in GLOSSARY.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0] not in ("say", ""):
            yield cells


def test_the_glossary_s_names_are_the_code_s():
    written = identifiers()
    for say, in_code, _, _ in terms():
        for name in CODE.findall(in_code):
            last = name.split(".")[-1]
            assert written[last], f"{say}: no code says {name}"


def test_no_code_says_what_the_glossary_says_not_to():
    written = identifiers()
    for say, _, _, other in terms():
        for name in CODE.findall(other):
            assert not written[name], f"{say}: the code says {name}, {written[name]} times"


def test_docstrings_of_modules_are_sentences():
    for path in sources():
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert text, f"{path.relative_to(ROOT)} has no docstring"
        assert len(text.split()) >= 3, f"{path.relative_to(ROOT)}: {text!r} says nothing"
