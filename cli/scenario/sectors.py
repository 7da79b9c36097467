"""`unwind scenario sectors`: equity sectors under rival betas on a yield, by the regime in which paths end."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.backtest.sector_returns import SectorReturn
    from engine.run.walk import Walk

MOST_PATHS = 1_000_000


def sectors(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A bundled scenario's name or a TOML file.")
    ] = "feedback-severe",
    betas: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="theory, empirical, calm, flight-2024 or repatriation-2025; repeatable. Default: all."
        ),
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Also as the market's own factors XLK, XLU and XLP are simulated.")
    ] = False,
    market: options.Market = None,
    days: Annotated[str, typer.Option("--horizon-days", metavar="N", help="Business days, 1 to 250.")] = "10",
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures, 1000 to 1000000.")] = "50000",
    seed: Annotated[str, typer.Option(metavar="N", help="The same seed gives the same bits.")] = "1",
    backend: Annotated[str, typer.Option(metavar="NAME", help="auto, numba, numpy or cuda.")] = "auto",
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print sectors' returns over technology, by the last regime.

    Betas on the 10-year Treasury yield disagree in size and sign; each set gives the discount-rate channel alone. With
    --simulated the market must have the sectors as factors: `unwind data prices` lays them on one.
    """
    from engine.backtest.sector_returns import sector_returns
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.scenario.load import load_scenario
    from engine.mechanisms.betas import BETA_SETS
    from engine.run.backend import choose_backend
    from engine.run.walk import walk_of

    form = formats.chosen(output_format, as_json=as_json)
    n_paths = options.whole("--paths", paths, 1000, MOST_PATHS)
    walk = walk_of(
        load_scenario(scenario),
        load_market(Path(market or bundled_market_path())),
        n_days=options.whole("--horizon-days", days, 1, 250),
        seed=options.whole("--seed", seed, 0, 2**64 - 1),
        backend=choose_backend(backend, render.say),
    )
    found = sector_returns(walk, n_paths, [*(betas or BETA_SETS), *([None] if simulated else [])])

    def frame() -> "Frame":
        from cli.output.scenario_frames import sectors_frame

        return sectors_frame(walk, found)

    head = {"scenario": walk.scenario, "horizon_days": walk.dates.size, "n_paths": n_paths, "seed": walk.seed}
    formats.show(
        form,
        table=lambda: render.show(_table(walk, found, n_paths)),
        json=lambda: {**head, "returns": [asdict(each) for each in found]},
        frame=frame,
    )
    for note in walk.notes:
        render.warn(note)


def _table(walk: "Walk", found: "tuple[SectorReturn, ...]", n_paths: int) -> Table:
    columns = (
        *(Column(heading=heading, is_number=False) for heading in ("regime", "betas", "sector")),
        Column(heading="paths"),
        Column(heading="return", meaning="mean to the horizon; ± one standard error."),
        Column(heading="5 %", meaning="quantile of the return."),
        Column(heading="over technology", meaning="mean of the return less that of technology, path by path."),
    )
    rows = [
        (
            *(each.regime, each.betas, each.sector, f"{each.n_paths:,}"),
            _estimate(each.mean, each.mean_se),
            render.percent(each.low, 2, signed=True),
            _estimate(each.over_technology, each.over_technology_se),
        )
        for each in found
    ]
    title = f"{walk.scenario}: sectors after {walk.dates.size} business days, {n_paths:,} paths, seed {walk.seed}"
    return Table(title=title, columns=columns, rows=rows)


def _estimate(value: float, se: float) -> str:
    return f"{render.percent(value, 2, signed=True)} ±{render.percent(se, 2)}"
