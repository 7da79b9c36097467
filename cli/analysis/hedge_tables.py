"""A mix of hedges laid out: lots and costs, the score by scenario, and in words what to make of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

SURE = 2.0  # errors from which a change is more than chance
HELPS, HURTS, NO_CHANGE = "helps", "hurts", "no change"
MOST_STILL = 0.5  # of a hedge's gross DV01, on a spread that no factor moves, without a word

if TYPE_CHECKING:
    from engine.analysis.hedge.result import HedgeResult, ScenarioScore
    from engine.analysis.hedge.sign_changes import SignChange
    from engine.analysis.whatif.paired_changes import Change
    from engine.analysis.whatif.whatif import Mean


def tables(found: "HedgeResult") -> Iterator[Table]:
    """Yield the mix, its score, and what each of its hedges does to ES alone."""
    yield _mix(found)
    yield _scores(found)
    if any(each.lots for each in found.lines):
        yield _alone(found)


def words(found: "HedgeResult") -> str:
    """Return what to make of it: optimism, regret, the worst place, basis risk, and advice that changes sign."""
    unit = _unit(found)
    return "\n\n".join(
        [_optimism(found, unit), _regret(found, unit), _worst(found, unit), *_basis(found), *_signs(found)]
    )


def _unit(found: "HedgeResult") -> Scale:
    return render.scale(found.currency, [each.changes[0].before.value for each in found.scenarios])


def _mix(found: "HedgeResult") -> Table:
    unit = render.scale(found.currency, [each.lot_carry_a_day * each.most for each in found.lines])
    lots = "whole lots" if found.is_whole else "parts of lots"
    proof = f"no mix is better by more than {render.percent(max(found.gap, 0.0), 4)} of it"
    if not found.is_proven:
        proof = f"the search ended early: a mix may be better by {render.percent(found.gap, 2)} of it"
    title = (
        f"Hedges for {_least(found)} over {render.days_text(found.horizon_days)} from {found.valuation_date}\n"
        f"{found.n_paths:,} paths, seed {found.seed}, {lots}: {proof}"
    )
    columns = (
        Column(heading="hedge", is_number=False),
        Column(heading="lots"),
        Column(heading="allowed", meaning="lots; `at its most`: more of it would make the tail less.", is_number=False),
        Column(heading="cost", meaning="half the bid-offer spread of these lots, paid once."),
        Column(
            heading="carry a day",
            meaning="exact: gain in a business day in which rates, vols and FX stand still; below 0 a cost.",
        ),
        Column(heading="a lot", is_number=False, meaning="below 0 it is sold, or the fixed rate paid."),
    )
    rows = [
        [
            each.name,
            _lots(each.lots, found),
            f"{each.most:,.0f}{', at its most' * (each.is_at_most and each.lots > 0.0)}",
            unit.amount(each.cost),
            unit.amount(each.carry_a_day),
            each.lot,
        ]
        for each in found.lines
    ]
    rows.append(["all", "", "", unit.amount(found.cost), unit.amount(found.carry_a_day), ""])
    return Table(title=title, unit=unit.unit, columns=columns, rows=rows)


def _least(found: "HedgeResult") -> str:
    """Say what is made least."""
    aim, es = found.aim, f"ES {render.percent(found.confidence)}"
    if aim.weights:
        named = [f"{name} {render.percent(each)}" for name, each in zip(aim.scenarios, aim.weights, strict=True)]
        return f"the least weighted mean of {es}, {', '.join(named)},"
    if len(aim.scenarios) > 1:
        return f"the least worst {es} of {', '.join(aim.scenarios)}"
    return f"the least {es} of {aim.scenarios[0]}"


def _lots(lots: float, found: "HedgeResult") -> str:
    return f"{lots:,.0f}" if found.is_whole else f"{lots:,.2f}"


def _scores(found: "HedgeResult") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts

    unit, verdicts = _unit(found), bundled_verdicts()
    said = {each.scenario: verdicts.short_words_for(each.scenario, each.standing) for each in found.scenarios}
    level = render.percent(found.confidence)
    columns = (
        Column(heading="", is_number=False),
        Column(heading=f"ES {level}"),
        Column(heading="change"),
        Column(heading=f"change of VaR {level}", leaves=1),
        Column(heading="mean P&L", leaves=2),
        Column(heading="verdict", is_number=False),
    )
    rows = [row for each in found.scenarios for row in _score_rows(each, unit)]
    said_once = " ".join(f"{name}: {words}." for name, words in said.items())
    return Table(
        title=f"The mix on {found.n_paths:,} fresh paths, seed {found.score_seed}",
        unit=unit.unit,
        columns=columns,
        rows=rows,
        footnote=f"{_note(found)} {said_once}",
    )


def _note(found: "HedgeResult") -> str:
    note = "± one standard error of the change, paired; hurts: ES rises by more than twice its error."
    table = " A second ± is that of the law's table of past days, paired too."
    return note + table * any(change.table_se is not None for each in found.scenarios for change in each.changes)


def _alone(found: "HedgeResult") -> Table:
    """Lay out what each hedge of the mix changes of ES by itself, scenario beside scenario."""
    unit, used = _unit(found), [each for each in found.lines if each.lots]
    columns = (
        Column(heading="change of ES by", is_number=False, meaning="its lots alone, cost included; below 0 helps."),
        *(Column(heading=each.scenario) for each in found.scenarios),
    )
    rows = [[each.name, *(_moved(change, unit) for change in each.es_changes)] for each in used]
    return Table(title="Each hedge of the mix alone on the fresh paths", unit=unit.unit, columns=columns, rows=rows)


def _moved(change: "Change", unit: Scale) -> str:
    return unit.finer.with_table(change.value, change.se, change.table_se, is_exact=False, signed=True)


def _score_rows(each: "ScenarioScore", unit: Scale) -> Iterator[list[str]]:
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    by_key = {change.measure: change for change in each.changes}
    es, var = by_key[EXPECTED_SHORTFALL.key], by_key[VALUE_AT_RISK.key]
    before, after = (unit.amount(figure.value) for figure in (es.before, es.after))
    moved = [_moved(change, unit) for change in (es, var)]
    verdict = HURTS if es.value > SURE * es.se else HELPS if es.value < -SURE * es.se else NO_CHANGE
    yield [each.scenario, f"{before} -> {after}", *moved, _mean(each.pnl, unit), verdict]
    for regime in each.regimes:
        name = f"  {regime.regime} {render.percent(regime.probability, 0)}"
        yield [name, "", "", "", "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.finer.estimate(mean.value, mean.se, signed=True)


def _optimism(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    told = "The sample flatters the mix" if each.value < -2.0 * each.se else "No optimism beyond its error"
    es = "ES" if len(found.aim.scenarios) == 1 else f"the {'mean' if found.aim.weights else 'worst'} ES"
    return (
        f"{told}: on the paths that it was solved on the mix changes {es} by"
        f" {unit.finer.estimate(each.in_sample, each.in_sample_se)}, on fresh ones by"
        f" {unit.finer.estimate(each.out_of_sample, each.out_of_sample_se)}; in sample less out of sample"
        f" {unit.finer.estimate(each.value, each.se)} {unit.unit}."
    )


def _regret(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    fresh = unit.finer.estimate(each.out_of_sample, each.out_of_sample_se)
    text = f"Against no hedge: {fresh} {unit.unit} of ES on fresh paths."
    if found.best_single is None or found.against_single is None:
        return f"{text} No single hedge fits the constraints."
    change: Change = found.against_single
    single = f"{_lots(found.best_single.lots, found)} lots of {found.best_single.name}"
    return f"{text} Against the best single hedge, {single}: {unit.finer.estimate(change.value, change.se)}."


def _worst(found: "HedgeResult", unit: Scale) -> str:
    worst = found.worst
    place = worst.scenario if worst.regime is None else f"{worst.scenario}, on paths that end in {worst.regime}"
    verb = "loses" if worst.pnl.value < 0.0 else "gains least"
    return f"Worst place of the mix: it {verb} on average {_mean(worst.pnl, unit)} {unit.unit} in {place}."


def _basis(found: "HedgeResult") -> Iterator[str]:
    """Yield a word on hedges of the mix that rest mostly on a spread which stands still."""
    names = [each.name for each in found.lines if each.lots and each.still_share > MOST_STILL]
    if names:
        yield (
            f"More than half of the DV01 of {', '.join(names)} is on a curve spread that no factor moves: its basis"
            " risk is in no figure: take the basis market, `--market engine/market/data/basis/2025-05-28.toml`, or one"
            " that `unwind data spreads` made."
        )


def _signs(found: "HedgeResult") -> Iterator[str]:
    """Yield a sentence for each pair of unwinds that some hedges disagree on."""
    pairs = dict.fromkeys((each.helps_in, each.hurts_in) for each in found.sign_changes)
    lots = {each.name: each.tried_lots for each in found.lines}
    for helps, hurts in pairs:
        mine = [each for each in found.sign_changes if (each.helps_in, each.hurts_in) == (helps, hurts)]
        unit = render.scale(found.currency, [each.hurts.value for each in mine])
        some = "; ".join(_sign(each, f"{_lots(lots[each.hedge], found)} lots", unit) for each in mine)
        yield (
            f"Advice that changes sign, change of ES, {unit.unit}, by the mix's lots of each hedge alone, one lot where"
            f" it has none: less in {helps} and more in {hurts}: {some}."
        )


def _sign(each: "SignChange", lots: str, unit: Scale) -> str:
    return f"{each.hedge}, {lots}: {_moved(each.helps, unit)} and {_moved(each.hurts, unit)}"
