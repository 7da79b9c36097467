"""`unwind scenario replay`: what happened, against what a scenario would have drawn on the eve."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.data.history import Accepted, Files
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.backtest.events import Replay

MOST_PATHS = 1_000_000


def replay(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A bundled scenario's name or a TOML file.")],
    files: Files,
    event: Annotated[
        str | None, typer.Option(metavar="NAME", help="august-2024 or april-2025, instead of --from and --to.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The eve: the market that paths start from."),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The day that moves run to.")] = None,
    like: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Market file whose factors are wanted. Default: the bundled one."),
    ] = None,
    window_start: Annotated[
        str,
        typer.Option(metavar="DATE", help="First day that vols and correlations are estimated from."),
    ] = "2022-01-01",
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures, 1000 to 1000000.")] = "50000",
    seed: Annotated[str, typer.Option(metavar="N", help="The same seed gives the same bits.")] = "1",
    backend: Annotated[str, typer.Option(metavar="NAME", help="auto, numba, numpy or cuda.")] = "auto",
    accept: Accepted = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print how far out what happened lies among a scenario's paths.

    The scenario is drawn as on the eve.

    Paths start from the market of the eve, with vols and correlations of what was known then. A share near a half is an
    ordinary day for the scenario; one near 0 or 1 is far out. An estimate that has seen the event is not tested by it.
    """
    from engine.backtest import events
    from engine.calibration.filtered_markets import with_filtered_laws
    from engine.calibration.history_extras import series_needed
    from engine.calibration.market_of_date import market_of_date
    from engine.calibration.zero_rates import FIRST_DATE
    from engine.inputs.history.gate import pass_gate
    from engine.inputs.history.load import load_history
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.scenario.load import load_scenario
    from engine.mechanisms.law import Way, way_of
    from engine.run.backend import choose_backend

    form = formats.chosen(output_format, as_json=as_json)
    n_paths = options.whole("--paths", paths, 1000, MOST_PATHS)
    number = options.whole("--seed", seed, 0, 2**64 - 1)
    start, end = _dates(event, first, last)
    window = options.day("--window-start", window_start)
    law, history, pattern = load_scenario(scenario), load_history(files), load_market(like or bundled_market_path())
    series = series_needed(history.values, pattern, ())
    is_past = way_of(law.unwind) is not Way.DIFFUSION
    passed = pass_gate(history, series, min(window, FIRST_DATE) if is_past else window, [start, end], accept or ())
    market = market_of_date(history.values, start, pattern, window)
    if is_past:
        market = with_filtered_laws([market], history.values)[0].market
    chosen = choose_backend(backend, render.say)
    found = events.replay(law, market, history.values, end, n_paths=n_paths, seed=number, backend=chosen)

    def frame() -> "Frame":
        from cli.output.scenario_frames import replay_frame

        return replay_frame(found)

    formats.show(form, table=lambda: render.show(_table(found)), json=lambda: events.replay_json(found), frame=frame)
    for note in (*history.notes, *passed.notes, *found.notes):
        render.warn(note)


def _dates(event: str | None, first: str | None, last: str | None) -> tuple[date, date]:
    """Return the eve and the last day, of an event or of the options."""
    from engine.backtest.events import EVENTS
    from engine.errors import InputError, did_you_mean

    if event is not None:
        if first is not None or last is not None:
            raise InputError("--event has its own dates; leave out --from and --to, or --event")
        if event not in EVENTS:
            raise InputError(f"no event is called {event!r}{did_you_mean(event, list(EVENTS))}; {', '.join(EVENTS)}")
        return EVENTS[event]
    if first is None or last is None:
        raise InputError("--from and --to must both be given, or --event")
    return options.day("--from", first), options.day("--to", last)


def _table(found: "Replay") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts

    columns = (
        Column(heading="factor", is_number=False),
        Column(heading="realised", meaning="zero rates in basis points, prices as logarithms in percent."),
        Column(heading="mean", meaning="of the simulated moves."),
        Column(heading="std", meaning="their standard deviation."),
        Column(heading="below", meaning="share of the paths that moved by less than what happened."),
    )
    rows = []
    moves = zip(found.realised.tolist(), found.means.tolist(), found.stds.tolist(), strict=True)
    for name, is_rate, three, below in zip(found.factors, found.is_rate, moves, found.below.tolist(), strict=True):
        show = render.basis_points if is_rate else render.percent
        realised, mean, std = three
        rows.append(
            (name, show(realised, 1, signed=True), show(mean, 1, signed=True), show(std, 1), render.percent(below, 1))
        )
    title = (
        f"{found.scenario}: from {found.start} to {found.end}, {found.n_days} business days, {found.n_paths:,} paths\n"
        f"All together: {render.percent(found.farther, 1)} of the paths lie as far out or farther "
        f"(Mahalanobis distance {found.distance:.1f}).\n"
        f"{bundled_verdicts().words_for(found.scenario, found.standing)}\n"
    )
    return Table(title=title, columns=columns, rows=rows)
