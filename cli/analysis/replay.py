"""`unwind replay`: one path of a run, day by day, with what it makes every book and position gain or lose."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.analysis import settings

if TYPE_CHECKING:
    from engine.explain.run.run_source import ReadyRun

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
    as_json: options.AsJson = False,
) -> None:
    """Show one path of a run day by day.

    Levels, regime, jumps and interventions, sales; P&L if the market stood still from each day on, and at the horizon
    by book, the same bits as in the run, and by position. The path is the run's own: give the options of the run, all
    its scenarios among them, for one that is seen day by day makes all of them walk daily.
    """
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
    ready = _ready(flags, source, run)
    _print(ready, number, only or list(ready.prepared.inputs.names), as_json=as_json)


def _ready(flags: dict[str, Any], source: Path | None, run: str | None) -> "ReadyRun":
    from engine.explain.run.run_source import ready_as_recorded, ready_by_settings

    if source is not None and settings.is_recorded(source):
        settings.refuse_settings(flags, source)
        return ready_as_recorded(source, run, render.say)
    return ready_by_settings(settings.config_of(flags, source, run), render.say)


def _print(ready: "ReadyRun", number: int, scenarios: list[str], *, as_json: bool) -> None:
    from cli.analysis.replay_tables import tables
    from engine.explain.run.path_replay import path_replay
    from engine.explain.run.replay_json import replay_json

    found = [path_replay(ready, name, number) for name in scenarios]
    if as_json:
        print(json.dumps(replay_json(found), ensure_ascii=False, allow_nan=False))
    else:
        render.show(*(table for each in found for table in tables(each)))
    render.warn_of(ready.prepared.inputs.warnings)
