"""Which run is meant."""

from pathlib import Path

import pytest

from cli.analysis import settings
from engine.errors import InputError


def test_a_recorded_run_takes_no_settings():
    assert settings.is_recorded(Path("out/night"))
    assert not settings.is_recorded(Path("run.toml"))
    with pytest.raises(InputError, match="--scenario, --paths: the recorded run 'out/night' has settings of its own"):
        settings.refuse_settings({"scenarios": ["base"], "paths": "1", "seed": None}, Path("out/night"))


def test_a_run_by_settings_has_no_name():
    with pytest.raises(InputError, match="--run chooses among the runs of a recorded night"):
        settings.config_of({}, None, "ten-days")
