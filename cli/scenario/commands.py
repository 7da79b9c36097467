"""`unwind scenario`: the named changes of a market, listed, shown, checked."""

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table
from cli.scenario import parameter_tables, unwind_tables
from cli.scenario import plot as scenario_plot

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.backtest.bundled_verdicts import BundledVerdicts
    from engine.market.market import Market
    from engine.scenario.scenario import Scenario, Shock

HELP = "List, show and check scenarios, and replay what happened."

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A bundled scenario's name, or a TOML file.")]


def list_(output_format: options.Format = None, as_json: options.AsJson = False) -> None:
    """List the bundled scenarios.

    A scenario is a named change of a market's levels, vols and correlations, and of what goes on within its paths.
    """
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.scenario.load import bundled_scenario_names, equity_scenario_names, load_scenario
    from engine.scenario.dated_events import event_words
    from engine.scenario.under_laws import standing_of

    form = formats.chosen(output_format, as_json=as_json)
    found, market = bundled_verdicts(), load_market(bundled_market_path())
    dated: dict[str, list[str]] = {}  # names of scenarios by what their events need
    columns = tuple(Column(heading=name, is_number=False) for name in ("name", "what it is", "backtest"))

    def row(scenario: "Scenario") -> tuple[str, str, str]:
        if words := event_words(scenario, market.valuation_date):
            dated.setdefault(words, []).append(scenario.name)
        return scenario.name, scenario.title, found.words_for(scenario.name, standing_of(scenario, market))

    listed = {
        "Bundled scenarios": bundled_scenario_names(),
        "For markets with equities, which their regimes move": equity_scenario_names(),
    }
    tables = [
        Table(title=title, columns=columns, rows=[row(load_scenario(name)) for name in names])
        for title, names in listed.items()
    ]
    said = "".join(f" {', '.join(names)}: {words}." for words, names in dated.items())

    def frame() -> "Frame":
        from cli.output.scenario_frames import list_frame

        events = {name: words for words, names in dated.items() for name in names}
        rows = ((*entry, events.get(entry[0]), each is tables[-1]) for each in tables for entry in each.rows)
        return list_frame(rows)

    formats.show(
        form,
        table=lambda: render.show(*tables[:-1], replace(tables[-1], footnote=f"{_basis(found, market)}{said}")),
        json=formats.rows_object("scenarios", frame),
        frame=frame,
    )


def _basis(found: "BundledVerdicts", market: "Market") -> str:
    from engine.backtest.bundled_verdicts import explained

    terms = explained(each.words for each in found.laws.values())
    on_loops = f"of a loop's strength what the market of {market.valuation_date} holds, docs/concepts/laws.md"
    return f"backtest: {found.basis}, docs/validation/backtest.md; {on_loops}. {terms}"


def show(
    name: Name,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw where it leads, to this .png, .svg or .pdf; needs matplotlib."),
    ] = None,
    days: Annotated[str, typer.Option(metavar="N", help="Of the picture: business days, 2 to 250.")] = "60",
    market: options.Market = None,
    book: Annotated[
        list[Path] | None,
        typer.Option(metavar="NAME", help="A bundled book: its market, where none is named."),
    ] = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what a scenario changes, and its sources.

    Under a law of past days also which factors of the market have no history, and what they follow by assumption.
    With --plot also a picture: quantiles of the 10- and 40-year JGB and the 10-year Treasury, as par yields, and of
    USD/JPY, day by day from the market's date, after the history before it where the program holds that.
    """
    from engine.inputs.market.load import load_market
    from engine.inputs.scenario.load import load_scenario
    from engine.scenario.assumed_followers import followed_by_assumption

    form = formats.chosen(output_format, as_json=as_json)
    n_days = options.whole("--days", days, 2, 250)
    scenario = load_scenario(name)
    base = load_market(market or _market_of(book))
    if plot is not None:
        scenario_plot.plot(scenario, market, n_days, plot)

    def frame() -> "Frame":
        from cli.output.scenario_frames import show_frame

        return show_frame(scenario, followed_by_assumption(scenario, base))

    table = partial(_show_prose, scenario, base)
    formats.show(form, table=table, json=formats.rows_object("changes", frame), frame=frame)


def _market_of(books: list[Path] | None) -> Path:
    """Return the bundled market of books, the default one of none."""
    from engine.inputs.default_market import market_path_for
    from engine.inputs.run import resolve

    return market_path_for(resolve({"book": books}, {}).book_files if books else ())


def _show_prose(scenario: "Scenario", base: "Market") -> None:
    """Print what a scenario is, what it changes, and its sources."""
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.scenario.assumed_followers import followed_by_assumption
    from engine.scenario.dated_events import event_words
    from engine.scenario.under_laws import standing_of

    found = bundled_verdicts()
    words = f"Backtest: {found.words_for(scenario.name, standing_of(scenario, base))} ({found.basis})"
    event = event_words(scenario, base.valuation_date)
    parts = (
        scenario.title,
        scenario.description,
        f"Source: {scenario.source}",
        words,
        f"Horizon: {event}." * bool(event),
    )
    render.show_text("\n\n".join(filter(None, parts)))
    at_once, unwind = _changes(scenario), scenario.unwind
    within = list(unwind_tables.tables(unwind)) if unwind is not None else []
    within += [parameter_tables.prior_table(scenario)] if scenario.uncertainty else []
    if given := followed_by_assumption(scenario, base):
        within.append(unwind_tables.given_table(given, base.valuation_date))
    render.show(*([at_once] if at_once.rows or not within else []), *within)
    if unwind is not None and (sources := list(unwind_tables.sources(unwind))):
        print()
        render.show_text("\n\n".join(sources))


def check(
    name: Name,
    market: options.Market = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Check a scenario against a market.

    Shows every level and vol before and after, or says what is wrong.
    """
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.scenario.load import load_scenario
    from engine.scenario.apply import apply

    form = formats.chosen(output_format, as_json=as_json)
    scenario = load_scenario(name)
    base = load_market(market or bundled_market_path())
    shocked = apply(scenario, base)

    def frame() -> "Frame":
        from cli.output.scenario_frames import check_frame

        return check_frame(scenario.name, base, shocked.market)

    formats.show(
        form,
        table=lambda: render.show(_levels(scenario.name, base, shocked.market)),
        json=formats.rows_object("levels", frame),
        frame=frame,
    )
    for note in shocked.notes:
        render.warn(note)


