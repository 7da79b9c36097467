"""`unwind run --parameters`: the band beside the figures, and what makes it."""

import pytest

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
TEXT = """
law = "filtered"

[carry]
source = "s"

[impact]
source = "s"

[uncertainty]
"carry.stock_usd_bn" = { prior = "lognormal", log_sd = 0.9, source = "my own" }
"vol_multipliers.*" = { prior = "lognormal", log_sd = 0.2, source = "assumption" }
"""


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + TEXT)
    return path


@pytest.mark.slow
def test_every_figure_has_a_band_and_the_total_a_tornado(unwind, scenario):
    done = unwind("run", "--scenario", scenario, "--parameters", 24, "--paths", 4000)
    assert done.returncode == 0, done.stderr
    assert "mine: 24 sets of 2 uncertain parameters, seed 1, each on the paths of the run" in done.stderr
    shown = done.stdout
    assert "mine: what its 2 uncertain parameters may make of it, JPY bn" in shown
    assert "24 sets drawn from the priors, seed 1, each on the same 4,000 paths" in shown
    band = shown[shown.index("24 sets drawn") : shown.index("which parameter makes")].splitlines()
    assert [line.split()[0] for line in band if line and not line.startswith(" ")][2:5] == [
        "total",
        "carry-fund",
        "life-insurer",
    ]
    assert sum(line.startswith("  VaR 99 %") for line in band) == 3
    tornado = shown[shown.index("which parameter makes the band of VaR 99 %") :]
    assert "lognormal, as written 250; log_sd 0.9: my own" in tornado
    assert "together" in tornado
    assert "Feedback strength of the carry loop, mine:" in tornado


def test_without_sets_nothing_of_it_is_printed(unwind, scenario):
    done = unwind("run", "--scenario", scenario, "--paths", 2000)
    assert done.returncode == 0, done.stderr
    assert "uncertain" not in done.stdout


def test_sets_of_a_scenario_without_priors_are_refused(unwind):
    done = unwind("run", "--scenario", "base", "--parameters", 16)
    assert done.returncode == 2
    assert "parameters: no scenario has an [uncertainty]: base; give one priors, or leave it out" in done.stderr
