"""The command that replays a run's path has every option on which the path depends."""

from pathlib import Path

from engine.inputs.run import RunConfig
from engine.run.replay_command import recorded_words, replay_command, replay_words


def asked(**given):
    return RunConfig.model_validate({"scenario": ("my folder/mine.toml",), **given})


def test_defaults_are_left_out_and_a_file_is_given_by_its_path():
    assert replay_command(asked(), "mine", 7) == "unwind replay 7 --scenario 'my folder/mine.toml'"


def test_what_a_path_depends_on_is_given_where_it_is_no_default():
    config = asked(
        market="m.toml", book=("a.csv", "b.csv"), paths=1000, horizon_days=20, seed=5, steps="daily", currency="USD"
    )
    assert replay_command(config, "mine", 7) == (
        "unwind replay 7 --market m.toml --book a.csv --book b.csv --scenario 'my folder/mine.toml' --paths 1000"
        " --horizon-days 20 --seed 5 --steps daily --currency USD"
    )


def test_one_of_several_or_under_a_law_is_chosen_by_its_name():
    assert replay_command(asked(law="t"), "mine/t", 7).endswith("mine.toml' --law t --only mine/t")
    assert replay_command(asked(scenario=("base", "flight-2024")), "base", 7).endswith("--only base")


def test_the_words_of_a_run_stand_for_any_of_its_paths():
    config = asked(scenario=("base", "my own.toml"), paths=20_000, instantaneous=True)
    assert replay_words(config) == (
        "unwind replay PATH --scenario base --scenario 'my own.toml' --paths 20000 --instantaneous"
    )


def test_the_words_of_a_recorded_run_name_it():
    assert recorded_words(Path("out/night"), "ten-days") == "unwind replay PATH out/night --run ten-days"
    assert recorded_words(Path("my night"), None) == "unwind replay PATH 'my night'"
