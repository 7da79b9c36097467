import pytest

import unwind_risk as uw

TEXT = """
title = "The dollar at 120"
description = "What a desk asks."
source = "none"
stress = true

[[shocks]]
factor = "USDJPY"
kind = "target"
size = 120.0
"""


def test_a_bundled_scenario_has_its_file():
    scenario = uw.Scenario.bundled("article-2025")
    assert (scenario.name, scenario.law) == ("article-2025", "gaussian")
    assert 'title = "' in scenario.text
    assert uw.Scenario.bundled("filtered").law == "filtered"
    assert uw.Scenario.names()[0] == "filtered"


def test_text_makes_the_scenario_that_its_file_makes(tmp_path):
    file = tmp_path / "dollar-120.toml"
    file.write_text(TEXT)
    parsed, read = uw.Scenario.parse(TEXT, name="dollar-120"), uw.Scenario.read(file)
    assert parsed.loaded.shocks == read.loaded.shocks
    pnl = [uw.stress("carry-fund", scenarios=each).stressed.total() for each in (parsed, read)]
    assert pnl[0] == pnl[1]


def test_errors_of_a_text_name_its_line():
    with pytest.raises(uw.InputError, match=r"mine\.toml: line 2, title: must be text in quotes, got 3"):
        uw.Scenario.parse(TEXT.replace('"The dollar at 120"', "3"), name="mine")


def test_two_of_one_name_are_refused():
    with pytest.raises(uw.InputError, match="two scenarios are called 'base'"):
        uw.run(scenarios=["base", uw.Scenario.bundled("base")], paths=200)


def test_no_scenario_and_a_name_with_a_folder_are_refused():
    with pytest.raises(uw.InputError, match="scenarios: an empty list holds no scenario"):
        uw.stress("carry-fund", scenarios=[])
    with pytest.raises(uw.InputError, match="name: a scenario's name has no folder, got 'a/b'"):
        uw.Scenario.parse(TEXT, name="a/b")
