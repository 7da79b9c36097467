"""`unwind calibrate`: the market of a date, and the law of its moves, from a history."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.data.history import Accepted, Files
from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.market.market import Market
    from engine.market.row_regimes import RowRegimes


def calibrate(
    files: Files,
    date: Annotated[str, typer.Option(metavar="DATE", help="Valuation date, as 2025-05-28: no later row is used.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where DATE.toml and the arrays beside it go; made if absent.")
    ],
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Market file whose factors are wanted, and which gives what no history holds: spreads of swap and repo"
            " curves, implied vols. Default: the bundled one.",
        ),
    ] = None,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First date that the filtered law looks at.")
    ] = "2002-01-01",
    window_start: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="First day of the window of vols and correlations, for normal moves. Default: three years before.",
        ),
    ] = None,
    stressed: Annotated[
        Path | None,
        typer.Option(
            metavar="BOOK",
            help='Also find the worst year for this book since 2007, for law = "stressed": the 250 joint dates with'
            " the largest ES 97.5 % of one day.",
        ),
    ] = None,
    accept: Accepted = None,
) -> None:
    """Write the market of a date and the filtered law of its moves, as they were known on that date.

    The law is a table of 1,000 past joint dates' residuals, drawn whole, and each factor's variance at four speeds;
    scenarios with law = "filtered" use it. It takes 2,120 joint dates at least. Three regimes of days, estimated each
    January, tilt the rows where a scenario says law = "filtered-regimes". What is odd in the history is refused
    by date, series and line, unless it is accepted by name.
    """
    from engine.analysis.stressed_window import with_stressed_window
    from engine.calibration.filtered import calibrated_market
    from engine.inputs.history.load import load_history
    from engine.inputs.market.dated_files import write_calibrated_market
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.outputs import made_folder

    day, first = options.day("--date", date), options.day("--from", start)
    window = options.day("--window-start", window_start) if window_start else day.replace(year=day.year - 3, day=1)
    history = load_history(files)
    market, notes = calibrated_market(
        history,
        day,
        like=load_market(like or bundled_market_path()),
        window_start=window,
        start=first,
        accepted=accept or (),
    )
    if stressed is not None:
        market, more = with_stressed_window(market, history.values, stressed, render.say, first)
        notes = (*notes, *more)
    typer.echo(str(write_calibrated_market(market, made_folder(out))))
    render.show(_table(market))
    if market.filtered is not None and market.filtered.regimes is not None:
        render.show(_regimes_table(market.filtered.regimes))
    if market.filtered is not None and (year := market.filtered.stressed) is not None:
        print(f"\nStressed year of {year.book}: {year.first} to {year.last}; {year.description}")
    for note in notes:
        render.warn(note)


def _table(market: "Market") -> Table:
    """Return each factor's vol of the day beside that of the window, both per year."""
    from engine.law.past.filtered import WEEKDAYS_PER_YEAR

    state, rows = market.filtered, []
    assert state is not None
    of_day = dict(zip(state.factors, (state.variances * WEEKDAYS_PER_YEAR) ** 0.5, strict=True))
    for factor, vol in zip(market.factors, market.vols.tolist(), strict=True):
        given = state.given.get(factor.name)
        through = ", ".join(f"{weight:g} x {name}" for name, weight in given.loadings.items()) if given else "its rows"
        rows.append((factor.name, _percent(of_day.get(factor.name, vol)), _percent(vol), through))
    columns = (
        Column(heading="factor", is_number=False),
        Column(heading="vol of the day", meaning="per year of 261 weekdays: rates in percentage points, else percent."),
        Column(heading="of the window", meaning="the vol for normal moves."),
        Column(
            heading="moves by", is_number=False, meaning="rows of past dates, or what is assumed without a history."
        ),
    )
    title = f"Law of {market.valuation_date}: {state.description}"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _regimes_table(regimes: "RowRegimes") -> Table:
    """Return what tells the regimes of days apart, and how likely each is on the date."""
    from engine.market.row_regimes import REGIMES

    sds, series = regimes.sds, regimes.series
    rows: list[tuple[str, ...]] = [
        ("probability on the date", *map(_share, regimes.tonight)),
        ("in the long run, of the rows' dates", *map(_share, regimes.long_run)),
        ("stays for the next joint date", *map(_share, regimes.transitions.diagonal())),
    ]
    for what, of_series in (("standard deviation", sds), ("mean", regimes.means)):
        rows += [(f"{what}, {name}", *(f"{x:.2f}" for x in of_series[:, i])) for i, name in enumerate(series)]
    for i, one in enumerate(series):
        for j, other in enumerate(series[:i]):
            links = regimes.covariances[:, i, j] / (sds[:, i] * sds[:, j])
            rows.append((f"correlation, {other} and {one}", *(f"{x:.2f}" for x in links)))
    columns = (
        Column(heading="residuals of a day", is_number=False, meaning="in standard deviations of the filtered law."),
        *(Column(heading=name) for name in REGIMES),
    )
    title = f"Regimes of days, estimated on residuals to {regimes.estimated_to}: what filtered-regimes draws rows by"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _share(probability: float) -> str:
    return f"{100.0 * probability:.1f} %"


def _percent(vol: float) -> str:
    return f"{100.0 * vol:.3f}"
