"""The documents hang together: pages behind doors, links and anchors that are there, a site without a warning."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from functools import cache
from posixpath import normpath
from urllib.parse import urlsplit

import pytest

from tests.source_files import ROOT, sources

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
DOCUMENTS = [*sorted(ROOT.glob("*.md")), ROOT / "kernels" / "README.md", ROOT / "bench" / "README.md", *PAGES]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
STATED_CODE = re.compile(r"^ *(?:exit_code|LIMIT_BREACHED|INCOMPLETE|GATE_FAILED|FAILED) = (\d+)", re.MULTILINE)
IMAGE = re.compile(r'(?:src|srcset|href)="([^"]+)"')


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@cache
def prose(path):
    """A document without its blocks of code, in which brackets are no links."""
    return re.sub(r"^(```+|~~~+).*?^\1", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(path):
    """The anchors of a page's headings, as plain viewers of Markdown and Sphinx make them."""
    found = re.findall(r"^#{1,4} (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


def links(path):
    text = re.sub(r"`[^`\n]*`", "", prose(path))
    return [*LINK.findall(re.sub(r"\[(`[^`\n]*`)\]", "[code]", prose(path))), *IMAGE.findall(text)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_an_anchor_that_are_there(path):
    for link in links(path):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https", "mailto"):
            continue
        target = (path.parent / parts.path).resolve() if parts.path else path
        assert target.exists(), f"{name_of(path)} links {link}, which is not there"
        if parts.fragment and target.suffix == ".md":
            assert parts.fragment in anchors(target), f"{name_of(path)} links {link}: no such heading"


def toctree_entries(path):
    """Patterns, from docs/, of the pages in a page's toctrees."""
    for block in re.findall(r"^```\{toctree\}\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line and not line.startswith(":"):
                yield normpath((path.parent / line).relative_to(DOCS).as_posix())


def test_every_page_is_behind_a_door():
    documents = {path.relative_to(DOCS).with_suffix("").as_posix() for path in [*PAGES, *DOCS.rglob("*.ipynb")]}
    documents = {name for name in documents if not name.startswith("_build/")}
    behind, todo = {"index"}, ["index"]
    while todo:
        page = DOCS / f"{todo.pop()}.md"
        for entry in toctree_entries(page) if page.exists() else ():
            found = {name for name in documents if fnmatch(name, entry) and name.count("/") == entry.count("/")}
            assert found, f"{name_of(page)} has {entry} in its toctree, which no page is"
            todo += found - behind
            behind |= found
    assert sorted(documents - behind) == [], "not in a toctree: move them into the folder of a door"


def test_every_page_opens_with_its_title():
    for path in PAGES:
        assert path.read_text("utf-8").startswith("# "), name_of(path)


def test_every_path_that_messages_and_comments_name_in_the_documents_is_there():
    """`docs/concepts/laws.md` in a table's heading or an error is what a user opens next."""
    files = [*sources(), *ROOT.glob("tests/**/*.py"), *ROOT.glob("engine/**/*.toml"), *DOCUMENTS]
    for path in files:
        for named in re.findall(r"\bdocs/[\w./-]+\.(?:md|toml|csv|svg|ipynb)\b", path.read_text("utf-8")):
            assert (ROOT / named).exists() or name_of(path) == "kernels/layout.py", f"{name_of(path)} names {named}"


def test_the_page_of_exit_codes_has_every_code_that_a_class_or_a_constant_states():
    text = (DOCS / "reference" / "exit-codes.md").read_text("utf-8")
    listed = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE) for code in row.split(", ")}
    assert {0, 130, 143} <= listed
    for path in sources():
        stated = re.findall(
            r"^ *(?:exit_code|LIMIT_BREACHED|INCOMPLETE|GATE_FAILED|FAILED) = (\d+)", path.read_text("utf-8"), re.M
        )
        assert {int(code) for code in stated} <= listed, name_of(path)


@pytest.mark.slow  # half a minute of Sphinx, and the notebooks
def test_the_pages_build_without_a_warning_and_load_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-b", "html"]
    done = subprocess.run([*command, str(DOCS), str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(https?:[^"]+)"', page.read_text("utf-8"))
        assert loaded == [], page.name
