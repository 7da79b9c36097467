"""`unwind data regimes` and `unwind data betas`: what a history says of the unwinds in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.data.history import Files
from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.calibration.betas import Beta


def regimes(
    regime: Annotated[str, typer.Argument(metavar="REGIME", help="CALM, FLIGHT or REPATRIATION.")],
    files: Files,
    market: options.Market = None,
) -> None:
    """Print a regime estimated from a history, as a scenario file (TOML).

    The episodes are those of the bundled regimes: July and August 2024, April and May 2025, and the calm years without
    them. They are short and were chosen after the fact, so their figures are shrunk towards calm days and no drift;
    what they were before, and their sampling errors, stand beside them. Vols are multiples of the market's.
    """
    from engine.calibration.regime_text import regime_text
    from engine.calibration.regimes import estimate_regimes
    from engine.inputs.history.load import read_history
    from engine.inputs.market.load import bundled_market_path, load_market

    estimates = estimate_regimes(read_history(files), load_market(market or bundled_market_path()))
    typer.echo(regime_text(regime, estimates), nl=False)


def betas(
    prices: Annotated[
        Path, typer.Argument(metavar="PRICES", help="Daily closes (CSV): date, then a column a price, such as SPX.")
    ],
    files: Files,
    tokyo: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A price that closes in Tokyo, after New York's day; repeatable."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Print betas of prices on the 10-year Treasury yield, regime by regime, with errors.

    Log moves per 1.0 of the yield, by least squares on one-day moves over each regime's days. They move together;
    neither need cause the other.
    """
    import json

    from engine.calibration.betas import betas_by_regime
    from engine.inputs.history.load import read_history
    from engine.inputs.history.prices import read_prices

    found = betas_by_regime(read_prices(prices), read_history(files), tokyo or ())
    if as_json:
        rows = [
            {"price": name, "regime": regime, "beta": each.value, "se": each.se, "days": each.n}
            for (name, regime), each in found.items()
        ]
        typer.echo(json.dumps({"betas": rows}, allow_nan=False))
    else:
        render.show(_beta_table(found))


def _beta_table(found: "dict[tuple[str, str], Beta]") -> Table:
    regimes = list(dict.fromkeys(regime for _, regime in found))
    columns = (
        Column(heading="price", is_number=False),
        *(Column(heading=regime, meaning="log move per 1.0 of the yield; ± one standard error.") for regime in regimes),
    )
    rows = [
        (name, *(f"{found[name, regime].value:.1f} ±{found[name, regime].se:.1f}" for regime in regimes))
        for name in dict.fromkeys(name for name, _ in found)
    ]
    days = ", ".join(f"{regime} {max(each.n for (_, r), each in found.items() if r == regime):,}" for regime in regimes)
    return Table(title=f"Betas on the 10-year Treasury yield; days: {days}", columns=columns, rows=rows)
