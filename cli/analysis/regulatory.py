"""`unwind regulatory`: figures in the form of the Basel market risk standard, each with its paragraph."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame
    from engine.analysis.regulatory.liquidity_adjusted import Amount, Shortfall
    from engine.analysis.regulatory.views import RegulatoryViews

PATHS = "200000"
TOTAL = "total"
STANDARD = "MAR: Basel's market risk standard, for banks' trading books; it is no insurer's solvency rule."


def regulatory(
    market: options.Market = None,
    book: options.Books = None,
    law: Annotated[
        str | None, typer.Option(metavar="NAME", help="By which today's expected shortfall is. Default: filtered.")
    ] = None,
    liquidity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACTOR=DAYS",
            help="A liquidity horizon in place of MAR33.12's, such as NIKKEI225=20; repeat for several.",
        ),
    ] = None,
    paths: Annotated[str, typer.Option(metavar="N", help="Simulated futures of today's law, 12,800 or more.")] = PATHS,
    seed: options.Seed = None,
    backend: options.Backend = None,
    currency: options.Currency = HOME,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Print regulatory views: liquidity horizons, stressed ES, PLA.

    Expected shortfall with liquidity horizons, of a stressed year, and the P&L attribution test.

    Books are taken as they are held today, shocked at once: ten-day shocks, 97.5 %, of all factors and of each risk
    class (MAR33.3, 33.4); of today's law and of the worst year since 2007 (MAR33.5 to 33.7), and the requirement that
    both make (MAR33.13 to 33.15). Each book is a trading desk of MAR32's test over the last 250 days' moves.
    """
    from os import environ

    from cli import progress
    from engine.analysis.regulatory.views import as_json as plain
    from engine.analysis.regulatory.views import regulatory_views
    from engine.inputs.run import resolve

    form = formats.chosen(output_format, as_json=as_json)
    flags = {
        "market": market,
        "book": book,
        "laws": [law] if law else None,
        "paths": paths,
        "seed": seed,
        "backend": backend,
        "currency": currency,
    }
    config = resolve(flags, environ)
    with progress.on_stderr() as report:
        views = regulatory_views(config, dict(map(_liquidity, liquidity or ())), report, render.say)

    def frame() -> "Frame":
        from cli.output.analysis_frames import regulatory_frame

        return regulatory_frame(views)

    formats.show(form, table=lambda: render.show(*tables(views)), json=lambda: plain(views), frame=frame)
    render.warn_of(views.warnings)


def tables(views: "RegulatoryViews") -> Sequence[Table]:
    """Lay out ES by risk class, the requirement, and the attribution test."""
    amounts = [each.adjusted.value for found in views.current.by_scope.values() for each in found]
    scale = render.scale(views.currency, amounts)
    return _shortfalls(views, scale), _requirements(views, scale), _attributions(views)


def _liquidity(text: str) -> tuple[str, int]:
    """Return a factor and its days. Raises InputError where the text is not FACTOR=DAYS."""
    from engine.errors import InputError

    name, sign, days = text.partition("=")
    if not (name and sign):
        raise InputError(f"--liquidity: must look like NIKKEI225=20, got {text!r}")
    return name, options.whole(f"--liquidity {name}", days, 1, 1000)


def _shortfalls(views: "RegulatoryViews", scale: Scale) -> Table:
    days = sorted({days for found in views.current.by_scope.values() for each in found for days, _ in each.by_days})
    columns = (
        Column(heading="book", is_number=False),
        Column(heading="risk class", is_number=False),
        *(_rung(least, k) for k, least in enumerate(days)),
        Column(heading="ES with liquidity horizons", meaning="MAR33.4: the columns before it, scaled and squared up."),
        Column(
            heading="stressed year",
            meaning=f"the same of the moves of {views.stressed_year[0]} to {views.stressed_year[1]}, valued whole.",
        ),
    )
    title = (
        f"Expected shortfall 97.5 % of ten-day shocks on {views.valuation_date}, {scale.unit}, losses positive\n"
        f"Today by law {views.current.law}: {_paths(views)}; ± one standard error of simulation, then of the law's past"
    )
    return Table(title=title, columns=columns, rows=list(_shortfall_rows(views, days, scale)), footnote=STANDARD)


