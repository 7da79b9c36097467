"""The paragraph that says what moved a tail measure from one night to another: sentences filled with the figures."""

import math
from collections.abc import Iterator

from engine.explain.amount_text import amount, money
from engine.explain.nights.change import NightsChange
from engine.explain.nights.movers import AGEING, CORRELATIONS, CURVE, LAW, LEAD, PRICES, TRADES
from engine.explain.nights.tail_change import SIMULATION, ChangePart, TailChange
from engine.law.past.filtered import step_spans
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.registry import MEASURES
from engine.words.language import Text, listed, name_of, sentences, texts

WORTH_SAYING = 0.05  # of all that raised the measure, or of all that lowered it: smaller parts stand in the table alone
MOST_PARTS = 4  # that a sentence names
BEYOND = 2.0  # errors: what lies within them is not told from nothing
TOTAL = "total"

_ONE_DAY, _DAYS = texts("1 business day", "{n} business days")
_WHAT = Text("From {first} to {second} {measure} of {scenario} over {days}")
_STOOD = Text("{what} did not move: it is {after}.")
_ROSE, _FELL = texts("{what} rose by {by}, from {before} to {after}.", "{what} fell by {by}, from {before} to {after}.")
_UNSURE = Text("{what} went from {before} to {after}: {by}, which is within its error of no change.")
_RAISED = Text("What raised it, {whole} in all: {parts}.")
_LOWERED = Text("What lowered it, {whole} in all: {parts}.")
_PART = Text("{name} ({amount}, {share})")
_CURVE_MOVE, _PRICE_MOVE = texts("the move of the {name} curve", "the move of {name}")
_TIME, _CORRELATIONS = texts("the passing of time", "correlations and the table of past days")
_TIME_AND_SPANS = Text(
    "the passing of time, by which the horizon holds {now} weekdays in place of {before}, holidays on weekdays among"
    " them"
)
_LEAD = Text("the New York close of {second}, which Tokyo follows on the next day, in place of that of {first}")
_TRADES, _LAW = texts("trades", "the scenario's law and parameters")
_SETTINGS = Text("Paths and settings make {amount} of it.")
_SETTINGS_UNSURE = Text("Paths and settings make {amount} of it, within its error of nothing.")
_PNL = Text("By full revaluation the book {gained} in the meantime.")
_PNL_OF = Text("By full revaluation the book {gained} in the meantime: {parts}.")
_GAINED, _LOST, _NOTHING = texts("gained {amount}", "lost {amount}", "gained nothing")
_SMALLER, _MADE = texts("smaller parts", "{name} {amount}")
_REALISED = Text("Realised was {realised}: {unexplained} is unexplained.")


def headline_of(change: NightsChange) -> TailChange:
    """Return the change that the paragraph is about: expected shortfall of the total at the highest confidence."""
    mine = [each for each in change.changes if (each.scope, each.measure) == (TOTAL, EXPECTED_SHORTFALL.key)]
    return max(mine, key=lambda each: each.confidence)


def prose(change: NightsChange) -> str:
    """Return the paragraph: how far the measure moved, what raised it, what lowered it, and the day's P&L.

    Parts of opposite signs cancel, and one of them can be larger than the whole change. So shares are of all that
    raised the measure and of all that lowered it, each by itself: none exceeds the whole.
    """
    return sentences(*_moved(change), *_sides(change), *_rest(change), *_pnl(change))


def _moved(change: NightsChange) -> Iterator[str]:
    whole, (first, second) = headline_of(change), change.nights
    what = _WHAT.format(
        first=first,
        second=second,
        measure=f"{MEASURES[whole.measure].label} {100.0 * whole.confidence:.10g} %",
        scenario=name_of(change.scenario),
        days=str(_ONE_DAY) if change.horizon_days == 1 else _DAYS.format(n=change.horizon_days),
    )
    ends = {"before": money(change.currency, whole.before.value), "after": money("", whole.after.value)}
    by = amount(abs(whole.change), whole.change_se)
    if whole.change == 0.0:
        yield _STOOD.format(what=what, after=money(change.currency, whole.after.value))
    elif _is_beyond(whole.change, whole.change_se):
        yield (_ROSE if whole.change > 0.0 else _FELL).format(what=what, by=by, **ends)
    else:
        yield _UNSURE.format(what=what, by=by, **ends)


