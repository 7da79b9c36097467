"""`unwind explain`: why the figures of two nights differ."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render


def explain(
    night: Annotated[
        Path, typer.Argument(metavar="NIGHT1", help="A recorded night: OUT/valuation_date=DATE, or a run's folder.")
    ],
    night2: Annotated[Path, typer.Argument(metavar="NIGHT2", help="A later one, with which it is compared.")],
    run: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which run. Default: the first that both nights have.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which of its scenarios. Default: the one that stands for the run."),
    ] = None,
    confidence: Annotated[
        list[str] | None,
        typer.Option(metavar="LEVEL", help="Such as 0.99; repeat for several. Default: all that both nights have."),
    ] = None,
    paths: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Simulated futures of each run between the nights. Default: what takes about a minute on two cores.",
        ),
    ] = None,
    realised: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Realised P&L (CSV: valuation_date, scope, pnl). Default: the file that the batch names.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Print what the change of VaR and ES from one night to another is made of, and the P&L between them.

    Parts are ageing, each curve, USD/JPY, vols, correlations, basis, trades, law and parameters, and the simulation:
    Shapley's shares over runs on common draws with every mix of the two nights, each with its paired error; they add
    up to the recorded change to the last bit. P&L is carry, roll-down, levels and trades, by full revaluation; with
    realised P&L also what is left unexplained. The inputs of both nights must be as they were.
    """
    import json

    from cli import progress
    from cli.analysis import explain_nights
    from engine.explain.nights import change
    from engine.inputs.run import MAX_PATHS, resolve

    levels = resolve({"confidence": confidence}, {}).confidences if confidence else ()
    question = change.ChangeQuestion(
        nights=(night, night2),
        run=run,
        scenario=scenario,
        confidences=levels,
        n_paths=None if paths is None else options.whole("--paths", paths, 1, MAX_PATHS),
        realised=realised,
    )
    with progress.on_stderr("runs") as report:
        found = change.nights_change(question, report, render.say)
    if as_json:
        print(json.dumps(change.as_json(found), ensure_ascii=False, allow_nan=False))
    else:
        render.show(*explain_nights.tables(found))
    for note in found.notes:
        render.warn(note)
