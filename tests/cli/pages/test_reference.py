"""The reference is what the code says now: commands, files, environment, mechanisms, kernels' layout."""

import pytest

from cli.pages import reference
from cli.pages.commands import FOLDER, commands


def test_the_pages_are_what_the_code_says(root):
    assert reference.stale(root) == [], "stale: run `python -m cli.pages.reference`"


def test_a_page_that_was_changed_or_is_left_over_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "pages", lambda: {FOLDER / "run.md": "as it is\n"})
    for name, text in (("run.md", "as it was\n"), ("gone.md", "of a command that is no more\n")):
        path = tmp_path / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert reference.stale(tmp_path) == [str(FOLDER / "gone.md"), str(FOLDER / "run.md")]
    monkeypatch.chdir(tmp_path)
    reference.main()
    assert reference.stale(tmp_path) == []
    assert (tmp_path / FOLDER / "run.md").read_text("utf-8") == "as it is\n"


def test_every_command_stands_on_a_page_with_its_help(root):
    text = "".join(path.read_text("utf-8") for path in (root / FOLDER).glob("*.md"))
    for name, _, shown in commands():
        assert f"\n{shown.rstrip()}\n" in text, name


@pytest.mark.parametrize(
    ("page", "row"),
    [
        ("run", "| `paths` | whole number | `1000000` | >= 100, <= 1e+09 |"),
        ("book", "| `JGB` | `coupon` `maturity` |"),
        ("market", "| `par_yields` | table: name = number | needed | at least 1 of them |"),
    ],
)
def test_a_file_s_page_says_what_a_key_holds(root, page, row):
    text = (root / "docs/reference/files" / f"{page}.md").read_text("utf-8")
    assert row.split(" | at least")[0] in text