def _sides(change: NightsChange) -> Iterator[str]:
    """Say what raised the measure, and what lowered it, each with its share of that side."""
    parts = [part for part in headline_of(change).parts if part.key != SIMULATION.key]
    for said, sign in ((_RAISED, 1.0), (_LOWERED, -1.0)):
        side = sorted((part for part in parts if sign * part.value > 0.0), key=lambda part: -abs(part.value))
        whole = math.fsum(abs(part.value) for part in side)
        named = [part for part in side if abs(part.value) >= WORTH_SAYING * whole and _is_beyond(part.value, part.se)]
        if named:
            words = [_part(change, part, whole) for part in named[:MOST_PARTS]]
            yield said.format(whole=amount(whole), parts=listed(words))


def _part(change: NightsChange, part: ChangePart, whole: float) -> str:
    share = f"{100.0 * abs(part.value) / whole:.0f} %"
    return _PART.format(name=_name(change, part.key), amount=amount(abs(part.value), part.se), share=share)


def _name(change: NightsChange, key: str) -> str:
    """Return what moved, in words that need no table beside them."""
    label = name_of(next(mover.label for mover in change.movers if mover.key == key))
    if key.startswith(CURVE) and "+" not in key:
        return _CURVE_MOVE.format(name=label)
    first, second = change.nights
    said = {
        AGEING: _time(change),
        PRICES: _PRICE_MOVE.format(name=label),
        CORRELATIONS: str(_CORRELATIONS),
        LEAD: _LEAD.format(first=first, second=second),
        TRADES: str(_TRADES),
        LAW: str(_LAW),
    }
    return said.get(key, label)


def _time(change: NightsChange) -> str:
    """Say where the horizon holds other weekdays: business days are few over holidays, but vols go by weekdays.

    A weekend is in neither; it only makes payments come nearer.
    """
    before, now = (f"{step_spans(night, change.horizon_days).sum():.0f}" for night in change.nights)
    return str(_TIME) if before == now else _TIME_AND_SPANS.format(now=now, before=before)


def _rest(change: NightsChange) -> Iterator[str]:
    """Say what is of the simulation, where it is more than a twentieth of the change."""
    whole = headline_of(change)
    rest = next(part for part in whole.parts if part.key == SIMULATION.key)
    if abs(rest.value) > WORTH_SAYING * abs(whole.change):
        said = _SETTINGS if _is_beyond(rest.value, rest.se) else _SETTINGS_UNSURE
        yield said.format(amount=amount(rest.value, rest.se))


def _pnl(change: NightsChange) -> Iterator[str]:
    """Say what the book gained or lost between the nights, of what, and what of the realised is not explained."""
    total = next((each for each in change.pnl.scopes if each.scope == TOTAL), None)
    if total is None or not change.pnl.days:
        return
    labels = {mover.key: name_of(mover.label) for mover in change.pnl.movers}
    parts = {key: value for key, value in total.parts.items() if value}
    most = sorted(parts, key=lambda key: -abs(parts[key]))[:MOST_PARTS]
    words = [_MADE.format(name=labels[key], amount=amount(parts[key])) for key in most]
    words += [str(_SMALLER)] if len(parts) > len(words) else []
    gained = _gained(total.explained)
    yield _PNL_OF.format(gained=gained, parts=listed(words)) if words else _PNL.format(gained=gained)
    if total.realised is not None and total.unexplained is not None:
        yield _REALISED.format(realised=amount(total.realised), unexplained=amount(total.unexplained))


def _gained(value: float) -> str:
    said = _GAINED if value > 0.0 else _LOST if value else _NOTHING
    return said.format(amount=amount(abs(value)))


def _is_beyond(value: float, se: float) -> bool:
    return abs(value) > BEYOND * se
