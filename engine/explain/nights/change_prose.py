"""The paragraph that says what moved a tail measure from one night to another: sentences filled with the figures."""

import math
from collections.abc import Iterator

from engine.explain.amount_text import amount, listed
from engine.explain.nights.change import NightsChange
from engine.explain.nights.movers import AGEING, CORRELATIONS, CURVE, LAW, LEAD, PRICES, TRADES
from engine.explain.nights.pnl_explain import ScopePnl
from engine.explain.nights.tail_change import SIMULATION, ChangePart, TailChange
from engine.law.past.filtered import step_spans
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.registry import MEASURES

WORTH_SAYING = 0.05  # of all that raised the measure, or of all that lowered it: smaller parts stand in the table alone
MOST_PARTS = 4  # that a sentence names
BEYOND = 2.0  # errors: what lies within them is not told from nothing
TOTAL = "total"


def headline_of(change: NightsChange) -> TailChange:
    """Return the change that the paragraph is about: expected shortfall of the total at the highest confidence."""
    mine = [each for each in change.changes if (each.scope, each.measure) == (TOTAL, EXPECTED_SHORTFALL.key)]
    return max(mine, key=lambda each: each.confidence)


def prose(change: NightsChange) -> str:
    """Return the paragraph: how far the measure moved, what raised it, what lowered it, and the day's P&L.

    Parts of opposite signs cancel, and one of them can be larger than the whole change. So shares are of all that
    raised the measure and of all that lowered it, each by itself: none exceeds the whole.
    """
    return " ".join([*_moved(change), *_sides(change), *_rest(change), *_pnl(change)])


def _moved(change: NightsChange) -> Iterator[str]:
    whole, (first, second) = headline_of(change), change.nights
    label = f"{MEASURES[whole.measure].label} {100.0 * whole.confidence:.10g} %"
    days = "1 business day" if change.horizon_days == 1 else f"{change.horizon_days} business days"
    what = f"From {first} to {second} {label} of {change.scenario} over {days}"
    ends = f"{change.currency} {amount(whole.before.value)} to {amount(whole.after.value)}"
    by = amount(abs(whole.change), whole.change_se)
    if whole.change == 0.0:
        yield f"{what} did not move: it is {change.currency} {amount(whole.after.value)}."
    elif _is_beyond(whole.change, whole.change_se):
        yield f"{what} {'rose' if whole.change > 0.0 else 'fell'} by {by}, from {ends}."
    else:
        yield f"{what} went from {ends}: {by}, which is within its error of no change."


def _sides(change: NightsChange) -> Iterator[str]:
    """Say what raised the measure, and what lowered it, each with its share of that side."""
    parts = [part for part in headline_of(change).parts if part.key != SIMULATION.key]
    for word, sign in (("raised", 1.0), ("lowered", -1.0)):
        side = sorted((part for part in parts if sign * part.value > 0.0), key=lambda part: -abs(part.value))
        whole = math.fsum(abs(part.value) for part in side)
        named = [part for part in side if abs(part.value) >= WORTH_SAYING * whole and _is_beyond(part.value, part.se)]
        if named:
            words = [_part(change, part, whole) for part in named[:MOST_PARTS]]
            yield f"What {word} it, {amount(whole)} in all: {listed(words)}."


def _part(change: NightsChange, part: ChangePart, whole: float) -> str:
    share = f"{100.0 * abs(part.value) / whole:.0f} %"
    return f"{_name(change, part.key)} ({amount(abs(part.value), part.se)}, {share})"


def _name(change: NightsChange, key: str) -> str:
    """Return what moved, in words that need no table beside them."""
    label = next(mover.label for mover in change.movers if mover.key == key)
    if key.startswith(CURVE) and "+" not in key:
        return f"the move of the {label} curve"
    said = {
        AGEING: f"the passing of time{_spans(change)}",
        PRICES: f"the move of {label}",
        CORRELATIONS: "correlations and the table of past days",
        LEAD: f"the New York close of {change.nights[1]}, which Tokyo follows on the next day, in place of that of"
        f" {change.nights[0]}",
        TRADES: "trades",
        LAW: "the scenario's law and parameters",
    }
    return said.get(key, label)


def _spans(change: NightsChange) -> str:
    """Say where the horizon holds other weekdays: business days are few over holidays, but vols go by weekdays.

    A weekend is in neither; it only makes payments come nearer.
    """
    before, now = (f"{step_spans(night, change.horizon_days).sum():.0f}" for night in change.nights)
    if before == now:
        return ""
    return f", by which the horizon holds {now} weekdays in place of {before}, holidays on weekdays among them"


def _rest(change: NightsChange) -> Iterator[str]:
    """Say what is of the simulation, where it is more than a twentieth of the change."""
    whole = headline_of(change)
    rest = next(part for part in whole.parts if part.key == SIMULATION.key)
    if abs(rest.value) > WORTH_SAYING * abs(whole.change):
        error = "" if _is_beyond(rest.value, rest.se) else ", within its error of nothing"
        yield f"Paths and settings make {amount(rest.value, rest.se)} of it{error}."


def _pnl(change: NightsChange) -> Iterator[str]:
    """Say what the book gained or lost between the nights, of what, and what of the realised is not explained."""
    total = next((each for each in change.pnl.scopes if each.scope == TOTAL), None)
    if total is None or not change.pnl.days:
        return
    labels = {mover.key: mover.label for mover in change.pnl.movers}
    parts = {key: value for key, value in total.parts.items() if value}
    most = sorted(parts, key=lambda key: -abs(parts[key]))[:MOST_PARTS]
    words = [f"{labels[key]} {amount(parts[key])}" for key in most]
    of_what = f": {listed([*words, 'smaller parts'] if len(parts) > len(words) else words)}" if words else ""
    yield f"By full revaluation the book {_gained(total.explained)} in the meantime{of_what}.{_unexplained(total)}"


def _gained(value: float) -> str:
    return f"gained {amount(value)}" if value > 0.0 else f"lost {amount(-value)}" if value else "gained nothing"


def _unexplained(total: ScopePnl) -> str:
    if total.realised is None or total.unexplained is None:
        return ""
    return f" Realised was {amount(total.realised)}: {amount(total.unexplained)} is unexplained."


def _is_beyond(value: float, se: float) -> bool:
    return abs(value) > BEYOND * se
