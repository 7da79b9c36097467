"""`unwind run`: simulate a book in one or several scenarios."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats

if TYPE_CHECKING:
    from engine.analysis.contributions.book_adds import Adds
    from engine.analysis.gradient.gradients import GradientTable
    from engine.inputs.limits import Limit
    from engine.inputs.run import RunConfig
    from engine.record.read import LimitUse
    from unwind_risk.api.result import Result

NO_SETTINGS = (
    "file",
    "scenario",
    "gradient",
    "limits",
    "output_format",
    "as_json",
    "language",
)  # parameters of `run`, of which all others are


def run(
    file: Annotated[
        Path | None, typer.Argument(metavar="RUN.toml", help="The run's settings; options override it.")
    ] = None,
    market: options.Market = None,
    book: options.Books = None,
    scenario: options.Scenarios = None,
    law: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Lay each scenario under this law; repeatable, or all. Without --scenario: no shock.",
        ),
    ] = None,
    paths: options.Paths = None,
    horizon_days: options.HorizonDays = None,
    confidence: options.Confidences = None,
    seed: options.Seed = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Sets of parameters drawn from [uncertainty], on the same paths: a band for each figure.",
        ),
    ] = None,
    parameters_seed: Annotated[str | None, typer.Option(metavar="N", help="Of these sets. Default: 1.")] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="auto, numba, numpy (slow) or cuda. Default: auto.",
        ),
    ] = None,
    precision: options.Precision = None,
    steps: options.Steps = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="plain; is_sobol: one normal or t step, weighted. Default: plain.",
        ),
    ] = None,
    currency: options.RunCurrency = None,
    until_se: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Double the paths until the relative error of every total's last VaR is this small: 0.5%.",
        ),
    ] = None,
    instantaneous: options.Instantaneous = None,
    revaluation: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="direct (slow) or compressed. Default: compressed."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also take VaR and ES apart by position, book, family, currency, factor, pillar, `book x factor`,"
            " regime; repeatable.",
        ),
    ] = None,
    gradient: Annotated[
        bool,
        typer.Option("--gradient", help="Also what each quote and vol changes of them."),
    ] = False,
    limits: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file of [[limits]], as batches have it: the use of each."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the JSON result to this file.")] = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
) -> None:
    """Print VaR and expected shortfall of books, with errors.

    In total and per book, in one or several scenarios on the same random numbers. Without a market or book the bundled
    ones are used; without a scenario `filtered`, past days at the vols of the day, which needs a market with a [law].
    Settings come from options, else UNWIND_* variables (UNWIND_PATHS), else RUN.toml, else
    the defaults that `unwind schema run` shows.
    """
    asked = {
        **locals(),
        "scenarios": scenario,
    }  # numbers are still text: `resolve` says what is wrong, for every source
    from os import environ

    from engine.inputs.run import resolve

    set_flags = {name: value for name, value in asked.items() if name not in NO_SETTINGS and value is not None}
    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    config = resolve(set_flags, environ, file)
    print_run(config, file, gradient=gradient, limits=limits, form=form, language=reader)


def print_run(
    config: "RunConfig",
    file: Path | None,
    *,
    gradient: bool = False,
    limits: Path | None = None,
    form: formats.Format,
    language: str,
) -> "Result":
    """Run, write what `out` asks for, and print the result in its form. `file` is the RUN.toml, if there is one."""
    from cli import progress, results
    from engine.inputs.outputs import check_out, input_files
    from unwind_risk.api.notes import Notes
    from unwind_risk.api.run import loaded_of, run_with

    out = None if config.out is None else check_out(config.out, inputs=input_files(config, file))
    held = _held(limits)  # before the run: a bad file costs none of its time
    with progress.on_stderr() as report:
        result = run_with(config, *loaded_of(config), progress=report, notes=Notes(pass_on=render.say))
    gradients: tuple[GradientTable, ...] = ()
    if gradient:
        with progress.on_stderr("inputs") as report:
            gradients = result.gradient_tables(report)
    found, contributions = result.finished.result, result.taken_apart
    uses = _uses(result, held)
    if out is not None:
        results.write(found, out, contributions, gradients, uses)
    results.show(
        found,
        contributions,
        gradients,
        form=form,
        by_law=bool(config.laws),
        uses=uses,
        language=language,
        adds=lambda: _adds(result),
    )
    return result


def _held(limits: Path | None) -> "tuple[Limit, ...]":
    if limits is None:
        return ()
    from engine.inputs.limit_file import load_limits

    return load_limits(limits)


def _uses(result: "Result", held: "tuple[Limit, ...]") -> "tuple[LimitUse, ...]":
    if not held:
        return ()
    from engine.explain.run.limit_uses import limit_uses

    return limit_uses(result.finished, held)


def _adds(result: "Result") -> "Adds":
    from engine.analysis.contributions.book_adds import book_adds

    return book_adds(result.finished)
