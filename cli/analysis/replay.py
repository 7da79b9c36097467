"""`unwind replay`: one path of a run, day by day, with what it makes every book and position gain or lose."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.analysis import settings
from cli.output import formats

MAX_PATH = 10**9  # number of a path: no run has more


def replay(
    path: Annotated[str, typer.Argument(metavar="PATH", help="Its number, from 0.")],
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="RUN.toml|NIGHT",
            help="A run's settings, or a recorded run: its folder OUT/valuation_date=DATE/run=NAME, or its night's.",
        ),
    ] = None,
    run: settings.RunName = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO", help="Show the path in this scenario of the run; repeat for several."),
    ] = None,
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    law: settings.Law = None,
    paths: settings.Paths = None,
    horizon_days: options.HorizonDays = None,
    seed: options.Seed = None,
    backend: options.Backend = None,
    precision: options.Precision = None,
    steps: options.Steps = None,
    currency: options.RunCurrency = None,
    instantaneous: options.Instantaneous = None,
    revaluation: settings.Revaluation = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Show one path of a run day by day.

    Levels, regime, jumps and interventions, sales; P&L if the market stood still from each day on, and at the horizon
    by book, the same bits as in the run, and by position. The path is the run's own: give the options of the run, all
    its scenarios among them, for one that is seen day by day makes all of them walk daily.
    """
    from cli.analysis.replay_tables import tables
    from unwind_risk.api.analysis.replay import replay_with
    from unwind_risk.api.notes import Notes

    form = formats.chosen(output_format, as_json=as_json)
    number = options.whole("PATH", path, 0, MAX_PATH)
    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario,
        "law": law,
        "paths": paths,
        "horizon_days": horizon_days,
        "seed": seed,
        "backend": backend,
        "precision": precision,
        "steps": steps,
        "currency": currency,
        "instantaneous": instantaneous,
        "revaluation": revaluation,
    }
    asked = settings.run_of(flags, source, run)
    found = replay_with(asked, number, only or (), run, notes=Notes(pass_on=render.say))
    formats.show(
        form,
        table=lambda: render.show(*(table for each in found.found for table in tables(each))),
        json=found.to_json,
        frame=found.table,
    )
    render.warn_of(found.warnings)
