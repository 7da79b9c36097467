"""`unwind data regimes`, `unwind data rows` and `unwind data betas`: what a history says of the unwinds in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.data.history import Accepted, Files
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.calibration.betas import Beta


def regimes(
    regime: Annotated[str, typer.Argument(metavar="REGIME", help="CALM, FLIGHT or REPATRIATION.")],
    files: Files,
    market: options.Market = None,
    accept: Accepted = None,
) -> None:
    """Print a regime estimated from a history, as a scenario file (TOML).

    The episodes are those of the bundled regimes: July and August 2024, April and May 2025, and the calm years without
    them. They are short and were chosen after the fact, so their figures are shrunk towards calm days and no drift;
    what they were before, and their sampling errors, stand beside them. Vols are multiples of the market's.
    """
    from engine.calibration.history_extras import series_needed
    from engine.calibration.regime_text import regime_text
    from engine.calibration.regimes import estimate_regimes, whole_window
    from engine.inputs.history.gate import pass_gate
    from engine.inputs.history.load import load_history
    from engine.inputs.market.load import bundled_market_path, load_market

    history, pattern, window = load_history(files), load_market(market or bundled_market_path()), whole_window()
    series = series_needed(history.values, pattern, ())
    passed = pass_gate(history, series, window.start, [window.end], accept or ())
    typer.echo(regime_text(regime, estimate_regimes(history.values, pattern)), nl=False)
    for note in (*history.notes, *passed.notes):
        render.warn(note)


def rows(
    files: Files,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the window, as 2024-07-10.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of it, a joint date.")],
    market: options.Market = None,
    accept: Accepted = None,
) -> None:
    """Print a window's residuals as a scenario file (TOML).

    It is a stress that draws them at any day's vols.

    They are standardised by the filtered law as of the window's last day. A scenario that draws them, or extends the
    file, needs no other history: `flight-2024` and `repatriation-2025` are made so.
    """
    from engine.calibration.diffusion import Window
    from engine.calibration.history_extras import series_needed
    from engine.calibration.rows.window_rows import rows_text, window_rows
    from engine.calibration.zero_rates import FIRST_DATE
    from engine.inputs.history.gate import pass_gate
    from engine.inputs.history.load import load_history
    from engine.inputs.market.load import bundled_market_path, load_market

    window = Window(start=options.day("--from", first), end=options.day("--to", last))
    history, pattern = load_history(files), load_market(market or bundled_market_path())
    series = series_needed(history.values, pattern, ())
    passed = pass_gate(history, series, FIRST_DATE, [window.end], accept or ())
    typer.echo(rows_text(window_rows(history.values, pattern, window)), nl=False)
    for note in (*history.notes, *passed.notes):
        render.warn(note)


def betas(
    prices: Annotated[
        Path, typer.Argument(metavar="PRICES", help="Daily closes (CSV): date, then a column a price, such as SPX.")
    ],
    files: Files,
    tokyo: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A price that closes in Tokyo, after New York's day; repeatable."),
    ] = None,
    accept: Accepted = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print betas of prices on the 10-year Treasury, by regime.

    Log moves per 1.0 of the yield, by least squares on one-day moves over each regime's days. They move together;
    neither need cause the other.
    """
    from engine.calibration.betas import betas_by_regime
    from engine.calibration.regimes import whole_window
    from engine.inputs.history.gate import pass_gate
    from engine.inputs.history.load import load_history
    from engine.inputs.history.prices import load_prices
    from engine.mechanisms.factor_names import TEN_YEARS

    form = formats.chosen(output_format, as_json=as_json)
    closes, history, window = load_prices(prices), load_history(files), whole_window()
    names = [str(name) for name in closes.values.columns]
    of_prices = [name for name in accept or () if name.partition(":")[2].upper() in names]
    of_yields = [name for name in accept or () if name not in of_prices]
    passed = (
        pass_gate(closes, names, window.start, [window.end], of_prices),
        pass_gate(history, [TEN_YEARS.partition("_")[0]], window.start, [window.end], of_yields),
    )
    found = betas_by_regime(closes.values, history.values, tokyo or ())
    rows = [
        {"price": name, "regime": regime, "beta": each.value, "se": each.se, "days": each.n}
        for (name, regime), each in found.items()
    ]

    def frame() -> "Frame":
        from cli.output.data_frames import betas_frame

        return betas_frame(found)

    formats.show(form, table=lambda: render.show(_beta_table(found)), json=lambda: {"betas": rows}, frame=frame)
    for note in (*history.notes, *(note for each in passed for note in each.notes)):
        render.warn(note)


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
