"""`unwind explain`: why a run's VaR and expected shortfall are what they are, and which paths make them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.analysis import settings

if TYPE_CHECKING:
    from engine.explain.run.run_explanation import RunExplanation

SCHEMA = 1
Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[RUN.toml | NIGHT]",
        help="A run's settings, or a recorded run: its folder OUT/valuation_date=DATE/run=NAME, or its night's.",
    ),
]


def explain(
    sources: Sources = None,
    run: settings.RunName = None,
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    law: settings.Law = None,
    paths: settings.Paths = None,
    horizon_days: settings.HorizonDays = None,
    confidence: settings.Confidence = None,
    seed: settings.Seed = None,
    backend: settings.Backend = None,
    precision: settings.Precision = None,
    steps: settings.Steps = None,
    currency: settings.Currency = None,
    instantaneous: settings.Instantaneous = None,
    revaluation: settings.Revaluation = None,
    as_json: options.AsJson = False,
) -> None:
    """Say why VaR and expected shortfall are what they are.

    In a paragraph first, made from the figures; then what each part of the curves, each exchange rate and each book
    adds, with errors, as a table and as bars; then the paths of the tail by what made them lose, and numbers of typical
    ones, which `unwind replay` shows day by day. Of a run by its settings, which is simulated, or of a recorded one.
    """
    from engine.errors import InputError

    nights = [source for source in sources or () if settings.is_recorded(source)]
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
        "precision": precision,
        "steps": steps,
        "currency": currency,
        "instantaneous": instantaneous,
        "revaluation": revaluation,
    }
    if len(sources or ()) > 1:
        raise InputError(f"one run is explained, got {', '.join(map(str, sources or ()))}; give one of them")
    if nights:
        settings.refuse_settings(flags, nights[0])
    source = sources[0] if sources else None
    found = _explained(flags, source, run)
    replay = settings.replay_words(flags, source, run)
    if as_json:
        print(json.dumps(_as_json(found, replay), ensure_ascii=False, allow_nan=False))
    else:
        _show(found, replay)


def _explained(flags: dict[str, Any], source: Path | None, run: str | None) -> "RunExplanation":
    from cli import progress
    from engine.explain.run.run_explanation import run_explanation
    from engine.explain.run.run_source import measured_as_recorded, measured_by_settings

    if source is not None and settings.is_recorded(source):
        measured = measured_as_recorded(source, run, render.say)
    else:
        config = settings.config_of(flags, source, run)
        with progress.on_stderr() as report:
            measured = measured_by_settings(config, report, render.say)
    return run_explanation(measured)


def _as_json(found: "RunExplanation", replay: str) -> dict[str, Any]:
    from cli.analysis.explain_prose import prose
    from engine.risk.results import plain_json

    return {"schema": SCHEMA, "text": prose(found), "replay": replay, **plain_json(found, "explanation")}


def _show(found: "RunExplanation", replay: str) -> None:
    from cli.analysis.explain_bars import bars
    from cli.analysis.explain_prose import heading, prose
    from cli.analysis.explain_tables import cause_tables, contribution_table, money

    print(f"{heading(found)}\n")
    render.show_text(prose(found))
    render.show(contribution_table(found))
    for each in found.scenarios:
        print(f"\n{bars(each, money(found))}")
    print()
    render.show(*(table for each in found.scenarios for table in cause_tables(each, found)))
    print(f"\nA path day by day: {replay}")
