"""docs/reference/mechanisms.md and the list of mechanisms in docs/concepts/dynamics.md."""

from cli.pages.mechanisms import heading, page
from engine.mechanisms.registry import MECHANISMS


def test_the_page_has_a_parameter_with_default_unit_range_meaning_and_source():
    cohorts = "| `cohorts` | 60 | joint dates | [1, 250] |"
    assert cohorts in page()
    leverage = "| `leverage` | 5 | multiple | (0, 100] | Position over equity. | assumption |"
    assert leverage in page().split("## `[carry]`")[1].split("##")[0]


def test_a_list_is_written_with_two_brackets():
    assert heading(MECHANISMS["regimes"]) == "[[regimes]]"
    assert heading(MECHANISMS["carry"]) == "[carry]"


def test_the_page_on_dynamics_names_every_mechanism(root):
    text = (root / "docs" / "concepts" / "dynamics.md").read_text(encoding="utf-8")
    keys = [line for line in text.splitlines() if line.startswith("| `")]
    missing = [key for key in MECHANISMS if not any(f"`{key}`" in line or f"[{key}]" in line for line in keys)]
    assert missing == []
