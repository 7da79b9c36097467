"""What candidate trades change, laid out: measures, what the trades pay where, limits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.output.table import LOWER
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.words.language import Text, joined, name_of, sentences, texts, whole_date

if TYPE_CHECKING:
    from engine.analysis.whatif.paired_changes import Change
    from engine.analysis.whatif.whatif import Mean, ScenarioChange, WhatIf
    from engine.explain.whatif.limit_changes import LimitChange

SURE = 2.0  # errors from which a change is more than chance
# The answer in words.
MOVES = Text("VaR {level} moves by {amount} in {scenario}{others}.")
HURTS, NO_WORSE = texts("; it rises in {scenarios}: hurts", "; no scenario gets worse")
_ONE_TRADE, _TRADES = texts("1 trade", "{n:,} trades")
_TITLE = Text("What {trades} would change over {days} from {date}")
_CHANGE, _VERDICT = Text("change", sense="by trades"), Text("{scenario}: {words}.")
_ALL_VALUED = Text("Every move valued: nothing is drawn.")
_PATHS = Text("{n:,} paths, {steps}, seed {seed}.")
_ONE_STEP, _STEPS = texts("one step", "{steps} steps")
_PAIRED = Text("± one standard error of the change, paired: before and after on the same paths.")
_PAIRED_BOTH = Text(
    "± one standard error of the change, paired: before and after on the same paths; a second ±, or the one behind"
    " `exact`, is that of the law's past days, paired too."
)
_PAY, _PLACE, _PROBABILITY = texts("What the trades pay", "scenario and final regime", "probability")
_MEAN, _MEAN_MEANING = texts("mean P&L", "of the trades; gains positive, ± one standard error.")
_HURTS, _HURTS_MEANING = texts(
    "where it hurts",
    "mean P&L of the trades where the books without them lose VaR at the highest confidence, or more.",
)
_CARRIES, _TRADE, _BOOK, _VALUE = texts("Value and carry of the trades", "trade", "book", "value, {unit}")
_CARRY, _CARRY_MEANING = texts(
    "carry a day, {unit}",
    "exact: gain in a business day in which rates, vols and FX stand still; below 0 a cost.",
)
_AND_MORE = Text("and {n:,} more")
_LIMITS, _LIMIT, _ON, _BEFORE, _AFTER, _STATE = texts(
    "Limits before and after", "limit", "on", "use before", "use after", "state"
)
_USE_MEANING, _NEW = texts("of the limit's amount; above 100 % it is breached.", "{state}: new")
SHOWN_TRADES = 20  # of a table; JSON has all


def tables(found: "WhatIf", uses: Sequence["LimitChange"]) -> Iterator[Table]:
    """Yield the tables of a result."""
    yield _changes(found)
    yield _payments(found)
    yield _carries(found)
    if uses:
        yield _limits(uses)


def _changes(found: "WhatIf") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.risk.measures.registry import MEASURES

    highest = max(change.confidence for each in found.scenarios for change in each.changes)
    changes = [change for each in found.scenarios for change in each.changes]
    unit = render.scale(found.currency, [change.before.value for change in changes])
    shown = list(dict.fromkeys((change.measure, change.confidence) for change in changes))
    shown.sort(key=lambda place: -place[1])
    wide = max(len(unit.amount(change.after.value)) for change in changes)
    columns = [Column(heading="", is_number=False)]
    for i, (measure, confidence) in enumerate(shown):
        leaves = LOWER if confidence != highest else min(i, 1)
        columns.append(Column(heading=f"{MEASURES[measure].label} {render.percent(confidence)}", leaves=leaves))
        columns.append(Column(heading=str(_CHANGE), leaves=leaves))
    rows: list[list[str]] = []
    for each in found.scenarios:
        by_place = {(change.measure, change.confidence): change for change in each.changes}
        figures = (by_place.get(place) for place in shown)
        rows.append([name_of(each.scenario), *(text for change in figures for text in _change(change, unit, wide))])
    verdicts = bundled_verdicts()
    said = (
        _VERDICT.format(scenario=name_of(e.scenario), words=verdicts.short_words_for(e.scenario, e.standing))
        for e in found.scenarios
    )
    return Table(
        title=_title(found),
        unit=unit.unit,
        sentence=_sentence(found, highest, unit),
        columns=tuple(columns),
        rows=rows,
        footnote=sentences(_note(changes), _paths(found), *said),
    )


def _sentence(found: "WhatIf", confidence: float, unit: Scale) -> str:
    """Return the answer in words: where the trades help most, and where they hurt, by twice the change's error."""
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    changes = {
        each.scenario: change
        for each in found.scenarios
        for change in each.changes
        if (change.measure, change.confidence) == (VALUE_AT_RISK.key, confidence)
    }
    hurt = [name for name, change in changes.items() if change.value > SURE * change.se]
    best = min(changes, key=lambda name: changes[name].value)
    return MOVES.format(
        level=render.percent(confidence),
        amount=unit.finer.in_words(changes[best].value, signed=True),
        scenario=name_of(best),
        others=HURTS.format(scenarios=joined([*map(name_of, hurt)])) if hurt else NO_WORSE,
    )


