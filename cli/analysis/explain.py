"""`unwind explain`: why a run's VaR and expected shortfall are what they are, and which paths make them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.analysis import settings
from cli.output import formats
from engine.words.language import Text, name_of, texts

if TYPE_CHECKING:
    from engine.explain.run.run_explanation import RunExplanation
    from unwind_risk.api.analysis.explain import Explanation
    from unwind_risk.api.analysis.nights import NightsExplanation

WHOSE, WORST = texts("{scenario}: {words}", "worst path: {path}, loses {loss}: {command}")
SUCH = Text("Such a path day by day: {command}")
OF_TWO = ("scenarios", "confidence", "paths")  # settings that also say what is compared between two nights
Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="RUN.toml|NIGHT",
        help="A run's settings, or a recorded run: its folder OUT/valuation_date=DATE/run=NAME, or its night's; of two"
        " nights the change from one to the other.",
    ),
]
Realised = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Of two nights: realised P&L (CSV: valuation_date, scope, pnl). Default: the file that the batch names.",
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
    horizon_days: options.HorizonDays = None,
    confidence: settings.Confidence = None,
    seed: options.Seed = None,
    backend: options.Backend = None,
    precision: options.Precision = None,
    steps: options.Steps = None,
    currency: options.RunCurrency = None,
    instantaneous: options.Instantaneous = None,
    revaluation: settings.Revaluation = None,
    realised: Realised = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
) -> None:
    """Say why VaR is what it is, or why it moved between nights.

    In a paragraph first, made from the figures; then what each part of the curves, each exchange rate and each book
    adds, with errors; then the paths of the tail by what made them lose, and numbers of typical ones, which `unwind
    replay` shows day by day. Of a run by its settings, which is simulated, or of a recorded one.

    Of two nights: what the change of VaR and ES is made of, on common draws, with paired errors, and the P&L between
    them. Two nights take --run, --scenario, --confidence, --paths and --realised alone.
    """
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
    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    given, nights = sources or [], [source for source in sources or () if settings.is_recorded(source)]
    if len(nights) == 2 and len(given) == 2:
        _show_change((nights[0], nights[1]), flags, run, realised, form, reader)
    else:
        _show_run(_one(given, realised), flags, run, form, reader)


def _one(sources: list[Path], realised: Path | None) -> Path | None:
    """Return the one source of a run, None where there is none. Raises InputError where more are named."""
    from engine.errors import InputError

    if len(sources) > 1:
        names = ", ".join(map(str, sources))
        raise InputError(f"a run is explained, or the change between two recorded nights, got {names}; give one or two")
    if realised is not None:
        raise InputError("--realised is of two recorded nights: unwind explain NIGHT NIGHT2 --realised FILE")
    return sources[0] if sources else None


def _show_change(
    nights: tuple[Path, Path],
    flags: dict[str, Any],
    run: str | None,
    realised: Path | None,
    form: formats.Format,
    language: str,
) -> None:
    """Print the change between two nights. Raises InputError where an option is of a single run."""
    from cli import progress
    from engine.errors import InputError
    from engine.inputs.run import MAX_PATHS, resolve
    from unwind_risk.api.analysis.nights import explain_nights
    from unwind_risk.api.notes import Notes

    settings.refuse_settings({name: flags[name] for name in flags if name not in OF_TWO}, nights[0])
    scenarios, paths, confidence = flags["scenarios"] or [None], flags["paths"], flags["confidence"]
    if len(scenarios) > 1:
        raise InputError(f"--scenario: one is compared between two nights, got {', '.join(scenarios)}; give one")
    levels = resolve({"confidence": confidence}, {}).confidences if confidence else None
    n_paths = None if paths is None else options.whole("--paths", paths, 1, MAX_PATHS)
    notes = Notes(pass_on=render.say)
    with progress.on_stderr("runs") as report:
        found = explain_nights(nights, run, scenarios[0], levels, n_paths, realised, progress=report, notes=notes)
    formats.show(form, table=lambda: _show_tables(found), json=found.to_json, frame=found.table, language=language)
    render.warn_of(found.warnings)


def _show_tables(change: "NightsExplanation") -> None:
    from cli.analysis.explain_nights import tables

    render.show_text(change.text)
    render.show(*tables(change.found))


def _show_run(source: Path | None, flags: dict[str, Any], run: str | None, form: formats.Format, language: str) -> None:
    """Print the explanation of one run. Raises InputError where options would change a recorded one."""
    from cli import progress
    from unwind_risk.api.analysis.explain import explain_run
    from unwind_risk.api.notes import Notes

    asked, notes = settings.run_of(flags, source, run), Notes(pass_on=render.say)
    with progress.on_stderr() as report:
        found = explain_run(asked, run, progress=report, notes=notes)
    formats.show(form, table=lambda: _show(found), json=found.to_json, frame=found.table, language=language)
    render.warn_of(found.warnings)


def _show(explanation: "Explanation") -> None:
    from cli.analysis.explain_tables import cause_tables, contribution_table
    from engine.explain.amount_text import short_money

    found, replay = explanation.found, explanation.replay
    print(f"{explanation.heading}\n")
    render.show_text(explanation.text)
    render.show(contribution_table(found))
    print()
    render.show(*(table for each in found.scenarios for table in cause_tables(each, found)))
    print()
    for each in found.scenarios:
        shown = _shown(replay, each.worst_path, each.scenario, found)
        worst = WORST.format(path=each.worst_path, loss=short_money(found.currency, each.worst_loss), command=shown)
        several = len(found.scenarios) > 1
        print(WHOSE.format(scenario=name_of(each.scenario), words=worst) if several else worst)
    first = found.scenarios[0]
    print(SUCH.format(command=_shown(replay, first.causes[0].typical[0], first.scenario, found)))


def _shown(replay: str, path: int, scenario: str, found: "RunExplanation") -> str:
    """Return the command that shows a path of one scenario."""
    only = f" --only {scenario}" if len(found.scenarios) > 1 else ""
    return f"{replay.replace('PATH', str(path), 1)}{only}"
