"""Tables of the change between two nights: VaR and ES, the same by book, and the day's P&L."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.explain.nights.change import NightsChange
    from engine.explain.nights.pnl_explain import ScopePnl
    from engine.explain.nights.tail_change import TailChange

TOTAL = "total"


def tables(change: "NightsChange") -> Sequence[Table]:
    """Lay the change out: of the total, of VaR by book where there are several, and the P&L."""
    scale = render.scale(change.currency, [each.after.value for each in change.changes])
    scopes = list(dict.fromkeys(each.scope for each in change.changes))
    found = [_total(change, scale)]
    if len(scopes) > 2:  # the total, and more than one book
        found.append(_by_book(change, scopes, scale))
    return (*found, _pnl(change), _meanings(change))


def _total(change: "NightsChange", scale: Scale) -> Table:
    mine = [each for each in change.changes if each.scope == TOTAL]
    first, second = change.nights
    return Table(
        title=f"{change.scenario}: change of the total from {first} to {second}, run {change.run},"
        f" {render.days_text(change.horizon_days)}, {scale.unit}\n"
        f"{_runs(change, mine)}",
        columns=(Column(heading="part", is_number=False), *(Column(heading=_heading(each)) for each in mine)),
        rows=[
            [f"recorded on {first}", *(scale.estimate(each.before.value, each.before.se) for each in mine)],
            [],
            *_parts(change, mine, scale),
            [],
            ["change", *(scale.finer.estimate(each.change, each.change_se, signed=True) for each in mine)],
            [f"recorded on {second}", *(scale.estimate(each.after.value, each.after.se) for each in mine)],
        ],
        footnote=_footnote(change),
    )


def _runs(change: "NightsChange", columns: Sequence["TailChange"]) -> str:
    """Say what the parts come from, and what their errors are."""
    n_runs = f"{change.n_runs:,} run{'' if change.n_runs == 1 else 's'}"
    orders = f", in {change.n_orders} orders" if change.n_orders else ""
    if not any(each.before.se or each.after.se or any(part.se for part in each.parts) for each in columns):
        return f"{n_runs} between the nights; every move of the law is valued: exact, nothing is drawn"
    return f"{n_runs} of {change.n_paths:,} paths on common draws{orders}; ± one standard error, paired"


def _by_book(change: "NightsChange", scopes: Sequence[str], scale: Scale) -> Table:
    last = [each for each in change.changes if each.measure == change.changes[0].measure]
    confidence = max(each.confidence for each in last)
    mine = [next(e for e in last if (e.scope, e.confidence) == (scope, confidence)) for scope in scopes]
    return Table(
        title=f"{_heading(mine[0])} by book, {scale.unit}; books do not add up to the total: they diversify",
        columns=(Column(heading="part", is_number=False), *(Column(heading=_book(each.scope)) for each in mine)),
        rows=[
            *_parts(change, mine, scale),
            [],
            ["change", *(scale.finer.estimate(each.change, each.change_se, signed=True) for each in mine)],
        ],
    )


def _parts(change: "NightsChange", columns: Sequence["TailChange"], scale: Scale) -> Iterator[list[str]]:
    """Yield a row for each part that is not 0 throughout."""
    for i, mover in enumerate(change.movers):
        parts = [each.parts[i] for each in columns]
        if any(part.value or part.se for part in parts):
            yield [mover.label, *(scale.finer.estimate(part.value, part.se, signed=True) for part in parts)]


def _pnl(change: "NightsChange") -> Table:
    pnl, (first, second) = change.pnl, change.nights
    scopes = [each for each in pnl.scopes if each.scope == TOTAL or len(pnl.scopes) > 2]
    scale = render.scale(change.currency, [value for each in scopes for value in each.parts.values()])
    rows = [
        [mover.label, *(scale.amount(each.parts[mover.key]) for each in scopes)]
        for mover in pnl.movers
        if any(each.parts[mover.key] for each in scopes)
    ]
    realised: list[list[str]] = []
    if any(each.realised is not None for each in scopes):
        realised = [
            ["realised", *("" if each.realised is None else scale.amount(each.realised) for each in scopes)],
            ["unexplained", *(_unexplained(each, scale) for each in scopes)],
        ]
    return Table(
        title=f"P&L from {first} to {second}, {_days(pnl.days)}, {scale.unit}; full revaluation: exact, nothing drawn",
        columns=(Column(heading="part", is_number=False), *(Column(heading=_book(each.scope)) for each in scopes)),
        rows=[*rows, [], ["explained", *(scale.amount(each.explained) for each in scopes)], *realised],
    )


def _unexplained(each: "ScopePnl", scale: Scale) -> str:
    return "" if each.unexplained is None else scale.amount(each.unexplained)


def _footnote(change: "NightsChange") -> str:
    still = [mover.label for mover in change.movers if mover.key in change.unmoved]
    same = f"; the same on both nights, and exactly 0: {', '.join(still)}" if still else ""
    return f"Trades: {change.trades.words()}{same}"


def _meanings(change: "NightsChange") -> Table:
    """Say what each part is, of figures and of P&L."""
    shown = [each for i, each in enumerate(change.movers) if any(one.parts[i].value for one in change.changes)]
    pnl = [each for each in change.pnl.movers if each.key not in [mover.key for mover in shown]]
    pnl = [each for each in pnl if any(one.parts[each.key] for one in change.pnl.scopes)]
    return Table(
        title="Parts",
        columns=(Column(heading="part", is_number=False), Column(heading="what it is", is_number=False)),
        rows=[[each.label, each.meaning] for each in (*shown, *pnl)],
    )


def _heading(change: "TailChange") -> str:
    from engine.risk.measures.registry import MEASURES

    return f"{MEASURES[change.measure].label} {render.percent(change.confidence)}"


def _book(scope: str) -> str:
    return scope.removeprefix("book:")


def _days(n: int) -> str:
    return f"{n} calendar day{'' if n == 1 else 's'}"
