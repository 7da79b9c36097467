"""Tables of one replayed path: its market day by day, what it did to books on the way, and positions at the horizon."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.explain.run.path_replay import PathReplay

LEAST_SHARE = 0.01  # of what factors do to a book, from which a factor is shown; all of them are in the JSON
MOST_POSITIONS = 20
SALES = {
    "carry_sold": "carry sold, USD bn",
    "private_sold": "private sold, USD bn",
    "official_sold": "official sold, USD bn",
    "impact": "impact, bp",
}


def tables(each: "PathReplay") -> Iterator[Table]:
    """Lay out the path in one scenario."""
    unit = render.scale(each.currency, each.pnl.tolist())
    yield _market(each)
    yield _by_day(each, unit)
    yield _positions(each, unit)


def _market(each: "PathReplay") -> Table:
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from kernels.law_layout import PATH_SERIES

    shown = main_factors(each)
    sales = [(i, SALES[name]) for i, name in enumerate(PATH_SERIES) if name in SALES and each.series[:, i].any()]
    columns = [Column(heading="date", is_number=False), *(Column(heading=_label(each, f)) for f in shown)]
    columns += [Column(heading=text) for _, text in sales]
    if each.regimes:
        columns.append(Column(heading="regime", is_number=False))
    if each.events:
        columns.append(Column(heading="jumps and interventions", is_number=False))
    rows = [[str(each.base.valuation_date), *(_level(each, f, _start(each, f)) for f in shown)]]
    rows[0] += [""] * (len(columns) - len(rows[0]))
    for step, date in enumerate(each.dates):
        row = [str(date), *(_level(each, f, float(each.levels[step, f])) for f in shown)]
        row += [_sale(text, float(each.series[step, i])) for i, text in sales]
        row += [each.regimes[int(each.series[step, 0])]] if each.regimes else []
        row += [", ".join(name for at, name in each.events if at == step)] if each.events else []
        rows.append(row)
    words = bundled_verdicts().words_for(each.scenario, each.standing)
    return Table(title=f"{_title(each)}\n{words}\n", columns=tuple(columns), rows=rows, footnote=_left_out(each, shown))


def _title(each: "PathReplay") -> str:
    if each.is_exact:
        return f"{each.scenario}: move {each.path:,} of its {each.n_paths:,}, none drawn; the first row is its start"
    way = (
        f"the run takes its {render.days_text(each.horizon_days)} in one exact step, so that there is no day between:\n"
        "with --steps daily this number is another path"
        if each.is_one_step
        else "the first row is its start"
    )
    return f"{each.scenario}: path {each.path:,} of {each.n_paths:,}, seed {each.seed}; {way}"


def main_factors(each: "PathReplay") -> list[int]:
    """Return the numbers of the factors that are shown: those that some book depends on, and exchange rates."""
    return [
        f
        for f, factor in enumerate(each.factors)
        if each.shares[f] > LEAST_SHARE or each.base.exchanged(factor) is not None
    ]


def _left_out(each: "PathReplay", shown: list[int]) -> str:
    n = len(each.factors) - len(shown)
    least = render.percent(LEAST_SHARE)
    others = f"; {n} other factors, on which no book depends by {least} or more, are in the JSON: --json" if n else ""
    return f"Rates are zero rates, continuously compounded, not par yields{others}."


def _start(each: "PathReplay", f: int) -> float:
    return each.start.level(each.factors[f])


def _is_percent(each: "PathReplay", f: int) -> bool:
    from engine.market.factors import FactorKind

    return each.factors[f].kind is not FactorKind.PRICE


def _label(each: "PathReplay", f: int) -> str:
    return f"{each.factors[f].name} %" if _is_percent(each, f) else each.factors[f].name


def _level(each: "PathReplay", f: int, value: float) -> str:
    from engine.market.factors import level_text

    return level_text(each.factors[f].kind, value).removesuffix(" %")


def _sale(text: str, value: float) -> str:
    return render.basis_points(value, 1).removesuffix(" bp") if text.endswith("bp") else f"{value:,.2f}"


def _by_day(each: "PathReplay", unit: Scale) -> Table:
    columns = (
        Column(heading="market still from", is_number=False, meaning="P&L at the horizon if nothing moved after that."),
        Column(heading="day", meaning="what the total changed by from the row above, on that day."),
        Column(heading="total"),
        *(Column(heading=book) for book in each.books),
    )
    days = [f"{each.base.valuation_date}, at the scenario's start", *(str(date) for date in each.dates)]
    changes = ["", *map(unit.amount, np.diff(each.pnl_by_day[:, 0]).tolist())]
    rows = [
        [day, change, *(unit.amount(value) for value in row)]
        for day, change, row in zip(days, changes, each.pnl_by_day.tolist(), strict=True)
    ]
    title = f"{each.scenario}: P&L of path {each.path:,}, {unit.unit}; gains positive"
    note = "the last row is the run's own P&L of the path, bit for bit."
    return Table(title=title, columns=columns, rows=rows, footnote=note)


def _positions(each: "PathReplay", unit: Scale) -> Table:
    order = np.argsort(-np.abs(each.position_pnl), kind="stable").tolist()
    shown, others = order[:MOST_POSITIONS], order[MOST_POSITIONS:]
    rows = [[each.position_ids[i], each.position_books[i], unit.amount(float(each.position_pnl[i]))] for i in shown]
    if others:
        rows.append([f"{len(others):,} others", "", unit.amount(float(each.position_pnl[others].sum()))])
    rows.append(["total", "", unit.amount(float(each.position_pnl.sum()))])
    names = (Column(heading="position", is_number=False), Column(heading="book", is_number=False))
    note = f"by full revaluation; the run's total differs from the sum by at most {_bound(each)}."
    title = f"{each.scenario}: P&L of path {each.path:,} by position, {unit.unit}; the largest first"
    return Table(title=title, columns=(*names, Column(heading="P&L")), rows=rows, footnote=note)


def _bound(each: "PathReplay") -> str:
    bound = float(each.pnl_bound[0])
    return f"{render.at_most(bound)} {each.currency}, its bound of compression" if bound else "rounding"
