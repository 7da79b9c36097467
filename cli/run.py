"""`unwind run`: simulate a book in one or several scenarios."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats

if TYPE_CHECKING:
    from engine.analysis.gradient.gradients import GradientTable
    from engine.inputs.run import RunConfig


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
            help="Lay each scenario under this law; repeat for several, side by side with what each one's backtest"
            " says; all: every one that the market has. Without --scenario: no shock.",
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
            help="Draw so many sets of parameters from the priors of each scenario that has an [uncertainty], such as"
            " 64: each walks the same paths, and every figure gets a band over them, with the parameters that make it.",
        ),
    ] = None,
    parameters_seed: Annotated[
        str | None, typer.Option(metavar="N", help="Of these sets, which have nothing of --seed. Default: 1.")
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="auto, numba, numpy (the slow reference) or cuda. Default: auto, which says what it picked.",
        ),
    ] = None,
    precision: options.Precision = None,
    steps: options.Steps = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="How one normal or t step is drawn: plain; is_sobol: quasi-random paths, most where the books lose."
            " Default: plain.",
        ),
    ] = None,
    currency: options.RunCurrency = None,
    until_se: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Double the paths until the relative standard error of VaR, of every scenario's total at the highest "
            "confidence, is this small: such as 0.5%, with its % sign.",
        ),
    ] = None,
    instantaneous: options.Instantaneous = None,
    revaluation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="direct: full revaluation, slow; compressed: with a bound. Default: compressed."
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also take VaR and ES apart by position, book, family (of instruments), currency, factor, pillar or"
            " regime, with the error of each part; repeat for several.",
        ),
    ] = None,
    gradient: Annotated[
        bool,
        typer.Option(
            "--gradient", help="Also print what each quote, vol and correlation of the market changes of VaR and ES."
        ),
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the JSON result to this file.")] = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print VaR and expected shortfall of books, with errors.

    In total and per book, in one or several scenarios on the same random numbers. Without a market or book the bundled
    ones are used; without a scenario `filtered`, past days at the vols of the day, which needs a market with a [law].
    Settings come from options, else UNWIND_* variables (UNWIND_PATHS), else RUN.toml, else
    the defaults that `unwind schema run` shows.
    """
    from os import environ

    from engine.inputs.run import resolve

    flags = {
        "market": market,
        "book": book,
        "scenarios": scenario,
        "law": law,
        "paths": paths,
        "horizon_days": horizon_days,
        "confidence": confidence,
        "seed": seed,
        "parameters": parameters,
        "parameters_seed": parameters_seed,
        "backend": backend,
        "precision": precision,
        "steps": steps,
        "sampler": sampler,
        "currency": currency,
        "until_se": until_se,
        "instantaneous": instantaneous,
        "revaluation": revaluation,
        "by": by,
        "out": out,
    }  # numbers are still text: `resolve` says what is wrong with them in the same words for every source
    set_flags = {name: value for name, value in flags.items() if value is not None}
    form = formats.chosen(output_format, as_json=as_json)
    print_run(resolve(set_flags, environ, file), file, gradient=gradient, form=form)


def print_run(config: "RunConfig", file: Path | None, *, gradient: bool = False, form: formats.Format) -> None:
    """Run, write what `out` asks for, and print the result in its form. `file` is the RUN.toml, if there is one."""
    from cli import progress, results
    from engine.inputs.outputs import check_out, input_files
    from unwind_risk.api.notes import Notes
    from unwind_risk.api.run import loaded_of, run_with

    out = None if config.out is None else check_out(config.out, inputs=input_files(config, file))
    with progress.on_stderr() as report:
        result = run_with(config, *loaded_of(config), progress=report, notes=Notes(pass_on=render.say))
    gradients: tuple[GradientTable, ...] = ()
    if gradient:
        with progress.on_stderr("inputs") as report:
            gradients = result.gradient_tables(report)
    found, contributions = result.finished.result, result.taken_apart
    if out is not None:
        results.write(found, out, contributions, gradients)
    results.show(found, contributions, gradients, form=form, by_law=bool(config.laws))
