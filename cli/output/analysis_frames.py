"""What `unwind feedback` and `unwind regulatory` find, as frames: a row a figure with its errors."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cli.output.frames import day, number, of_rows, text

if TYPE_CHECKING:
    from engine.analysis.feedback import Feedback
    from engine.analysis.regulatory.liquidity_adjusted import Amount, Shortfall
    from engine.analysis.regulatory.views import RegulatoryViews

FEEDBACK = pa.schema(
    [
        text("scenario", "name"),
        text("scope", "total, or book:NAME; null of sales and strength"),
        text("regime", "in which the paths end; null: all paths"),
        text("measure", "tail measure, mean, probability, sold, or strength of the loop"),
        number("confidence", "of a tail measure", "fraction"),
        text("part", "total, exogenous, feedback, impact_uncertainty; of what is sold its seller and paths"),
        number("value", "losses and sales positive; mean a gain"),
        number("se", "standard error of the simulation; null where none is made"),
        text("unit", "of value and se"),
    ]
)
REGULATORY = pa.schema(
    [
        day("valuation_date", "of the books"),
        text("view", "expected_shortfall, requirement, or attribution"),
        text("scope", "total, or book:NAME"),
        text("risk_class", "all, or one of the standard's; null of an attribution"),
        text("period", "current or stressed; null where it is of neither"),
        text("measure", "what the figure is; es_LEAST_days: of factors whose liquidity horizon is so long or longer"),
        text("model", "of an attribution: whose P&L; else null"),
        number("value", "losses positive"),
        number("se", "standard error of the simulation; 0: nothing is drawn"),
        number("table_se", "standard error of the law's table of past days; null: none is told"),
        text("unit", "of value and errors"),
        text("zone", "of an attribution: green, amber or red"),
    ]
)
_PARTS = ("total", "exogenous", "feedback", "impact_uncertainty")


def feedback_frame(results: "Sequence[Feedback]") -> pa.Table:
    """Return the parts of every loss, what is sold, the loop's strength, and figures by final regime."""
    return of_rows(FEEDBACK, ((each.scenario, *row) for each in results for row in _feedback(each)))


def regulatory_frame(views: "RegulatoryViews") -> pa.Table:
    """Return expected shortfalls by risk class, the requirement, and the attribution test."""
    return of_rows(REGULATORY, ((views.valuation_date, *row) for row in _regulatory(views)))


def _feedback(found: "Feedback") -> Iterator[tuple[Any, ...]]:
    for each in found.parts:
        for name in _PARTS:
            part = getattr(each, name)
            yield each.scope, None, each.measure, each.confidence, name, part.value, part.se, found.currency
    for sale in found.sales:
        for name, part in (("mean", sale.mean), ("in_tail", sale.in_tail)):
            yield None, None, "sold", None, f"{sale.name}, {name}", part.value, part.se, "USD bn"
    if (month := found.private_month) is not None:
        simulated, most = month.simulated, "private, at the largest hazard"
        yield None, None, "sold_in_a_month", None, "private, mean", simulated.value, simulated.se, "USD bn"
        yield None, None, "sold_in_a_month", None, most, month.at_most, None, "USD bn"
        yield None, None, "sold_in_a_month", None, "record of March 2026", month.record, None, "USD bn"
    gain = found.gain
    yield None, None, "strength", None, "at the median impact", gain.at_median, None, "multiple"
    yield None, None, "strength", None, "at the 95 % quantile of impact", gain.at_95, None, "multiple"
    yield None, None, "strength", None, "probability of 1 or more", gain.probability, None, "fraction"
    if (odds := found.gain_odds) is not None:
        yield None, None, "strength", None, "probability over the priors", odds.probability, odds.se, "fraction"
    yield from _by_regime(found)


def _by_regime(found: "Feedback") -> Iterator[tuple[Any, ...]]:
    for each in found.regimes:
        head = (each.scope, each.regime)
        yield *head, "probability", None, None, each.probability, each.probability_se, "fraction"
        yield *head, "mean", None, None, each.mean, each.mean_se, found.currency
        for tail in each.estimates:
            for key, estimate in tail.estimates.items():
                yield *head, key, tail.confidence, "total", estimate.value, estimate.se, found.currency


def _regulatory(views: "RegulatoryViews") -> Iterator[tuple[Any, ...]]:
    for period, law in (("current", views.current), ("stressed", views.stressed)):
        for scope, found in law.by_scope.items():
            for each in found:
                yield from _shortfall(scope, period, each, views.currency)
    for required in views.requirements:
        named = (("es_stressed_year", required.stressed), ("ratio", required.ratio), ("requirement", required.amount))
        for measure, amount in named:
            unit = "multiple" if measure == "ratio" else views.currency
            yield from _amount(("requirement", "total", required.risk_class, None, measure), amount, unit)
    yield from _amount(("requirement", "total", "all", None, "capital"), views.capital, views.currency)
    for test in views.attributions:
        head = ("attribution", test.scope, None, None)
        yield *head, "spearman", test.model, test.correlation, None, None, "correlation", test.zone
        yield *head, "kolmogorov_smirnov", test.model, test.distance, None, None, "distance", test.zone


def _shortfall(scope: str, period: str, found: "Shortfall", currency: str) -> Iterator[tuple[Any, ...]]:
    head = ("expected_shortfall", scope, found.risk_class, period)
    for days, amount in found.by_days:
        yield from _amount((*head, f"es_{days}_days"), amount, currency)
    yield from _amount((*head, "es_adjusted"), found.adjusted, currency)


def _amount(head: tuple[Any, ...], found: "Amount | None", unit: str) -> Iterator[tuple[Any, ...]]:
    """Yield a row of an amount; none where there is none."""
    if found is not None:
        yield *head, None, found.value, found.se, found.table_se, unit, None
