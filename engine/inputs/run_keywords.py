"""A run's settings as a program gives them: keys as in a RUN.toml, values as Python has them."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine.errors import InputError
from engine.inputs.run import RunConfig
from engine.inputs.toml.faults import faults_of


def settings_of(keywords: Mapping[str, Any]) -> RunConfig:
    """Return the checked settings of keywords, by the same checks as a file's or a command's; None: not given.

    Neither the environment nor a file has a say. Raises InputError with every error, each under its key.
    """
    given = {key: _plain(value) for key, value in keywords.items() if value is not None}
    try:
        return RunConfig.model_validate(given)
    except ValidationError as error:
        faults = faults_of(error, RunConfig, given, None)
    raise InputError("\n".join(map(str, faults)))


def _plain(value: Any) -> Any:
    """Return lists as tuples, and arrays and numbers of numpy and pandas as Python's."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
