"""What candidate trades change, laid out: measures, what the trades pay where, limits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.analysis.whatif.paired_changes import Change
    from engine.analysis.whatif.whatif import Mean, ScenarioChange, WhatIf
    from engine.explain.whatif.limit_changes import LimitChange

SHOWN_TRADES = 20  # of a table; JSON has all


def tables(found: "WhatIf", uses: Sequence["LimitChange"]) -> Iterator[Table]:
    """Yield the tables of a result."""
    yield _changes(found)
    yield _payments(found)
    yield _carries(found)
    if uses:
        yield _limits(uses)


def _changes(found: "WhatIf") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts, explained

    changes = [change for each in found.scenarios for change in each.changes]
    unit = render.scale(found.currency, [change.before.value for change in changes])
    words = bundled_verdicts()
    said = {each.scenario: words.short_words_for(each.scenario, each.standing) for each in found.scenarios}
    columns = (
        Column(heading="scenario and measure", is_number=False),
        Column(heading="before"),
        Column(heading="after", meaning="loss with the trades, to the last bit that of a run of all books."),
        Column(heading="change", meaning="above 0 the trades add to the loss; its error is of both on the same paths."),
        Column(heading="backtest", is_number=False, meaning=explained(said.values())),
    )
    rows: list[list[str]] = []
    for each in found.scenarios:
        rows.append([each.scenario, "", "", "", said[each.scenario]])
        rows += [_change_row(change, unit) for change in each.changes]
    return Table(title=_title(found, unit), columns=columns, rows=rows, footnote=_note(changes))


def _title(found: "WhatIf", unit: Scale) -> str:
    drawn = [each.n_paths for each in found.scenarios if not each.is_exact]
    paths = f"{drawn[0]:,} paths, {found.steps} step{'s' * (found.steps != 'one')}, seed {found.seed}"
    n = len(found.trades)
    return (
        f"What {n:,} trade{'s' * (n > 1)} would change over {render.days_text(found.horizon_days)} from"
        f" {found.valuation_date}, {unit.unit}\n{paths if drawn else 'every move valued: nothing is drawn'}\n"
    )


def _note(changes: Sequence["Change"]) -> str:
    note = "±: one standard error of the simulation, of a change paired."
    table = " A second ±, or the one behind `exact`, is that of the law's table of past days, paired too."
    return note + table * any(change.table_se is not None for change in changes)


def _change_row(change: "Change", unit: Scale) -> list[str]:
    from engine.risk.measures.registry import MEASURES

    name = f"  {MEASURES[change.measure].label} {render.percent(change.confidence)}"
    is_exact = change.se == 0.0 and change.table_se is not None
    moved = unit.with_table(change.value, change.se, change.table_se, is_exact=is_exact)
    if is_exact:
        return [name, unit.amount(change.before.value), unit.amount(change.after.value), moved, ""]
    before, after = (unit.estimate(each.value, each.se) for each in (change.before, change.after))
    return [name, before, after, moved, ""]


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
    return Table(title=f"What the trades pay, {unit.unit}\n", columns=columns, rows=rows)


def _payment_rows(each: "ScenarioChange", unit: Scale) -> Iterator[list[str]]:
    yield [each.scenario, "", _mean(each.pnl, unit), _mean(each.pnl_in_tail, unit)]
    for regime in each.regimes:
        probability = f"{render.percent(regime.probability, 2)} ±{render.percent(regime.probability_se, 2)}"
        yield [f"  {regime.regime}", probability, "?" if regime.pnl is None else _mean(regime.pnl, unit), ""]


def _mean(mean: "Mean", unit: Scale) -> str:
    return unit.figure(mean.value, mean.se)


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
    return Table(title="Value and carry of the trades\n", columns=columns, rows=rows)


def _limits(uses: Sequence["LimitChange"]) -> Table:
    columns = (
        Column(heading="limit", is_number=False),
        Column(heading="on", is_number=False),
        Column(heading="use before"),
        Column(heading="use after", meaning="of the limit's amount; above 100 % it is breached."),
        Column(heading="state", is_number=False),
    )
    return Table(title="Limits before and after\n", columns=columns, rows=[_limit_row(each) for each in uses])


def _limit_row(each: "LimitChange") -> list[str]:
    after = each.after
    label = f"{after.measure} {render.percent(after.confidence)}" if after.confidence else after.measure
    place = " ".join(filter(None, (label, after.curve, after.scenario, after.scope.removeprefix("book:"))))
    before = None if each.before is None else each.before.use
    state = after.state if each.before is None or each.before.state == after.state else f"{after.state}: new"
    return [after.name, place, _use(before), _use(after.use), after.reason or state]


def _use(use: float | None) -> str:
    return "" if use is None else render.percent(use, 2)
