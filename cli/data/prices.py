"""`unwind data prices`: prices beside USD/JPY laid on a market."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render


def prices(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the market with the prices goes (TOML).")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="PRICES.toml",
            help="[[prices]] tables: name, currency, level, vol, correlations, source. Default: the bundled example,"
            " all of it assumptions.",
        ),
    ] = None,
    market: options.Market = None,
) -> None:
    """Lay prices on a market: equity indices, sectors, an EM currency.

    A price moves with the factors that its table names, and through them with the others; what the market had keeps its
    law and its draws.
    """
    from engine.calibration.added_factors import lost_links, with_prices
    from engine.inputs.market.load import bundled_market_path, load_market, write_market
    from engine.inputs.market.price_files import bundled_price_path, read_price_file
    from engine.inputs.outputs import check_out

    paths = (market or bundled_market_path(), file or bundled_price_path())
    path = check_out(out, inputs=paths)
    added = read_price_file(paths[1])
    found = with_prices(load_market(paths[0]), added)
    write_market(found, path)
    for note in lost_links(found, added):
        render.warn(note)
    render.say(f"{out}: the market of {found.valuation_date} with {len(found.factors)} factors")
