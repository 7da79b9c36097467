"""The default scenario is a bundled one, has a law that is backtested, and is asked for by its one name."""

import ast

from engine.backtest.laws.registry import LAWS
from engine.inputs.scenario.load import bundled_scenario_names, load_scenario
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from tests.source_files import relative, sources


def test_it_is_bundled_and_its_law_is_backtested():
    assert DEFAULT_SCENARIO in bundled_scenario_names()
    unwind = load_scenario(DEFAULT_SCENARIO).unwind
    assert unwind is not None
    assert unwind.law in LAWS


def test_no_code_takes_another_scenario_for_the_default():
    """`base` was it once: a module that still asks for it by name would hold figures of two laws together."""
    named = {
        relative(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if relative(path).startswith(("cli/", "engine/", "unwind_risk/"))
        and isinstance(node, ast.Constant)
        and node.value == "base"
    }
    assert named == {
        "engine/record/manifest.py",  # records of that time
        "engine/run/warm.py",  # compiles what a plain run takes; nothing of it is kept
        "engine/scenario/under_laws.py",  # the scenario without a change, which laws are laid under
    }
