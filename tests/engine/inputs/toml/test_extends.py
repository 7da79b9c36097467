"""Lists within a regime meet as those of the file: a file that adds to them takes nothing away."""

from pathlib import Path

import pytest

from engine.errors import FileFaults
from engine.inputs.scenario.load import load_scenario, read_scenario

THREE = Path("bench/three-regimes.toml").absolute()
HEAD = f'title = "t"\ndescription = "d"\nsource = "s"\nextends = ["{THREE}"]\n'
ADDED = """
[[regimes]]
name = "FLIGHT"
vol_multipliers = [{ factor = "USDJPY", multiplier = 3.0 }]
correlations = [{ factors = ["UST_*", "USDJPY"], value = 0.1 }]
"""


def flight(scenario):
    assert scenario.unwind is not None
    return next(regime for regime in scenario.unwind.regimes if regime.name == "FLIGHT")


def test_a_regimes_lists_are_laid_end_to_end(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + ADDED, encoding="utf-8")
    before, after = flight(load_scenario("bench/three-regimes.toml")), flight(read_scenario(path))
    assert after.vol_multipliers == (*before.vol_multipliers, ("USDJPY", 3.0))
    assert after.correlations == (*before.correlations, ("UST_*", "USDJPY", 0.1))
    assert after.drifts == before.drifts


def test_every_element_keeps_the_file_and_line_it_came_from(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + ADDED, encoding="utf-8")
    origin = read_scenario(path).origin
    assert origin is not None
    assert origin.lines["regimes[2].vol_multipliers[5].factor"] == 8
    assert "regimes[2].vol_multipliers[5].factor" not in origin.files
    assert origin.files["regimes[2].vol_multipliers[1].factor"].endswith("parts/flight.toml")


def test_files_that_extend_many_files_that_extend_many_end(tmp_path):  # 8 files of 16 names each would be 16^7 reads
    for i in range(7):
        names = ", ".join([f'"s{i + 1}.toml"'] * 16)
        (tmp_path / f"s{i}.toml").write_text(HEAD.replace(f'["{THREE}"]', f"[{names}]"), encoding="utf-8")
    (tmp_path / "s7.toml").write_text(HEAD.replace(f'["{THREE}"]', "[]"), encoding="utf-8")
    with pytest.raises(FileFaults, match="more than 64 files are read for one scenario"):
        read_scenario(tmp_path / "s0.toml")
