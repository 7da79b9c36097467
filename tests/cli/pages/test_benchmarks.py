"""docs/benchmarks/ shows every result that is kept, and none that is not."""

from cli.pages.benchmarks import FOLDER, pages


def test_the_pages_are_the_results_that_are_kept(root):
    made = pages(root)
    assert made
    there = {path.relative_to(root) for path in (root / FOLDER).glob("*.md")} - {FOLDER / "index.md"}
    assert there == made.keys()
    for path, text in made.items():
        assert (root / path).read_text("utf-8") == text, f"{path} is stale: run `python -m cli.pages.benchmarks`"


def test_a_page_names_machine_and_day_and_the_command_to_repeat_each_table(root):
    for text in pages(root).values():
        assert text.startswith("# 20")
        assert "cores" in text
        assert text.count("Again: `unwind bench ") == text.count("\n## ") >= 5
