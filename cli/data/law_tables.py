"""Tables of a calibrated market: vols and rows by factor, averages, leads, correlations, what is given and chosen."""

from datetime import date
from typing import TYPE_CHECKING, Any

from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.calibration.estimates import ParameterEstimate
    from engine.market.cap_jumps import CapJumps
    from engine.market.filtered import FilteredState
    from engine.market.market import Market
    from engine.market.row_regimes import RowRegimes


def law_tables(market: "Market", given_as_of: date) -> list[Table]:
    """Return all tables of a market with a filtered law; what it was given was observed on `given_as_of`."""
    from engine.calibration.estimates import parameter_estimates

    found = {(each.name, each.of): each for each in parameter_estimates(market)}
    state = market.filtered
    assert state is not None
    return [
        _factor_table(market, state, found, given_as_of),
        _average_table(state, found),
        _lead_table(state, found),
        *([_regimes_table(state.regimes)] if state.regimes is not None else []),
        *([_jumps_table(state.cap_jumps, state, found)] if state.cap_jumps is not None else []),
        _correlation_table(market, found),
        _given_table(found),
        _constant_table(state),
    ]


def _factor_table(market: "Market", state: "FilteredState", found: Any, given_as_of: date) -> Table:
    """Return each factor's vol of the day beside that of the window, both per year, and the moments of its rows."""
    from engine.calibration.estimates import dates_per_year
    from engine.law.past.filtered import WEEKDAYS_PER_YEAR

    rows = []
    for factor in market.factors:
        name, year = factor.name, WEEKDAYS_PER_YEAR**0.5
        given = state.given.get(name)
        through = (
            ", ".join(f"{weight:g} x {other}" for other, weight in given.loadings.items()) if given else "its rows"
        )
        day = found.get(("day vol", (name,)))
        of_day = _percent(found[("vol", (name,))]) if day is None else _percent(day, year)
        moments = [_rounded(found.get((key, (name,)))) for key in ("row mean", "row sd", "row kurtosis")]
        observed = given_as_of if found[("vol", (name,))].se is None else market.valuation_date
        rows.append((name, of_day, _percent(found[("vol", (name,))]), *moments, str(observed), through))
    columns = (
        Column(heading="factor", is_number=False),
        Column(
            heading="vol of the day",
            meaning="per year of 261 weekdays: rates in percentage points, else percent; ± one standard error.",
        ),
        Column(heading="of the window", meaning="the vol for normal moves, per year of 252 days; without ±: given."),
        Column(heading="row mean", meaning="of the last rows, in standard deviations: the law's drift."),
        Column(heading="row sd"),
        Column(heading="kurtosis", meaning="3 were they normal."),
        Column(heading="last observed", is_number=False),
        Column(
            heading="moves by", is_number=False, meaning="rows of past dates, or what is assumed without a history."
        ),
    )
    per_year = dates_per_year(state, market.valuation_date)
    clock = f"{per_year:.0f} business days of Tokyo and New York a year"
    title = f"Law of {market.valuation_date}: {state.description}; {clock}"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _average_table(state: "FilteredState", found: Any) -> Table:
    from engine.calibration.dated_markets import half_lives
    from engine.law.past.filtered import WEEKDAYS_PER_YEAR

    lives = half_lives(state.decays.tolist())
    columns = (
        Column(heading="factor", is_number=False),
        *(Column(heading=f"half in {life}") for life in lives),
    )
    rows = []
    for name in state.factors:
        averages = [found[("average", (name, f"{decay:g}"))] for decay in state.decays.tolist()]
        rows.append((name, *(_root_percent(each, WEEKDAYS_PER_YEAR) for each in averages)))
    title = "Vols by half-life, in business days of Tokyo and New York; per year, ± if the vol stood still"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _lead_table(state: "FilteredState", found: Any) -> Table:
    columns = (Column(heading="leader", is_number=False), *(Column(heading=name) for name in state.led))
    rows = [
        (leader, *(_rounded(found[("gamma", (leader, name))]) for name in state.led), f"{last:.2f}")
        for leader, last in zip(state.leaders, state.last.tolist(), strict=True)
    ]
    last = Column(heading="last", meaning="the leader's residual on the date, which the next date follows.")
    return Table(title="What a leader's residual adds to the next date's", columns=(*columns, last), rows=tuple(rows))


