"""`unwind demo`: the sample books by the default law, and in the bundled scenarios that move the market at once."""

from typing import Annotated

import typer

from cli import options
from cli.output import formats
from cli.run import print_run


def demo(
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures.")] = "1000000",
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print VaR and expected shortfall of the sample books.

    Over 10 business days from 2025-05-28: first by the default law, past days at the vols of that day; then in each
    bundled scenario that moves the market at once. Needs no arguments.
    """
    from engine.inputs.run import resolve
    from engine.inputs.scenario.load import shown_scenario_names

    settings = {
        "paths": paths,
        "scenarios": list(shown_scenario_names()),
        "horizon_days": 10,
        "confidence": [0.975, 0.99],
    }
    print_run(resolve(settings, {}), None, form=formats.chosen(output_format, as_json=as_json))
