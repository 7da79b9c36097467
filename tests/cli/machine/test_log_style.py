"""The style of stderr is known before the words are parsed."""

import pytest

from cli.machine.log_style import asked_style


@pytest.mark.parametrize(
    ("words", "environ", "style"),
    [
        (["--log", "json", "nosuch"], {}, "json"),
        (["--log=json", "run"], {}, "json"),
        (["--log", "text", "run"], {"UNWIND_LOG": "json"}, "text"),
        (["run"], {"UNWIND_LOG": "json"}, "json"),
        (["batch", "run", "a.toml", "--log-json"], {}, "json"),
        (["run", "--log", "json"], {}, "text"),  # no option of a command
        (["--log"], {}, "text"),
    ],
)
def test_options_stand_before_the_environment(words, environ, style):
    assert asked_style(words, environ) == style
