"""Tables of what a market's record says of the loop: its strength by shape of stops, moves after falls, the cohorts."""

from typing import TYPE_CHECKING

from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.calibration.loop_record import AfterFalls
    from engine.market.loop_record import LoopRecord
    from engine.market.market import Market


def loop_tables(market: "Market", falls: "AfterFalls") -> list[Table]:
    """Return the tables of a market with a record of USD/JPY."""
    record = _record_of(market)
    return [_strength_table(market, record), _limit_table(record), _falls_table(falls), _cohort_table(market, record)]


def _record_of(market: "Market") -> "LoopRecord":
    assert market.filtered is not None
    assert market.filtered.loop is not None
    return market.filtered.loop


def _strength_table(market: "Market", record: "LoopRecord") -> Table:
    """Return the regression for the default shape, and what it says of the default strength."""
    from engine.mechanisms.carry import Carry, shape_of
    from engine.mechanisms.impact import Impact
    from engine.mechanisms.loop import estimated_strength, loop_strength, loop_verdict

    carry, impact = Carry(source=""), Impact(source="")
    shape, strength = shape_of(carry), loop_strength(carry, impact)
    found = estimated_strength(record, shape)
    rows = [("what a record says", loop_verdict(carry, impact, record))]
    if found is not None:
        rows = [
            ("G, fall of ln USD/JPY that a sale of the whole stock makes", f"{found.strength:.4f} ±{found.se:.4f}"),
            ("t against 0", f"{found.t(0.0):.2f}"),
            (f"t against {strength:.3g}, the strength of unwind-loop", f"{found.t(strength):.2f}"),
            ("largest G that is not rejected, one-sided 97.5 %", f"{found.upper:.3f}"),
            ("the feedback strength of that G", f"{found.upper * shape.slope:.2f}"),
            ("business days of Tokyo and New York, of which cohorts sold on", f"{found.n_dates:,}, {found.n_sold:,}"),
        ]
    columns = (
        Column(heading="regression", is_number=False),
        Column(heading="value", meaning="± White's standard error."),
    )
    title = (
        f"The loop of carry stops in the record to {market.valuation_date}: next-date residuals of USD/JPY on what was"
        f" sold; stops from {shape.start:.3g}, slope {shape.slope:.3g}, {100.0 * shape.limit:g} % of the stock a date"
    )
    return Table(title=title, columns=columns, rows=tuple(rows))


def _limit_table(record: "LoopRecord") -> Table:
    from engine.calibration.loop_record import LIMITS, shape_limits

    limits = {(each.start, each.slope, each.limit): upper for each, upper in shape_limits(record)}

    def entry(start: float, slope: float, limit: float) -> str:
        upper = limits[start, slope, limit]
        return "?" if upper is None else f"{upper:.3f} ({upper * slope:.2f})"

    rows = [
        (f"{start:g}", f"{slope:g}", *(entry(start, slope, limit) for limit in LIMITS))
        for start, slope, _ in dict.fromkeys((start, slope, 0.0) for start, slope, _ in limits)
    ]
    columns = (
        Column(heading="stops from", meaning="loss in ln USD/JPY."),
        Column(heading="slope", meaning="share of a cohort per 1.0 of loss beyond."),
        *(Column(heading=f"limit {100.0 * limit:g} %" if limit < 1.0 else "no limit") for limit in LIMITS),
    )
    return Table(
        title="Largest G that is not rejected, and its feedback strength, by shape", columns=columns, rows=tuple(rows)
    )


def _falls_table(falls: "AfterFalls") -> Table:
    lags = zip(falls.mean.tolist(), falls.se.tolist(), strict=True)
    cells = [f"{1e4 * mean:+.1f} ±{1e4 * se:.1f}" for mean, se in lags]
    columns = (*(Column(heading=f"date {k + 1}") for k in range(len(cells))), Column(heading="all"))
    title = (
        "Mean move of USD/JPY on the business days after it fell by 2 % in five, bp; below 0 falls go on;"
        f" {falls.n_dates:,} dates, {falls.n_episodes:,} episodes, ± by quarters"
    )
    total = f"{1e4 * falls.total:+.1f} ±{1e4 * falls.total_se:.1f}"
    return Table(title=title, columns=columns, rows=((*cells, total),))


def _cohort_table(market: "Market", record: "LoopRecord") -> Table:
    """Return where the carry trades of the default shape are on the date."""
    from engine.market.loop_record import inferred_sales
    from engine.mechanisms.carry import Carry, shape_of

    shape = shape_of(Carry(source=""))
    found = inferred_sales(record.moves, shape)
    rows = (
        ("cohorts", f"{shape.cohorts}"),
        ("of them at a loss", f"{int((found.losses > 0.0).sum())}"),
        ("largest loss", f"{100.0 * float(found.losses.max()):.1f} %"),
        ("largest worst loss", f"{100.0 * float(found.worst.max()):.1f} %"),
        ("share of the stock that is stopped", f"{100.0 * float(shape.stopped(found.worst).mean()):.1f} %"),
        ("share of the stock that waits to be sold", f"{100.0 * found.waiting:.1f} %"),
    )
    columns = (Column(heading="carry trades", is_number=False), Column(heading="value"))
    return Table(title=f"Carry trades on {market.valuation_date}", columns=columns, rows=rows)