def _changes(scenario: "Scenario") -> Table:
    rows = [(shock.factor, f"{_words(shock)}{_day(shock)}") for shock in scenario.shocks]
    rows += [(glob, f"vol x {multiplier:g}") for glob, multiplier in scenario.vol_multipliers]
    rows += [(f"{one}, {other}", f"correlation {value:g}") for one, other, value in scenario.correlations]
    is_dated = any(shock.day is not None for shock in scenario.shocks)
    title = ("Changes, at once but where a day is given" if is_dated else "Changes, at once") if rows else "No changes"
    columns = (Column(heading="factor", is_number=False), Column(heading="change", is_number=False))
    return Table(title=title, columns=columns, rows=rows)


def _day(shock: "Shock") -> str:
    return f" on day {shock.day}" if shock.day is not None else ""


def _words(shock: "Shock") -> str:
    from engine.mechanisms.factor_names import USDJPY
    from engine.scenario.scenario import ShockKind

    is_rate = unwind_tables.reads_as_rate(shock.factor)
    what = f"{shock.on.value} rate " if is_rate else ""
    match shock.kind:
        case ShockKind.RELATIVE:
            return f"{what}{render.percent(shock.size, signed=True)} of its level"
        case ShockKind.TARGET:
            return f"{what}to {render.percent(shock.size)}" if is_rate else f"to {shock.size:g}"
        case ShockKind.ABSOLUTE:
            if is_rate:
                return f"{what}{render.basis_points(shock.size, signed=True)}"
            return f"{shock.size:+g}{' yen' if fnmatchcase(USDJPY, shock.factor) else ''}"


def _levels(name: str, base: "Market", shocked: "Market") -> Table:
    levels = zip(_factor_levels(base), _factor_levels(shocked), strict=True)
    vols = zip(_vols(base), _vols(shocked), strict=True)
    rows = [(factor.name, *level, *vol) for factor, level, vol in zip(base.factors, levels, vols, strict=True)]
    columns = (
        Column(heading="factor", is_number=False),
        Column(
            heading="level",
            meaning="zero rates continuously compounded; prices in their currency, USD/JPY in yen; vols at the money.",
        ),
        Column(heading="shocked"),
        Column(heading="vol", meaning="per year; of a rate absolute, of a price or a vol relative to its level."),
        Column(heading="shocked vol"),
    )
    return Table(title=f"{name} on the market of {base.valuation_date}", columns=columns, rows=rows)


def _factor_levels(market: "Market") -> list[str]:
    return [
        f"{market.level(factor):,.2f}"
        if factor.currency is not None
        else render.percent(market.level(factor), 3 if factor.pair is None else 2)
        for factor in market.factors
    ]


def _vols(market: "Market") -> list[str]:
    return [
        render.percent(float(vol), 2) if factor.curve is None else render.basis_points(float(vol), 1)
        for factor, vol in zip(market.factors, market.vols, strict=True)
    ]