def _correlation_table(market: "Market", found: Any) -> Table:
    names = [factor.name for factor in market.factors]
    columns = (Column(heading="factor", is_number=False), *(Column(heading=name) for name in names[:-1]))
    rows = [
        (name, *(_rounded(found[("correlation", (name, other))]) for other in names[:i]), *[""] * (len(names) - 1 - i))
        for i, name in enumerate(names)
    ]
    return Table(title="Correlations for normal moves; without ±: given", columns=columns, rows=tuple(rows[1:]))


def _given_table(found: Any) -> Table:
    rows = [
        (each.name, " on ".join(each.of), f"{each.value:g}", each.method)
        for each in found.values()
        if each.se is None and each.name in ("vol", "kappa", "theta", "mu", "loading")
    ]
    columns = (
        *(Column(heading=heading, is_number=False) for heading in ("given", "of")),
        Column(heading="value", meaning="in the units of the market file; a vol reverts by kappa a year to theta."),
        Column(heading="whose", is_number=False),
    )
    return Table(title="Given, and not estimated", columns=columns, rows=tuple(rows))


def _constant_table(state: "FilteredState") -> Table:
    from engine.calibration.estimates import constants

    columns = (Column(heading="chosen", is_number=False), Column(heading="value"))
    rows = [(name, f"{value:g}") for name, value in constants(state).items()]
    title = "Constants of the law, chosen on 2010-2019: docs/concepts/laws.md"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _regimes_table(regimes: "RowRegimes") -> Table:
    """Return what tells the regimes of days apart, and how likely each is on the date."""
    from engine.market.row_regimes import REGIMES

    sds, series = regimes.sds, regimes.series
    rows: list[tuple[str, ...]] = [
        ("probability on the date", *map(_share, regimes.tonight)),
        ("in the long run, of the rows' dates", *map(_share, regimes.long_run)),
        ("stays for the next business day", *map(_share, regimes.transitions.diagonal())),
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


def _jumps_table(jumps: "CapJumps", state: "FilteredState", found: Any) -> Table:
    """Return the jumps beyond the cap of the rows: how likely, how large, and which way."""
    rows = [
        (name, f"{each.value:.3g} ±{each.se:.1g}", each.method) for (name, _), each in found.items() if "jump " in name
    ]
    for day, direction in zip(jumps.days, jumps.directions.tolist(), strict=True):
        moved = (f"{name} {x:+.2f}" for name, x in zip(state.factors, direction, strict=True) if x)
        rows.append((f"direction of {day}", ", ".join(moved), "its residuals beyond the cap, over the largest"))
    columns = (
        Column(heading="jumps beyond the cap", is_number=False),
        Column(
            heading="value",
            is_number=False,
            meaning="± one standard error; excesses over the cap in standard deviations of the day.",
        ),
        Column(heading="from", is_number=False),
    )
    title = f"Jumps beyond {state.cap:g} standard deviations, at most one a business day: what mixture adds to its rows"
    return Table(title=title, columns=columns, rows=tuple(rows))


def _share(probability: float) -> str:
    return f"{100.0 * probability:.1f} %"


def _percent(each: "ParameterEstimate", scale: float = 1.0) -> str:
    """Return a vol times a scale, in percent, with its error."""
    error = "" if each.se is None else f" ±{100.0 * scale * each.se:.3f}"
    return f"{100.0 * scale * each.value:.3f}{error}"


def _root_percent(each: "ParameterEstimate", scale: float) -> str:
    """Return the root of a variance per weekday times a scale, in percent, with its error."""
    vol = 100.0 * (scale * each.value) ** 0.5
    error = 0.5 * (each.se or 0.0) / each.value if each.value else 0.0
    return f"{vol:.3f} ±{vol * error:.3f}"


def _rounded(each: "ParameterEstimate | None") -> str:
    """Return an estimate to two decimals, with its error; empty where there is none."""
    if each is None:
        return ""
    return f"{each.value:.2f}" + ("" if each.se is None else f" ±{each.se:.2f}")