def _rung(least: int, place: int) -> Column:
    if place == 0:
        return Column(heading="ES 10 days", meaning="shocks of all factors of the class.")
    return Column(
        heading=f"ES of {least}+", meaning=f"shocks of factors alone whose liquidity horizon is {least} days or more."
    )


def _paths(views: "RegulatoryViews") -> str:
    return "every move valued" if views.current.is_exact else f"{views.current.n_paths:,} paths"


def _shortfall_rows(views: "RegulatoryViews", days: Sequence[int], scale: Scale) -> Iterator[list[str]]:
    for scope, found in views.current.by_scope.items():
        then = {each.risk_class: each for each in views.stressed.by_scope[scope]}
        for each in found:
            by_days = dict(each.by_days)
            yield [
                scope.removeprefix("book:"),
                each.risk_class,
                *(_amount(by_days.get(least), scale) for least in days),
                _amount(each.adjusted, scale),
                _stressed(then.get(each.risk_class), scale),
            ]


def _stressed(found: "Shortfall | None", scale: Scale) -> str:
    return "-" if found is None else _amount(found.adjusted, scale)


def _amount(found: "Amount | None", scale: Scale) -> str:
    if found is None:
        return "-"
    return scale.with_table(found.value, found.se, found.table_se, is_exact=False)


def _requirements(views: "RegulatoryViews", scale: Scale) -> Table:
    columns = (
        Column(heading="risk class", is_number=False),
        Column(heading="ES of the stressed year", meaning=f"the worst year for {views.stressed_book}, MAR33.7."),
        Column(heading="ratio", meaning=_ratio_meaning(views)),
        Column(heading="requirement"),
    )
    plain = Scale(divisor=1.0, unit="", decimals=2)
    rows = [
        [each.risk_class, _amount(each.stressed, scale), _amount(each.ratio, plain), _amount(each.amount, scale)]
        for each in views.requirements
    ]
    rows += [[], ["requirement, MAR33.15", "", "", _amount(views.capital, scale)]]
    footnote = (
        "The last row: half of that of all classes together and half of the classes' sum. Averages over 60 days and"
        " the multiplier of MAR33.44, factors that cannot be modelled and default risk are not in it."
    )
    title = f"Requirement for modellable factors of all books together, {scale.unit}"
    return Table(title=title, columns=columns, rows=rows, footnote=footnote)


def _ratio_meaning(views: "RegulatoryViews") -> str:
    if not views.no_history:
        return "1: the stressed year has moves of every factor, MAR33.5."
    which = f"without {', '.join(views.no_history)}, of which that year has no moves"
    return f"today's ES of all factors over that {which}; 1 at least, MAR33.5."


def _attributions(views: "RegulatoryViews") -> Table:
    from engine.analysis.regulatory.pnl_attribution import DAYS

    columns = (
        Column(heading="book", is_number=False),
        Column(heading="P&L of", is_number=False),
        Column(heading="Spearman", meaning="correlation with full revaluation; green above 0.80, red below 0.70."),
        Column(heading="KS", meaning="largest distance of the two distributions; green below 0.09, red above 0.12."),
        Column(heading="zone", is_number=False),
    )
    rows = [
        [
            each.scope.removeprefix("book:"),
            each.model,
            "?" if each.correlation is None else f"{each.correlation:.4f}",
            f"{each.distance:.3f}",
            each.zone,
        ]
        for each in views.attributions
    ]
    title = f"P&L attribution, MAR32: today's books over the last {DAYS} days' moves, against full revaluation"
    return Table(title=title, columns=columns, rows=rows, footnote="The standard asks for a desk's actual days.")
