"""A mix of hedges laid out: lots and costs, the score by scenario, and in words what to make of it."""

from collections.abc import Iterator
from math import hypot
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table
from engine.words.language import Text, joined, name_of, sentences, texts, whole_date

SURE = 2.0  # errors from which a change is more than chance
HELPS, HURTS, NO_CHANGE = texts("helps", "hurts", "no change")
MOST_STILL = 0.5  # of a hedge's gross DV01, on a spread that no factor moves, without a word

_TITLE = Text("Hedges for {least} over {days} from {date}")
_SOLVED = Text("{n:,} paths, seed {seed}, {lots}: {proof}")
_WHOLE, _PARTS = texts("whole lots", "parts of lots")
_PROVEN = Text("no mix is better by more than {gap} of it")
_ENDED_EARLY = Text("the search ended early: a mix may be better by {gap} of it")
_HEDGE, _LOTS, _ALLOWED, _COST = texts("hedge", "lots", "allowed", "cost")
_ALLOWED_MEANING, _AT_ITS_MOST = texts(
    "lots; `at its most`: more of it would make the tail less.", "{lots}, at its most"
)
_COST_MEANING = Text("half the bid-offer spread of these lots, paid once.")
_CARRY, _CARRY_MEANING = texts(
    "carry a day",
    "exact: gain in a business day in which rates, vols and FX stand still; below 0 a cost.",
)
_A_LOT, _A_LOT_MEANING = texts("a lot", "below 0 it is sold, or the fixed rate paid.")
_LEAST, _LEAST_WORST = texts("the least {es} of {scenarios}", "the least worst {es} of {scenarios}")
_LEAST_MEAN = Text("the least weighted mean of {es}, {scenarios},")
_SCORES = Text("The mix on {n:,} fresh paths, seed {seed}")
_CHANGE, _CHANGE_OF = Text("change", sense="by trades"), Text("change of {measure}")
_MEAN, _VERDICT, _SAID = texts("mean P&L", "verdict", "{scenario}: {words}.")
_NOTE = Text("± one standard error of the change, paired; hurts: ES rises by more than twice its error.")
_NOTE_BOTH = Text(
    "± one standard error of the change, paired, a second ± that of the law's past days; hurts: ES rises by more than"
    " twice its error."
)
_ALONE = Text("Each hedge of the mix alone on the fresh paths")
_BY, _BY_MEANING = texts("change of ES by", "its lots alone, cost included; below 0 helps.")
# What to make of it.
_FLATTERS, _NO_OPTIMISM = texts("The sample flatters the mix", "No optimism beyond its error")
_OPTIMISM = Text(
    "{told}: on the paths that it was solved on the mix changes {es} by {inside}, on fresh ones by {outside}; in sample"
    " less out of sample {difference} {unit}."
)
_THE_MEAN_ES, _THE_WORST_ES = texts("the mean ES", "the worst ES")
_AGAINST_NONE = Text("Against no hedge: {change} {unit} of ES on fresh paths.")
_NO_SINGLE = Text("No single hedge fits the constraints.")
_AGAINST_SINGLE, _LOTS_OF = texts("Against the best single hedge, {single}: {change}.", "{lots} lots of {hedge}")
_LOSES = Text("Worst place of the mix: it loses on average {pnl} {unit} in {place}.")
_GAINS_LEAST = Text("Worst place of the mix: it gains least on average {pnl} {unit} in {place}.")
_IN_REGIME = Text("{scenario}, on paths that end in {regime}")
_BASIS = Text(
    "More than half of the DV01 of {hedges} is on a curve spread that no factor moves: its basis risk is in no figure:"
    " take the basis market, `--market engine/market/data/basis/2025-05-28.toml`, or one that `unwind data spreads`"
    " made."
)
_SIGNS = Text(
    "Advice that changes sign, change of ES, {unit}, by the mix's lots of each hedge alone, one lot where it has none:"
    " less in {helps} and more in {hurts}: {hedges}."
)
_SIGN, _N_LOTS = texts("{hedge}, {lots}: {helps} and {hurts}", "{n} lots")

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
    proof = _PROVEN.format(gap=render.percent(max(found.gap, 0.0), 4))
    if not found.is_proven:
        proof = _ENDED_EARLY.format(gap=render.percent(found.gap, 2))
    days, date = render.days_text(found.horizon_days), whole_date(found.valuation_date)
    lots = _WHOLE if found.is_whole else _PARTS
    title = (
        f"{_TITLE.format(least=_least(found), days=days, date=date)}\n"
        f"{_SOLVED.format(n=found.n_paths, seed=found.seed, lots=lots, proof=proof)}"
    )
    columns = (
        Column(heading=str(_HEDGE), is_number=False),
        Column(heading=str(_LOTS)),
        Column(heading=str(_ALLOWED), meaning=str(_ALLOWED_MEANING), is_number=False),
        Column(heading=str(_COST), meaning=str(_COST_MEANING)),
        Column(heading=str(_CARRY), meaning=str(_CARRY_MEANING)),
        Column(heading=str(_A_LOT), is_number=False, meaning=str(_A_LOT_MEANING)),
    )
    rows = [
        [
            each.name,
            _lots(each.lots, found),
            _AT_ITS_MOST.format(lots=f"{each.most:,.0f}")
            if each.is_at_most and each.lots > 0.0
            else f"{each.most:,.0f}",
            unit.amount(each.cost),
            unit.amount(each.carry_a_day),
            each.lot,
        ]
        for each in found.lines
    ]
    rows.append([name_of("all"), "", "", unit.amount(found.cost), unit.amount(found.carry_a_day), ""])
    return Table(title=title, unit=unit.unit, columns=columns, rows=rows)


