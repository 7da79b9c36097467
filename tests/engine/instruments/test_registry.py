"""Families: each in the list once, and each with all that a user meets."""

import ast
from pathlib import Path

import pytest

import engine.instruments.registry as registry
from engine.instruments.registry import FAMILIES, KINDS, family_of
from engine.instruments.rows.columns import COLUMNS

FOLDER = Path(registry.__file__).parent


def test_every_family_of_the_folder_is_in_the_list():
    made = [
        node.targets[0].id
        for path in FOLDER.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in ("Family", "_family")
    ]
    assert len(made) == len(FAMILIES) == len({family.name for family in FAMILIES})


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_has_a_meaning_an_example_and_a_rule_of_known_columns(kind):
    assert kind in family_of(kind).kinds
    assert KINDS[kind.name] is kind
    assert kind.meaning
    rule = kind.rule
    named = {*rule.required, *rule.optional, *rule.one_of, *rule.at_most_one, *rule.ranges, *kind.example}
    assert named <= set(COLUMNS)
    assert all(rule.takes(name) for name in named)
    assert all(name in kind.example for name in rule.required)
