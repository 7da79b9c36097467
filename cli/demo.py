"""`unwind demo`: a sample book by the default law and in two unwinds, and why it loses what it loses."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats
from cli.run import print_run
from engine.words.language import read_in

if TYPE_CHECKING:
    from unwind_risk.api.result import Result

GENERAL_ACCOUNT = "general-account"
UNWINDS = ("flight-2024", "repatriation-2025")  # opposite ones: yields fall in one and rise in the other


def demo(
    book: Annotated[
        str, typer.Option(metavar="NAME", help="A bundled book: general-account, life-insurer, carry-fund, sample.")
    ] = GENERAL_ACCOUNT,
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures.")] = "200000",
    output_format: options.Format = None,
    as_json: options.AsJson = False,
    language: options.Language = None,
) -> None:
    """Print what a sample book can lose, and why.

    VaR and expected shortfall over 10 business days from 2025-05-28, of a made-up general account: by the default law,
    past days at the vols of that day, and in two unwinds of the carry trade, one in which yields fall and one in which
    they rise. Then what makes the loss. Needs no arguments.
    """
    from engine.inputs.run import resolve
    from engine.scenario.default_scenario import DEFAULT_SCENARIO

    settings = {
        "book": book,
        "paths": paths,
        "scenarios": [DEFAULT_SCENARIO, *UNWINDS],
        "horizon_days": 10,
        "confidence": 0.99,
    }
    form, reader = formats.chosen(output_format, as_json=as_json), options.language_of(language)
    result = print_run(resolve(settings, {}), None, form=form, language=reader)
    if form is formats.Format.TABLE:
        _say_why(result, reader)


def _say_why(result: "Result", language: str) -> None:
    """Print the paragraph that says what makes the losses; of so few paths that nothing can be said, that."""
    from engine.errors import InputError
    from unwind_risk.api.analysis.explain import explain

    try:
        found = explain(result, progress=False)
    except InputError as error:
        render.warn(str(error))
        return
    print()
    with read_in(language):
        render.show_text(found.text)
