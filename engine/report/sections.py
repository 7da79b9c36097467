"""The figures of one run in every scenario, and its VaR by night against what was realised."""

from engine.report.earlier_nights import DatedTail, dated_tails
from engine.report.numbers import NONE, Scale, confidence_text
from engine.report.parts import Chart, Entry, Table, columns, listed, table
from engine.report.pictures import charts
from engine.report.sheet import (
    ALL_BOOKS,
    PAIRED,
    Sheet,
    backtest_text,
    errors_in_words,
    finite,
    measured_entries,
    nothing,
    scenario_text,
    tail_entry,
)
from engine.risk.measures.value_at_risk import VALUE_AT_RISK


def figures(sheet: Sheet) -> Table:
    """Show every measure of the sum over books in every scenario, with errors and changes."""
    found = scenario_rows(sheet)
    since = f"change since {sheet.past.last}" if sheet.before.run else "change"
    labels = [measure.label for measure in sheet.measures]
    measured = [heading for label in labels for heading in (label, since)]
    heads = columns("scenario", "confidence", *measured, "P&L by the shock alone", "mean P&L", "backtest")
    why = "" if sheet.before.run else f" No change is given: {sheet.before.reason}."
    caption = (
        f"All books, in {sheet.scale.unit}. Losses are positive for {listed(labels)}, gains for P&L; "
        f"{errors_in_words(sheet)}. {PAIRED}{why}"
    )
    return table(caption, heads, found)


def scenario_rows(sheet: Sheet) -> list[list[Entry]]:
    """Return the rows of `figures`."""
    scale = sheet.scale
    rows: list[list[Entry]] = []
    for result in sheet.run.results:
        if result.scope not in ALL_BOOKS:
            continue
        for tail in result.measures:
            rows.append(
                [
                    scenario_text(sheet, result),
                    confidence_text(tail.confidence),
                    *measured_entries(sheet, result, tail, sheet.measures),
                    scale.amount(result.shock_pnl),
                    scale.estimate(result.mean, result.mean_se),
                    backtest_text(sheet, result.scenario),
                ]
            )
    return rows


def history(sheet: Sheet) -> Chart:
    """Show VaR by night against realised P&L."""
    days = dated_tails(sheet.past, sheet.run, sheet.main, sheet.tail, sheet.night)
    title = "VaR history and realised P&L"
    if len(days) < 2:
        why = "This is the only night of the record with this run in full, at this horizon and currency."
        return nothing(sheet, "history", title, why)
    scale = sheet.scale
    drawn = [_day(each, scale) for each in days if finite(each.tail.of(VALUE_AT_RISK).value)]
    compared = [each for each in days if each.realised]
    n = sum(each.is_exception for each in compared)
    note = _history_note(sheet, len(compared), n)
    if left := len(sheet.past.runs[sheet.run.name]) + 1 - len(days):
        note += f" Left out: {left} nights on which books were missing, or the horizon or currency was another."
    alt = f"Minus VaR at {sheet.level} on {len(days)} nights in {scale.unit}; {n} of {len(compared)} losses exceed it."
    heads = columns("night", "VaR", "realised on", "realised P&L", "loss exceeds VaR")
    rows: list[list[Entry]] = [
        [
            str(each.night),
            tail_entry(scale, each.tail, VALUE_AT_RISK),
            str(each.realised.valuation_date) if each.realised else "",
            scale.amount(each.realised.pnl) if each.realised else NONE,
            ("yes" if each.is_exception else "no") if each.realised else "",
        ]
        for each in reversed(days)
    ]
    key = sheet.key("history")
    svg = charts.history(key, alt, drawn, scale.unit) if len(drawn) > 1 else ""
    numbers = table(f"Amounts in {scale.unit}; P&L gains positive; {errors_in_words(sheet)}.", heads, rows)
    return Chart(key=key, title=title, alt=alt, svg=svg, table=numbers, note=note)


def _day(each: DatedTail, scale: Scale) -> charts.Day:
    """Turn a night into the unit that is shown; an end of the interval that is not bounded is drawn at VaR."""
    var = each.tail.of(VALUE_AT_RISK)
    low, high = (end if finite(end) else var.value for end in (var.low, var.high))
    return charts.Day(
        night=each.night,
        value_at_risk=var.value / scale.divisor,
        low=low / scale.divisor,
        high=high / scale.divisor,
        pnl=each.realised.pnl / scale.divisor if each.realised else None,
        is_exception=each.is_exception,
    )


def _history_note(sheet: Sheet, n_compared: int, n: int) -> str:
    horizon = sheet.run.manifest["facts"]["horizon_days"]
    if horizon != 1:
        return f"VaR here is over {horizon} business days: no P&L realised over one day is held against it."
    if not n_compared:
        return "No realised P&L is at hand for these nights."
    expected = round((1.0 - sheet.confidence) * n_compared, 6)
    plural = "exception" if n == 1 else "exceptions"
    return (
        f"{n} backtest {plural} on {n_compared} nights compared; at {sheet.level} {expected:g} are expected. A night's "
        "VaR is held against the P&L realised by the next business day."
    )
