"""`unwind hedge`: the mix of hedges that makes the tail least, scored on fresh draws."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats

if TYPE_CHECKING:
    from engine.analysis.hedge.result import HedgeResult


def hedge(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="HEDGES.csv|RUN.toml",
            help="One of each at most. Hedges: rows of a book file, one lot each, with columns `cost`, half the"
            " bid-offer spread of a lot, `most` and perhaps `least`, lots; rows of one `book` are one hedge. Default:"
            " what the article advises.",
        ),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--hedge", metavar="NAME", help="Use this hedge alone; repeat for several. Default: all."),
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Of bid-offer costs at most, in the run's currency.")
    ] = None,
    carry_least: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="A day: -5e6 allows a cost of 5 million."),
    ] = None,
    es_most: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="ES of the hedged books, costs included."),
    ] = None,
    fractional: Annotated[
        bool, typer.Option("--fractional/--whole-lots", help="Allow parts of a lot. Default: --whole-lots.")
    ] = False,
    market: options.Market = None,
    book: options.Books = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A bundled scenario's name or a TOML file; the mix is solved by --aim and shown in all. Default:"
            " filtered, and the unwinds flight-2024, repatriation-2025, august-2024, april-2025.",
        ),
    ] = None,
    aim: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What is made least, costs included: `first`, ES of the first scenario; `worst`, the largest ES of all"
            " scenarios; `mean`, the mean of their ES, by --weight. Default: first.",
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO=NUMBER", help="Of a scenario in --aim mean; repeat for several. Default: 1."),
    ] = None,
    paths: Annotated[
        str | None, typer.Option(metavar="N", help="Simulated futures of each stream. Default: 1000000.")
    ] = None,
    horizon_days: options.HorizonDays = None,
    confidence: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Of the expected shortfall, such as 0.975. Default: 0.99.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="N", help="Of the paths that the mix is solved on. Default: 1.")
    ] = None,
    score_seed: Annotated[
        str | None, typer.Option(metavar="N", help="Of the fresh paths that it is scored on. Default: the next seed.")
    ] = None,
    backend: options.Backend = None,
    currency: options.RunCurrency = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
) -> None:
    """Print the hedges that cut expected shortfall at least cost.

    Solved on one stream of draws to a proven gap of 1e-4, for one scenario or several (--aim), scored on a fresh one,
    in every scenario: against no hedge and the best single one, where it is worst, and which hedges pay in one kind of
    unwind and cost in the other.
    """
    from os import environ

    from cli import progress
    from engine.analysis.hedge.hedge import SCENARIOS
    from engine.analysis.hedge.wishes import asked
    from unwind_risk.api.analysis.hedge import hedge_with
    from unwind_risk.api.notes import Notes

    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    candidates, settings = _sources(sources or [])
    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario or (None if settings else list(SCENARIOS)),
        "paths": paths,
        "horizon_days": horizon_days,
        "confidence": [confidence] if confidence else (None if settings else ["0.99"]),
        "seed": seed,
        "backend": backend,
        "currency": currency,
    }
    wishes = {"score_seed": score_seed, "budget": budget, "carry_least": carry_least, "es_most": es_most, "aim": aim}
    config, wanted = asked(
        flags, environ, settings, wishes, tuple(names or ()), tuple(weight or ()), is_whole=not fractional
    )
    with progress.on_stderr() as report:
        found = hedge_with(config, candidates, wanted, progress=report, notes=Notes(pass_on=render.say))
    formats.show(form, table=lambda: _show(found.found), json=found.to_json, frame=found.table, language=reader)
    render.warn_of(found.warnings)


def _show(found: "HedgeResult") -> None:
    from cli.analysis import hedge_tables

    render.show(*hedge_tables.tables(found))
    print()
    render.show_text(hedge_tables.words(found))


def _sources(paths: list[Path]) -> tuple[Path | None, Path | None]:
    """Return the file of hedges and that of settings, None of what is not given. Raises InputError for two of one."""
    from engine.errors import InputError

    tomls = [path for path in paths if path.suffix == ".toml"]
    others = [path for path in paths if path.suffix != ".toml"]
    for some, what in ((others, "file of hedges"), (tomls, "RUN.toml")):
        if len(some) > 1:
            raise InputError(f"one {what} is taken, got {', '.join(map(str, some))}; give one")
    return others[0] if others else None, tomls[0] if tomls else None