def _title(found: "WhatIf") -> str:
    n, days = len(found.trades), render.days_text(found.horizon_days)
    trades = _ONE_TRADE if n == 1 else _TRADES.format(n=n)
    return _TITLE.format(trades=trades, days=days, date=whole_date(found.valuation_date))


def _paths(found: "WhatIf") -> str:
    drawn = [each.n_paths for each in found.scenarios if not each.is_exact]
    if not drawn:
        return str(_ALL_VALUED)
    steps = str(_ONE_STEP) if found.steps == "one" else _STEPS.format(steps=name_of(found.steps))
    return _PATHS.format(n=drawn[0], steps=steps, seed=found.seed)


def _note(changes: Sequence["Change"]) -> str:
    return str(_PAIRED_BOTH if any(change.table_se is not None for change in changes) else _PAIRED)


def _change(change: "Change | None", unit: Scale, wide: int) -> list[str]:
    """Return a measure before and after, and its change with the change's own error."""
    if change is None:
        return [NOT_APPLICABLE, NOT_APPLICABLE]
    is_exact = change.se == 0.0 and change.table_se is not None
    moved = unit.finer.with_table(change.value, change.se, change.table_se, is_exact=is_exact, signed=True)
    return [f"{unit.amount(change.before.value)} -> {unit.amount(change.after.value).rjust(wide)}", moved]


def _payments(found: "WhatIf") -> Table:
    unit = render.scale(found.currency, [each.pnl_in_tail.value for each in found.scenarios])
    columns = (
        Column(heading=str(_PLACE), is_number=False),
        Column(heading=str(_PROBABILITY)),
        Column(heading=str(_MEAN), meaning=str(_MEAN_MEANING)),
        Column(heading=str(_HURTS), meaning=str(_HURTS_MEANING)),
    )
    rows = [row for each in found.scenarios for row in _payment_rows(each, unit)]
    return Table(title=str(_PAY), unit=unit.unit, columns=columns, rows=rows)


def _payment_rows(each: "ScenarioChange", unit: Scale) -> Iterator[list[str]]:
    yield [name_of(each.scenario), "", _mean(each.pnl, unit), _mean(each.pnl_in_tail, unit)]
    for regime in each.regimes:
        probability = f"{render.percent(regime.probability, 2)} ±{render.percent(regime.probability_se, 2)}"
        yield [f"  {regime.regime}", probability, "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.estimate(mean.value, mean.se)


def _carries(found: "WhatIf") -> Table:
    unit = render.scale(found.currency, [each.carry_a_day for each in found.trades])
    value = render.scale(found.currency, [each.value for each in found.trades])
    columns = (
        Column(heading=str(_TRADE), is_number=False),
        Column(heading=str(_BOOK), is_number=False),
        Column(heading=_VALUE.format(unit=value.unit)),
        Column(heading=_CARRY.format(unit=unit.unit), meaning=str(_CARRY_MEANING)),
    )
    shown = found.trades[:SHOWN_TRADES]
    rows = [[each.position, each.book, value.amount(each.value), unit.amount(each.carry_a_day)] for each in shown]
    if len(shown) < len(found.trades):
        rows.append([_AND_MORE.format(n=len(found.trades) - len(shown)), "", "", ""])
    rows.append(
        [name_of("all"), "", value.amount(sum(each.value for each in found.trades)), unit.amount(found.carry_a_day)]
    )
    return Table(title=str(_CARRIES), columns=columns, rows=rows)


def _limits(uses: Sequence["LimitChange"]) -> Table:
    columns = (
        Column(heading=str(_LIMIT), is_number=False),
        Column(heading=str(_ON), is_number=False),
        Column(heading=str(_BEFORE)),
        Column(heading=str(_AFTER), meaning=str(_USE_MEANING)),
        Column(heading=str(_STATE), is_number=False),
    )
    return Table(title=str(_LIMITS), columns=columns, rows=[_limit_row(each) for each in uses])


def _limit_row(each: "LimitChange") -> list[str]:
    after = each.after
    label = f"{after.measure} {render.percent(after.confidence)}" if after.confidence else after.measure
    scenario, scope = name_of(after.scenario or ""), name_of(after.scope.removeprefix("book:"))
    place = " ".join(filter(None, (label, after.curve, scenario, scope)))
    before = None if each.before is None else each.before.use
    state = name_of(after.state)
    if each.before is not None and each.before.state != after.state:
        state = _NEW.format(state=state)
    return [after.name, place, _use(before), _use(after.use), after.reason or state]


def _use(use: float | None) -> str:
    return "" if use is None else render.percent(use, 2)