def _least(found: "HedgeResult") -> str:
    """Say what is made least."""
    aim, es = found.aim, f"ES {render.percent(found.confidence)}"
    if aim.weights:
        pairs = zip(aim.scenarios, aim.weights, strict=True)
        return _LEAST_MEAN.format(
            es=es, scenarios=joined([f"{name_of(name)} {render.percent(each)}" for name, each in pairs])
        )
    shape = _LEAST_WORST if len(aim.scenarios) > 1 else _LEAST
    return shape.format(es=es, scenarios=joined([*map(name_of, aim.scenarios)]))


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
        Column(heading=str(_CHANGE)),
        Column(heading=_CHANGE_OF.format(measure=f"VaR {level}"), leaves=1),
        Column(heading=str(_MEAN), leaves=2),
        Column(heading=str(_VERDICT), is_number=False),
    )
    rows = [row for each in found.scenarios for row in _score_rows(each, unit)]
    said_once = (_SAID.format(scenario=name_of(name), words=words) for name, words in said.items())
    return Table(
        title=_SCORES.format(n=found.n_paths, seed=found.score_seed),
        unit=unit.unit,
        columns=columns,
        rows=rows,
        footnote=sentences(_note(found), *said_once),
    )


def _note(found: "HedgeResult") -> str:
    has_both = any(change.table_se is not None for each in found.scenarios for change in each.changes)
    return str(_NOTE_BOTH if has_both else _NOTE)


def _alone(found: "HedgeResult") -> Table:
    """Lay out what each hedge of the mix changes of ES by itself, scenario beside scenario."""
    unit, used = _unit(found), [each for each in found.lines if each.lots]
    columns = (
        Column(heading=str(_BY), is_number=False, meaning=str(_BY_MEANING)),
        *(Column(heading=name_of(each.scenario)) for each in found.scenarios),
    )
    rows = [[each.name, *(_moved(change, unit) for change in each.es_changes)] for each in used]
    return Table(title=str(_ALONE), unit=unit.unit, columns=columns, rows=rows)


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
    yield [name_of(each.scenario), f"{before} -> {after}", *moved, _mean(each.pnl, unit), str(verdict)]
    for regime in each.regimes:
        name = f"  {name_of(regime.regime)} {render.percent(regime.probability, 0)}"
        yield [name, "", "", "", "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.finer.estimate(mean.value, mean.se, signed=True)


def _optimism(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    es = "ES" if len(found.aim.scenarios) == 1 else _THE_MEAN_ES if found.aim.weights else _THE_WORST_ES
    return _OPTIMISM.format(
        told=_FLATTERS if each.value < -2.0 * each.se else _NO_OPTIMISM,
        es=es,
        inside=unit.finer.estimate(each.in_sample, each.in_sample_se),
        outside=unit.finer.estimate(each.out_of_sample, each.out_of_sample_se),
        difference=unit.finer.estimate(each.value, each.se),
        unit=unit.unit,
    )


def _regret(found: "HedgeResult", unit: Scale) -> str:
    each = found.optimism
    fresh = unit.finer.estimate(each.out_of_sample, each.out_of_sample_se)
    text = _AGAINST_NONE.format(change=fresh, unit=unit.unit)
    if found.best_single is None or found.against_single is None:
        return sentences(text, str(_NO_SINGLE))
    change: Change = found.against_single
    single = _LOTS_OF.format(lots=_lots(found.best_single.lots, found), hedge=found.best_single.name)
    moved = unit.finer.estimate(change.value, change.se)
    return sentences(text, _AGAINST_SINGLE.format(single=single, change=moved))


def _worst(found: "HedgeResult", unit: Scale) -> str:
    worst = found.worst
    place = scenario = name_of(worst.scenario)
    if worst.regime is not None:
        place = _IN_REGIME.format(scenario=scenario, regime=name_of(worst.regime))
    words = _LOSES if worst.pnl.value < 0.0 else _GAINS_LEAST
    return words.format(pnl=_mean(worst.pnl, unit), unit=unit.unit, place=place)


def _basis(found: "HedgeResult") -> Iterator[str]:
    """Yield a word on hedges of the mix that rest mostly on a spread which stands still."""
    names = [each.name for each in found.lines if each.lots and each.still_share > MOST_STILL]
    if names:
        yield _BASIS.format(hedges=joined(names))


def _signs(found: "HedgeResult") -> Iterator[str]:
    """Yield a sentence for each pair of unwinds that some hedges disagree on."""
    pairs = dict.fromkeys((each.helps_in, each.hurts_in) for each in found.sign_changes)
    lots = {each.name: each.tried_lots for each in found.lines}
    for helps, hurts in pairs:
        mine = [each for each in found.sign_changes if (each.helps_in, each.hurts_in) == (helps, hurts)]
        unit = render.scale(found.currency, [each.hurts.value for each in mine])
        some = "; ".join(_sign(each, _N_LOTS.format(n=_lots(lots[each.hedge], found)), unit) for each in mine)
        yield _SIGNS.format(unit=unit.unit, helps=name_of(helps), hurts=name_of(hurts), hedges=some)


def _sign(each: "SignChange", lots: str, unit: Scale) -> str:
    return _SIGN.format(hedge=each.hedge, lots=lots, helps=_said(each.helps, unit), hurts=_said(each.hurts, unit))


def _said(change: "Change", unit: Scale) -> str:
    """Return a change for a sentence: with both errors as one, for there is no column to tell them by."""
    return unit.finer.estimate(change.value, hypot(change.se, change.table_se or 0.0), signed=True)
