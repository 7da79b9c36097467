"""docs/benchmarks/ shows every result that is kept, and none that is not."""

import json

import pytest

from cli.pages.benchmarks import FOLDER, page, pages


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
        assert text.count("Again: `") == text.count("\n## ") >= 5


MACHINE = {
    **{"date": "2026-12-01", "cpu": "one", "device": "x86", "gpu": None, "cores": 2, "memory_gib": 8.0},
    **{"python": "3.11", "versions": {"numpy": "2.4"}, "commit": "a" * 40, "load_average": [1.4, 1.0, 1.0]},
}
GROWTH = {"paths": {"exponent": 0.97, "se": 0.01}, "threads": {"exponent": -0.9, "se": None}, "n": 12_345.6}


def written(folder, name, seconds, **changes):
    """A result of one case, of five rounds, in the folder."""
    row = {"name": "ours", "unit": "paths", "work": 8.0, "median_s": seconds, "best_s": seconds, "times_ours": None}
    row |= {"ours": None, "note": "", "rate": 8.0 / seconds, "seconds": [seconds] * 5}
    case = {"name": "growth", "title": "Times by size", "clock": "wall", "rows": [row], "figures": GROWTH}
    case |= {"asserted": ["equal"], "absent": [], "seconds": 1.0}
    path = folder / name
    found = {"schema": 1, "machine": MACHINE | changes, "notes": ["Others worked."], "cases": [case]}
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def test_figures_stand_below_their_rows_by_group_and_a_busy_machine_is_said(tmp_path):
    text = page(written(tmp_path, "2026-12-01-a.json", 2.0))
    assert "|  | exponent | se |\n|---|---|---|\n| paths | 0.97 | 0.01 |\n| threads | -0.9 |  |\n" in text
    assert "| n | 12,346 |" in text
    assert "Load averages when it began: 1.4, 1.0, 1.0." in text
    assert "\n\nOthers worked.\n\n" in text


def test_a_later_result_of_a_machine_stands_against_the_earlier_one(tmp_path):
    written(tmp_path, "2026-11-01-other.json", 9.0, cpu="another")
    written(tmp_path, "2026-11-02-a.json", 1.0)
    text = page(written(tmp_path, "2026-12-01-a.json", 2.0, python="3.12"))
    assert "## Against 2026-11-02-a\n" in text
    assert "Other: python: 3.11 before, 3.12 after.\n" in text
    assert "| growth: ours | 1.00 s | 2.00 s | 2.000 | 2.000 to 2.000 | slower |" in text
    assert "Against" not in page(tmp_path / "2026-11-02-a.json")


@pytest.mark.parametrize(("name", "command"), [("gpu_walks", "make gpu"), ("walk", "unwind bench walk")])
def test_a_case_names_the_command_that_repeats_it(tmp_path, name, command):
    path = written(tmp_path, "2026-12-01-a.json", 2.0)
    found = json.loads(path.read_text(encoding="utf-8"))
    found["cases"][0]["name"] = name
    path.write_text(json.dumps(found), encoding="utf-8")
    assert f"Again: `{command}`. Clock: wall." in page(path)
