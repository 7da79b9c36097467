"""Laws side by side: one table with verdicts and bands, the same figures as without it."""

import json

import pytest

from cli import results
from cli.output.formats import Format
from engine.errors import InputError
from engine.inputs.run import resolve
from engine.run.load import load_inputs
from engine.run.start import run

SMALL = {"horizon_days": 1, "paths": 2000, "backend": "numba"}


def ignore(*_):
    pass


def test_laws_stand_side_by_side_with_their_backtest_and_their_band(unwind):
    done = unwind("run", "--law", "gaussian", "--law", "historical-250", "--horizon-days", 1, "--paths", 2000)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    places = [i for i, line in enumerate(lines) if line.startswith(("total ", "carry-fund ", "life-insurer "))]
    assert [lines[i + 1].split()[0] for i in places] == ["gaussian"] * 3
    assert [lines[i + 2].split()[0] for i in places] == ["historical-250"] * 3
    assert [lines[i + 3].split()[0] for i in places] == ["band"] * 3
    assert lines[places[0] + 2].endswith("fails at 1 and 10 days: Kupiec 99, Z2")
    assert "fails" not in lines[places[1] + 2]  # said once, with the total
    assert lines[-1].startswith("Model band, total, JPY bn: VaR 99 % ")
    assert "of the sample books carry-fund, life-insurer, 2020-01-06 to 2025-05-30" in " ".join(done.stdout.split())


def test_one_law_has_its_verdict_and_no_band_and_shocks_name_their_scenario(capsys):
    config = resolve({"law": ["historical-250"], "scenarios": ["article-2025"], **SMALL}, {})
    result = run(config, ignore, ignore)
    results.show(result, form=Format.TABLE, by_law=True)
    shown = capsys.readouterr().out
    assert "after the shock of article-2025" in shown
    assert "fails at 1 and 10 days: Kupiec 99, Z2" in shown
    assert "band" not in shown
    results.show(result, form=Format.JSON)
    content = json.loads(capsys.readouterr().out)
    assert content["run"]["laws"] == [{"historical-250": "article-2025/historical-250"}]
    assert content["bands"] == []
    assert list(content["backtest"]["laws"]) == ["historical-250"]


def test_figures_under_a_law_are_those_of_the_scenario_that_names_it():
    by_law = run(resolve({"law": ["filtered", "gaussian"], **SMALL}, {}), ignore, ignore)
    by_name = run(resolve({"scenarios": ["filtered", "base"], **SMALL}, {}), ignore, ignore)
    assert [row.pnl_sha256 for row in by_law.results] == [row.pnl_sha256 for row in by_name.results]
    assert [row.scenario for row in by_law.results[::3]] == ["filtered", "gaussian"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"law": ["garch"]}, "--law: no law is called 'garch'; known are filtered, filtered-regimes, "),
        ({"law": ["gausian"]}, "--law: no law is called 'gausian'; did you mean 'gaussian'?"),
        ({"law": ["t", "t"]}, "--law: 't' is there twice"),
        (
            {"law": ["t"], "scenarios": ["feedback-severe"]},
            "'feedback-severe' says itself how factors move, by law 'filtered', carry, impact",
        ),
        ({"law": ["t"], "scenarios": ["historical"]}, "says itself how factors move, by law 'historical-500'"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(settings, message):
    with pytest.raises(InputError) as refusal:
        load_inputs(resolve({**settings, **SMALL}, {}))
    assert message in str(refusal.value)
