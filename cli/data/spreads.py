"""`unwind data spreads`: factors of a market's derived curves over their parents, of swaptions' vols and FX skews."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options, render


def spreads(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the market with the factors goes (TOML).")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="SPREADS.toml",
            help="[[spreads]], [[swaption_vols]] and [[skews]] tables, `unwind schema spreads`. Default: the bundled"
            " example, all of it assumptions.",
        ),
    ] = None,
    market: options.Market = None,
) -> None:
    """Lay factors on a market that move its spreads, vols and skews.

    Spreads are those of swap, cross-currency and repo curves; vols those of swaptions; skews those of currencies.

    All spreads of a curve move alike, beside what moves its parent; all normal vols of a currency in proportion; all
    risk reversals of a pair alike. What the market had keeps its law and its draws.
    """
    from engine.calibration.added_factors import with_basis
    from engine.inputs.market.load import bundled_market_path, load_market, write_market
    from engine.inputs.market.spread_files import bundled_spread_path, read_spread_file
    from engine.inputs.outputs import check_out

    paths = (market or bundled_market_path(), file or bundled_spread_path())
    path = check_out(out, inputs=paths)
    found = with_basis(load_market(paths[0]), read_spread_file(paths[1]))
    write_market(found, path)
    render.say(f"{out}: the market of {found.valuation_date} with {len(found.factors)} factors")
