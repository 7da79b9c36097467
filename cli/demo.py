"""`unwind demo`: the sample books in the bundled scenarios that need no daily walk."""

from typing import Annotated

import typer

from cli import options
from cli.run import print_run


def demo(
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures.")] = "1000000",
    as_json: options.AsJson = False,
) -> None:
    """Print VaR and expected shortfall of the sample books.

    Over 10 business days from 2025-05-28, in the market of that day and in each bundled scenario that moves it at
    once. Needs no arguments.
    """
    from engine.inputs.run import resolve
    from engine.inputs.scenario.load import default_scenario_names

    settings = {
        "paths": paths,
        "scenarios": list(default_scenario_names()),
        "horizon_days": 10,
        "confidence": [0.975, 0.99],
    }
    print_run(resolve(settings, {}), None, as_json=as_json)
