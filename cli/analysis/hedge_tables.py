"""A mix of hedges laid out: lots and costs, the score by scenario, and in words what to make of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.analysis.hedge.result import HedgeResult, ScenarioScore
    from engine.analysis.hedge.sign_changes import SignChange
    from engine.analysis.whatif.paired_changes import Change
    from engine.analysis.whatif.whatif import Mean


def tables(found: "HedgeResult") -> Iterator[Table]:
    """Yield the mix, then its score."""
    yield _mix(found)
    yield _scores(found)


def words(found: "HedgeResult") -> str:
    """Return what to make of it: optimism, regret, the worst place, and hedges whose sign depends on the unwind."""
    unit = _unit(found)
    return "\n\n".join([_optimism(found, unit), _regret(found, unit), _worst(found, unit), *_signs(found)])


def _unit(found: "HedgeResult") -> Scale:
    return render.scale(found.currency, [each.changes[0].before.value for each in found.scenarios])


def _mix(found: "HedgeResult") -> Table:
    unit = render.scale(found.currency, [each.lot_carry_a_day * each.most for each in found.lines])
    lots = "whole lots" if found.is_whole else "parts of lots"
    proof = f"no mix is better by more than {render.percent(max(found.gap, 0.0), 4)} of it"
    if not found.is_proven:
        proof = f"the search ended early: a mix may be better by {render.percent(found.gap, 2)} of it"
    title = (
        f"Hedges for the least ES {render.percent(found.confidence)} of {found.scenarios[0].scenario} over"
        f" {render.days_text(found.horizon_days)} from {found.valuation_date}, {unit.unit}\n"
        f"{found.n_paths:,} paths, seed {found.seed}, {lots}, {found.n_planes} planes: {proof}\n"
    )
    columns = (
        Column(heading="hedge", is_number=False),
        Column(heading="lots"),
        Column(heading="at most"),
        Column(heading="cost", meaning="half the bid-offer spread of these lots, paid once."),
        Column(
            heading="carry a day",
            meaning="exact: gain in a business day in which rates, vols and FX stand still; below 0 a cost.",
        ),
    )
    rows = [
        [each.name, _lots(each.lots, found), f"{each.most:,.0f}", unit.amount(each.cost), unit.amount(each.carry_a_day)]
        for each in found.lines
    ]
    rows.append(["all", "", "", unit.amount(found.cost), unit.amount(found.carry_a_day)])
    return Table(title=title, columns=columns, rows=rows)


def _lots(lots: float, found: "HedgeResult") -> str:
    return f"{lots:,.0f}" if found.is_whole else f"{lots:,.2f}"


def _scores(found: "HedgeResult") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts, explained

    unit, verdicts = _unit(found), bundled_verdicts()
    said = {each.scenario: verdicts.short_words_for(each.scenario, each.standing) for each in found.scenarios}
    level = render.percent(found.confidence)
    columns = (
        Column(heading="scenario and final regime", is_number=False),
        Column(heading=f"ES {level} before"),
        Column(heading="after", meaning="with the mix, its cost included."),
        Column(heading="change of ES", meaning="below 0 the mix helps; its error is of both on the same fresh paths."),
        Column(heading=f"change of VaR {level}"),
        Column(heading="mean P&L", meaning="of the mix, its cost included; gains positive."),
        Column(heading="backtest", is_number=False, meaning=explained(said.values())),
    )
    rows = [row for each in found.scenarios for row in _score_rows(each, unit, said[each.scenario])]
    title = f"The mix on {found.n_paths:,} fresh paths, seed {found.score_seed}, {unit.unit}\n"
    return Table(title=title, columns=columns, rows=rows, footnote="±: one standard error of the simulation.")


def _score_rows(each: "ScenarioScore", unit: Scale, verdict: str) -> Iterator[list[str]]:
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    by_key = {change.measure: change for change in each.changes}
    es, var = by_key[EXPECTED_SHORTFALL.key], by_key[VALUE_AT_RISK.key]
    before, after = (unit.estimate(figure.value, figure.se) for figure in (es.before, es.after))
    moved = [unit.estimate(change.value, change.se) for change in (es, var)]
    yield [each.scenario, before, after, *moved, _mean(each.pnl, unit), verdict]
    for regime in each.regimes:
        name = f"  {regime.regime}, {render.percent(regime.probability, 2)}"
        yield [name, "", "", "", "", "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.estimate(mean.value, mean.se)


def _optimism(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    told = "The sample flatters the mix" if each.value < -2.0 * each.se else "No optimism beyond its error"
    return (
        f"{told}: on the paths that it was solved on the mix changes ES by"
        f" {unit.estimate(each.in_sample, each.in_sample_se)}, on fresh ones by"
        f" {unit.estimate(each.out_of_sample, each.out_of_sample_se)}; in sample less out of sample"
        f" {unit.estimate(each.value, each.se)} {unit.unit}."
    )


def _regret(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    fresh = unit.estimate(each.out_of_sample, each.out_of_sample_se)
    text = f"Against no hedge: {fresh} {unit.unit} of ES on fresh paths."
    if found.best_single is None or found.against_single is None:
        return f"{text} No single hedge fits the constraints."
    change: Change = found.against_single
    single = f"{_lots(found.best_single.lots, found)} lots of {found.best_single.name}"
    return f"{text} Against the best single hedge, {single}: {unit.estimate(change.value, change.se)}."


def _worst(found: "HedgeResult", unit: Scale) -> str:
    worst = found.worst
    place = worst.scenario if worst.regime is None else f"{worst.scenario}, on paths that end in {worst.regime}"
    verb = "loses" if worst.pnl.value < 0.0 else "gains least"
    return f"Worst place of the mix: it {verb} on average {_mean(worst.pnl, unit)} {unit.unit} in {place}."


def _signs(found: "HedgeResult") -> Iterator[str]:
    """Yield a sentence for each pair of unwinds that some hedges disagree on."""
    pairs = dict.fromkeys((each.pays_in, each.costs_in) for each in found.sign_changes)
    for pays, costs in pairs:
        mine = [each for each in found.sign_changes if (each.pays_in, each.costs_in) == (pays, costs)]
        unit = render.scale(found.currency, [each.costs.value for each in mine])
        some = "; ".join(_sign(each, unit) for each in mine)
        yield f"Advice that changes sign, {unit.unit} a lot: pays in {pays} and costs in {costs}: {some}."


def _sign(each: "SignChange", unit: Scale) -> str:
    return f"{each.hedge} {_mean(each.pays, unit)} and {_mean(each.costs, unit)}"
