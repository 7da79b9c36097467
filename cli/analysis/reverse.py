"""`unwind reverse`: the likeliest ways to lose an amount, the level that it takes, and markets given a level."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.analysis import settings


def reverse(
    loss: Annotated[str, typer.Option(metavar="AMOUNT", help="To lose, in the currency of the results: 30e9.")],
    settings_file: Annotated[
        Path | None, typer.Argument(metavar="RUN.toml", help="The run's settings; options override it.")
    ] = None,
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    law: settings.Law = None,
    solve: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTOR", help="Print what this factor must be for that loss: USDJPY; repeatable."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVEL",
            help="Print the rest of the market, and the loss, where a factor ends at a level: USDJPY=125, UST_10Y=3.5"
            " (zero rates and vols, in percent: 3.5 is 3.5 %); repeat for several at once.",
        ),
    ] = None,
    paths: options.Paths = None,
    horizon_days: options.HorizonDays = None,
    seed: options.Seed = None,
    backend: options.Backend = None,
    currency: options.RunCurrency = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the likeliest ways to lose an amount, and what the market is in each.

    Under each scenario's law: the markets of highest density that lose as much, where the law has a density; else the
    peaks among the paths that lose about as much. Each with its likelihood, the loss by book, and the number of a path
    near it, which `unwind replay` shows day by day. JSON has every factor.
    """
    import json
    from os import environ

    from cli import progress
    from cli.analysis.reverse_tables import tables
    from engine.analysis.reverse.loss_amount import loss_amount
    from engine.analysis.reverse.reverse_stress import as_json as results_json
    from engine.analysis.reverse.reverse_stress import reverse_stresses
    from engine.inputs.run import resolve

    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario,
        "law": law,
        "paths": paths,
        "horizon_days": horizon_days,
        "seed": seed,
        "backend": backend,
        "currency": currency,
    }
    target = loss_amount(loss)
    config = resolve(settings.given(flags), environ, settings_file)
    with progress.on_stderr() as report:
        results = reverse_stresses(config, target, solve or (), given or (), report, render.say)
    if as_json:
        print(json.dumps(results_json(results), ensure_ascii=False, allow_nan=False))
    else:
        render.show(*(table for result in results for table in tables(result)))
    render.warn_of(dict.fromkeys(warning for result in results for warning in result.warnings))
