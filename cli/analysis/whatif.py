"""`unwind whatif`: what candidate trades would change of a run or of a recorded night."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render
from cli.output import formats


def whatif(
    trades: Annotated[
        Path,
        typer.Argument(
            metavar="TRADES.csv",
            help="A book file: its trades are a book of their own, `whatif`, or as its column `book` says.",
        ),
    ],
    file: Annotated[
        Path | None, typer.Argument(metavar="RUN.toml", help="The run's settings; options override it.")
    ] = None,
    night: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A recorded run, OUT/valuation_date=DATE/run=NAME: its books, market, scenarios and settings, and its"
            " limits before and after. Takes no RUN.toml and no other option of a run.",
        ),
    ] = None,
    limits: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file of [[limits]], as batches have it: their use before and after."),
    ] = None,
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    law: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Lay each scenario under this law; repeat for several, or all."),
    ] = None,
    paths: options.Paths = None,
    horizon_days: options.HorizonDays = None,
    confidence: options.Confidences = None,
    seed: options.Seed = None,
    backend: options.Backend = None,
    currency: options.RunCurrency = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
) -> None:
    """Print what candidate trades would change.

    VaR and expected shortfall of every scenario before and after, on the same paths, so that the error is the change's
    own; each limit's use; what the trades earn in a day in which nothing moves; what they pay by scenario, by regime,
    and where the books lose most. The books' totals are kept from call to call, and trades alone walked: the total
    after is to the last bit that of `unwind run` with one book file more.
    """
    from os import environ

    from cli import progress
    from cli.analysis import whatif_tables
    from engine.explain.whatif.tried import check_alone
    from engine.inputs.run import resolve
    from unwind_risk.api.analysis.whatif import whatif_with
    from unwind_risk.api.notes import Notes

    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario,
        "law": law,
        "paths": paths,
        "horizon_days": horizon_days,
        "confidence": confidence,
        "seed": seed,
        "backend": backend,
        "currency": currency,
    }
    set_flags = {name: value for name, value in flags.items() if value is not None}
    if night is not None:
        check_alone([*set_flags, *(["RUN.toml"] if file else []), *(["limits"] if limits else [])])
    asked = resolve(set_flags, environ, file) if night is None else night
    with progress.on_stderr() as report:
        found = whatif_with(asked, trades, limits, progress=report, notes=Notes(pass_on=render.say))
    formats.show(
        form,
        table=lambda: render.show(*whatif_tables.tables(found.found, found.uses)),
        json=found.to_json,
        frame=found.table,
        language=reader,
    )
    render.warn_of(found.warnings)
