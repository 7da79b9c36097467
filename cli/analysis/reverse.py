"""`unwind reverse`: the likeliest ways to lose an amount, the level that it takes, and markets given a level."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.analysis import settings
from cli.output import formats


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
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the likeliest ways to lose an amount.

    Under each scenario's law: the markets of highest density that lose as much, where the law has a density; else the
    peaks among the paths that lose about as much. Each with its likelihood, the loss by book, and the number of a path
    near it, which `unwind replay` shows day by day. JSON has every factor.
    """
    from os import environ

    from cli import progress
    from cli.analysis.reverse_tables import tables
    from engine.analysis.reverse.loss_amount import loss_amount
    from engine.inputs.run import resolve
    from unwind_risk.api.analysis.reverse import reverse_with
    from unwind_risk.api.notes import Notes

    form = formats.chosen(output_format, as_json=as_json)
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
    config, notes = resolve(settings.given(flags), environ, settings_file), Notes(pass_on=render.say)
    with progress.on_stderr() as report:
        found = reverse_with(config, target, solve or (), given or (), progress=report, notes=notes)
    formats.show(
        form,
        table=lambda: render.show(*(table for each in found.found for table in tables(each))),
        json=found.to_json,
        frame=found.table,
    )
    render.warn_of(found.warnings)
