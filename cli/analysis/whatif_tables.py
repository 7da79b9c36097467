"""What candidate trades change, laid out: measures, what the trades pay where, limits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.errors import counted

if TYPE_CHECKING:
    from engine.analysis.whatif.paired_changes import Change
    from engine.analysis.whatif.whatif import Mean, ScenarioChange, WhatIf
    from engine.explain.whatif.limit_changes import LimitChange

LOWER = 9  # of columns: what leaves a narrow page first
SURE = 2.0  # errors from which a change is more than chance
# The answer in words; another language has words of its own.
MOVES = "VaR {level} moves by {amount} in {scenario}"
HURTS = "; it rises in {scenarios}: hurts."
NO_WORSE = "; no scenario gets worse."
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
        columns.append(Column(heading="change", leaves=leaves))
    rows: list[list[str]] = []
    for each in found.scenarios:
        by_place = {(change.measure, change.confidence): change for change in each.changes}
        figures = (by_place.get(place) for place in shown)
        rows.append([each.scenario, *(text for change in figures for text in _change(change, unit, wide))])
    verdicts = bundled_verdicts()
    said = (f"{e.scenario}: {verdicts.short_words_for(e.scenario, e.standing)}." for e in found.scenarios)
    return Table(
        title=_title(found),
        unit=unit.unit,
        sentence=_sentence(found, highest, unit),
        columns=tuple(columns),
        rows=rows,
        footnote=f"{_note(changes)} {_paths(found)} {' '.join(said)}",
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
    level, amount = render.percent(confidence), unit.finer.amount(changes[best].value, signed=True)
    words = MOVES.format(level=level, amount=amount, scenario=best)
    return words + (HURTS.format(scenarios=", ".join(hurt)) if hurt else NO_WORSE)


def _title(found: "WhatIf") -> str:
    n = len(found.trades)
    return (
        f"What {counted(n, 'trade')} would change over {render.days_text(found.horizon_days)} from"
        f" {found.valuation_date}"
    )


def _paths(found: "WhatIf") -> str:
    drawn = [each.n_paths for each in found.scenarios if not each.is_exact]
    if not drawn:
        return "Every move valued: nothing is drawn."
    return f"{drawn[0]:,} paths, {found.steps} step{'s' * (found.steps != 'one')}, seed {found.seed}."


def _note(changes: Sequence["Change"]) -> str:
    note = "± one standard error of the change, paired: before and after on the same paths."
    table = " A second ±, or the one behind `exact`, is that of the law's table of past days, paired too."
    return note + table * any(change.table_se is not None for change in changes)


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
        Column(heading="scenario and final regime", is_number=False),
        Column(heading="probability"),
        Column(heading="mean P&L", meaning="of the trades; gains positive, ± one standard error."),
        Column(
            heading="where it hurts",
            meaning="mean P&L of the trades where the books without them lose VaR at the highest confidence, or more.",
        ),
    )
    rows = [row for each in found.scenarios for row in _payment_rows(each, unit)]
    return Table(title="What the trades pay", unit=unit.unit, columns=columns, rows=rows)


def _payment_rows(each: "ScenarioChange", unit: Scale) -> Iterator[list[str]]:
    yield [each.scenario, "", _mean(each.pnl, unit), _mean(each.pnl_in_tail, unit)]
    for regime in each.regimes:
        probability = f"{render.percent(regime.probability, 2)} ±{render.percent(regime.probability_se, 2)}"
        yield [f"  {regime.regime}", probability, "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.estimate(mean.value, mean.se)


def _carries(found: "WhatIf") -> Table:
    unit = render.scale(found.currency, [each.carry_a_day for each in found.trades])
    value = render.scale(found.currency, [each.value for each in found.trades])
    columns = (
        Column(heading="trade", is_number=False),
        Column(heading="book", is_number=False),
        Column(heading=f"value, {value.unit}"),
        Column(
            heading=f"carry a day, {unit.unit}",
            meaning="exact: gain in a business day in which rates, vols and FX stand still; below 0 a cost.",
        ),
    )
    shown = found.trades[:SHOWN_TRADES]
    rows = [[each.position, each.book, value.amount(each.value), unit.amount(each.carry_a_day)] for each in shown]
    if len(shown) < len(found.trades):
        rows.append([f"and {len(found.trades) - len(shown):,} more", "", "", ""])
    rows.append(["all", "", value.amount(sum(each.value for each in found.trades)), unit.amount(found.carry_a_day)])
    return Table(title="Value and carry of the trades", columns=columns, rows=rows)


def _limits(uses: Sequence["LimitChange"]) -> Table:
    columns = (
        Column(heading="limit", is_number=False),
        Column(heading="on", is_number=False),
        Column(heading="use before"),
        Column(heading="use after", meaning="of the limit's amount; above 100 % it is breached."),
        Column(heading="state", is_number=False),
    )
    return Table(title="Limits before and after", columns=columns, rows=[_limit_row(each) for each in uses])


def _limit_row(each: "LimitChange") -> list[str]:
    after = each.after
    label = f"{after.measure} {render.percent(after.confidence)}" if after.confidence else after.measure
    place = " ".join(filter(None, (label, after.curve, after.scenario, after.scope.removeprefix("book:"))))
    before = None if each.before is None else each.before.use
    state = after.state if each.before is None or each.before.state == after.state else f"{after.state}: new"
    return [after.name, place, _use(before), _use(after.use), after.reason or state]


def _use(use: float | None) -> str:
    return "" if use is None else render.percent(use, 2)
