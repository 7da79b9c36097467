"""The figures of one run in every scenario, and its VaR by night against what was realised."""

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from engine.report.earlier_nights import DatedTail, dated_tails
from engine.report.numbers import NONE, confidence_text
from engine.report.parts import Chart, Entry, Table, columns, table
from engine.report.pictures.exceptions import VarLine, exceptions
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
from engine.words.language import Text, listed, name_of, texts

LEAST_NIGHTS = 5  # that a line is drawn of

_FIGURES = Text("All books, in {unit}. Losses are positive for {measures}, gains for P&L; {errors}. {paired}{why}")
_SINCE, _CHANGE = texts("change since {night}", "change")
_YES, _NO = texts("yes", "no")
_NO_CHANGE = Text(" No change is given: {reason}.")
_HISTORY = Text("VaR by night and realised P&L")
_ONE_NIGHT = Text("This is the only night of the record with this run in full, at this horizon and currency.")
_HISTORY_ALT = Text("Minus {measure} at {level} on {nights} nights in {unit}; {n} of {compared} losses exceed it.")
_HISTORY_CAPTION = Text("Amounts in {unit}; P&L gains positive; {errors}.")
_LEFT_OUT = Text("Left out: {n} nights on which books were missing, or the horizon or currency was another.")
_LONGER = Text("VaR here is over {days} business days: no P&L realised over one day is held against it.")
_NOT_REALISED = Text("No realised P&L is at hand for these nights.")
_ONE_EXCEPTION = Text(
    "{n} exception on {compared} nights compared; at {level} {expected} are expected. A night's VaR is held against the"
    " P&L realised by the next business day."
)
_EXCEPTIONS = Text(
    "{n} exceptions on {compared} nights compared; at {level} {expected} are expected. A night's VaR is held against"
    " the P&L realised by the next business day."
)


def figures(sheet: Sheet) -> Table:
    """Show every measure of the sum over books in every scenario, with errors and changes."""
    found = scenario_rows(sheet)
    since = _SINCE.format(night=sheet.past.last) if sheet.before.run else str(_CHANGE)
    labels = [measure.label for measure in sheet.measures]
    measured = [heading for label in labels for heading in (label, since)]
    heads = columns(
        *texts("scenario", "confidence"), *measured, *texts("P&L by the shock alone", "mean P&L", "backtest")
    )
    caption = _FIGURES.format(
        unit=sheet.scale.unit,
        measures=listed(labels),
        errors=errors_in_words(sheet),
        paired=str(PAIRED).strip(),
        why="" if sheet.before.run else _NO_CHANGE.format(reason=sheet.before.reason),
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
    if len(days) < 2:
        return nothing(sheet, "history", _HISTORY, _ONE_NIGHT)
    scale = sheet.scale
    drawn = [each for each in days if finite(each.tail.of(VALUE_AT_RISK).value)]
    compared = [each for each in days if each.realised]
    n = sum(each.is_exception for each in compared)
    left = len(sheet.past.runs[sheet.run.name]) + 1 - len(days)
    alt = _HISTORY_ALT.format(
        measure=VALUE_AT_RISK.label, level=sheet.level, nights=len(days), unit=scale.unit, n=n, compared=len(compared)
    )
    heads = columns(*texts("night", "VaR", "realised on", "realised P&L", "loss exceeds VaR"))
    rows: list[list[Entry]] = [
        [
            str(each.night),
            tail_entry(scale, each.tail, VALUE_AT_RISK),
            str(each.realised.valuation_date) if each.realised else "",
            scale.amount(each.realised.pnl) if each.realised else NONE,
            (_YES if each.is_exception else _NO) if each.realised else "",
        ]
        for each in reversed(days)
    ]
    return Chart(
        key=sheet.key("history"),
        title=_HISTORY,
        alt=alt,
        svg=_history_picture(sheet, alt, drawn) if len(drawn) >= LEAST_NIGHTS else "",
        table=table(_HISTORY_CAPTION.format(unit=scale.unit, errors=errors_in_words(sheet)), heads, rows),
        lead=_history_lead(sheet, len(compared), n),
        note=_LEFT_OUT.format(n=left) if left else "",
        is_wide=True,
    )


def _history_picture(sheet: Sheet, alt: str, days: Sequence[DatedTail]) -> Markup:
    scale = sheet.scale
    pnl = [each.realised.pnl if each.realised else math.nan for each in days]
    at_risk = np.array([each.tail.of(VALUE_AT_RISK).value for each in days]) / scale.divisor
    mine = VarLine(
        label=name_of(sheet.main.scenario), colour=sheet.colour_of(sheet.main.scenario), value_at_risk=at_risk
    )
    return exceptions(
        alt,
        np.array([each.night for each in days], "datetime64[D]"),
        np.array(pnl) / scale.divisor,
        [mine],
        [each.is_exception for each in days],
        [scale.plain(value, signed=True) for value in pnl],
    )


def _history_lead(sheet: Sheet, n_compared: int, n: int) -> str:
    horizon = sheet.run.manifest["facts"]["horizon_days"]
    if horizon != 1:
        return _LONGER.format(days=horizon)
    if not n_compared:
        return str(_NOT_REALISED)
    expected = round((1.0 - sheet.confidence) * n_compared, 6)
    said = _ONE_EXCEPTION if n == 1 else _EXCEPTIONS
    return said.format(n=n, compared=n_compared, level=sheet.level, expected=f"{expected:g}")
