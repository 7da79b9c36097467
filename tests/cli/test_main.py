import json

import pytest

from cli.pages.commands import commands
from engine.inputs.run import RunConfig


def test_help_loads_no_heavy_library(unwind):
    heavy = ("numba", "numpy", "pandas", "pyarrow", "scipy", "pydantic", "QuantLib", "cupy", "rich")
    code = "import sys; from cli.main import app; app(['--help'], standalone_mode=False); "
    code += f"print([name for name in {heavy} if name in sys.modules])"
    done = unwind.python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demoo"], "demoo"),
        (["run", "--pahts", "5"], "--pahts"),
        (["run", "--paths", "many"], "--paths"),
        (["scenario", "show"], "SCENARIO"),
    ],
)
def test_usage_errors_end_with_2_and_say_what_was_not_understood(unwind, arguments, said):
    done = unwind(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_input_ends_with_2_and_a_message_on_stderr(unwind):
    done = unwind("scenario", "show", "carry_unwind_2042")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "august-2024" in done.stderr  # the known names
    assert "Traceback" not in done.stderr


def test_the_version_is_printed(unwind):
    done = unwind("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("unwind 0.")


def test_every_command_and_every_option_has_a_help_text():
    for name, command, _ in commands():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_no_list_of_commands_cuts_a_sentence_on_80_columns():
    for name, command, _ in commands():
        listed = getattr(command, "commands", {})
        for word, listed_command in listed.items():
            room = 80 - 6 - max(map(len, listed))  # beside the longest name, and the gaps around it
            assert not listed_command.get_short_help_str(room).endswith("..."), f"{name} {word}"


@pytest.mark.parametrize("kind", ["market", "book", "scenario", "run"])
def test_schemas_are_json(unwind, kind):
    done = unwind("schema", kind)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["$schema"]


def test_doctor_names_the_versions_and_the_cache(unwind):
    done = unwind("doctor")
    assert done.returncode == 0, done.stderr
    for word in ("numpy", "numba", "QuantLib", "vectors", "cores", "compiled kernels in"):
        assert word in done.stdout


def test_the_help_of_run_states_the_defaults_in_force(unwind):
    text = " ".join(unwind("run", "--help").stdout.split())
    config = RunConfig()
    confidences = ", ".join(map(str, config.confidences))
    for default in (
        *(config.n_paths, config.horizon_days, confidences, config.seed, config.backend, config.precision),
        *(config.steps, config.currency, config.revaluation, "--instantaneous" if config.instantaneous else "--ageing"),
    ):
        assert f"Default: {default}" in text
    assert f"without a scenario `{config.scenarios[0]}`" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--paths", "1,000"], "--paths: must be a whole number such as 1000000, got '1,000'; is 1000 meant?"),
        (["run", "--confidence", "99%"], "--confidence: must be a number such as 0.99, got '99%'; 99 % is 0.99"),
        (["run", "--until-se", "0.1"], "got '0.1'; is '0.1%' meant, or '10%'?"),
        (["demo", "--paths", "x"], "--paths: must be a whole number such as 1000000, got 'x'"),
        (["stress", "--currency", "usd"], "got 'usd'; did you mean 'USD'?"),
        (["schema", "runn"], "no schema of 'runn'; did you mean 'run'?"),
    ],
)
def test_a_value_that_is_not_understood_is_refused_in_the_same_words_everywhere(unwind, arguments, said):
    done = unwind(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
