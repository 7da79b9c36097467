"""The command that shows a run's path again has every option on which the path depends, or there is none."""

from types import SimpleNamespace

import pytest

from engine.inputs.run import RunConfig
from engine.run.simulate_command import simulate_command


def prepared(n_steps, names=("base", "mine"), *, is_of_files=True, **given):
    """What the command is made of: what was asked for, the names and the steps of what was drawn."""
    config = RunConfig.model_validate({"scenario": ("base", "my folder/mine.toml"), **given})
    drawn = SimpleNamespace(packed=SimpleNamespace(n_steps=n_steps))
    return SimpleNamespace(config=config, inputs=SimpleNamespace(names=names, is_of_files=is_of_files), drawn=drawn)


def test_defaults_are_left_out_and_a_file_is_given_by_its_path():
    assert simulate_command(prepared(10), "base", 7) == "unwind simulate --scenario base --path 7"
    assert simulate_command(prepared(10), "mine", 7) == "unwind simulate --scenario 'my folder/mine.toml' --path 7"


def test_what_a_path_depends_on_is_given_where_it_is_no_default():
    asked = prepared(20, market="m.toml", horizon_days=20, seed=5, precision="float32", paths=1000, confidence=(0.9,))
    assert simulate_command(asked, "base", 7) == (
        "unwind simulate --scenario base --market m.toml --horizon-days 20 --seed 5 --precision float32 --path 7"
    )


@pytest.mark.parametrize(
    "asked", [prepared(1), prepared(10, names=("t", "mine/t"), law="t"), prepared(10, is_of_files=False)]
)
def test_of_one_step_of_a_scenario_under_a_law_and_of_a_programs_own_inputs_there_is_none(asked):
    assert simulate_command(asked, asked.inputs.names[0], 7) is None
