"""A run's limits on its page: the nearest to its breach on each scenario's line, the others in a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.words.language import Text, name_of, sentences, texts

if TYPE_CHECKING:
    from engine.record.read import LimitUse

USED = Text("limit {amount}, {use} used")
OTHER_USED = Text("{measure} limit {amount}, {use} used")
BREACHED_USE = Text("{used}: {breach}")
SOFT_BREACH, HARD_BREACH = texts("SOFT BREACH", "HARD BREACH")
TITLE = Text("Other limits")
OF_AMOUNT, WITH_UNIT, REASON = texts("{value} of {amount} {unit}", "{amount} {unit}", "{limit}: {reason}.")
_LIMIT, _USE, _STATE, _AMOUNT, _ON = texts("limit", "use", "state", "amount", "on")


def nearest_use(uses: "Sequence[LimitUse]", scenario: str, scope: str) -> "LimitUse | None":
    """Return the limit on a measure of one scenario and scope that is nearest to its breach, or furthest beyond it."""
    mine = [each for each in uses if (each.scenario, each.scope) == (scenario, scope) and each.confidence]
    return max((each for each in mine if each.use is not None), key=lambda each: each.use or 0.0, default=None)


def use_words(use: "LimitUse", unit: Scale, measure: str, confidence: float) -> str:
    """Return a limit's use: "limit 16.0, 95 % used"; of another measure or confidence than these with its name."""
    names = [] if (use.measure, use.confidence) == (measure, confidence) else [use.measure]
    names += [render.percent(use.confidence)] if use.confidence and use.confidence != confidence else []
    words = OTHER_USED if names else USED
    said = words.format(measure=" ".join(names), amount=unit.amount(use.amount), use=render.percent(use.use or 0.0, 0))
    return BREACHED_USE.format(used=said, breach=breach_word(use)) if is_breached(use) else said


def is_breached(use: "LimitUse") -> bool:
    """Return whether the figure is above the limit."""
    from engine.record.read import BREACHED

    return use.state == BREACHED


def breach_word(use: "LimitUse") -> str:
    """Return the word of a breach, which has a colour: "SOFT BREACH"."""
    return str(HARD_BREACH if use.severity == "hard" else SOFT_BREACH)


def limits_table(uses: "Sequence[LimitUse]") -> Table:
    """Lay out limits: state and use, the figure of the amount in the limit's currency, and on what."""
    columns = (
        Column(heading=str(_LIMIT), is_number=False),
        Column(heading=str(_USE)),
        Column(heading=str(_STATE), is_number=False),
        Column(heading=str(_AMOUNT), is_number=False),
        Column(heading=str(_ON), is_number=False),
    )
    reasons = (REASON.format(limit=each.name, reason=each.reason) for each in uses if each.reason)
    return Table(title=str(TITLE), columns=columns, rows=[_row(each) for each in uses], footnote=sentences(*reasons))


def _row(each: "LimitUse") -> list[str]:
    unit = render.scale(each.currency, [each.value, each.amount])
    label = f"{each.measure} {render.percent(each.confidence)}" if each.confidence else each.measure
    names = (each.curve or "", each.scenario or "", each.scope.removeprefix("book:"))
    place = " ".join([label, *(name_of(name) for name in names if name)])
    state = breach_word(each) if is_breached(each) else name_of(each.state)
    if each.value is None or each.use is None:
        amount = WITH_UNIT.format(amount=unit.amount(each.amount), unit=unit.unit)
        return [each.name, NOT_APPLICABLE, state, amount, place]
    amounts = OF_AMOUNT.format(value=unit.amount(each.value), amount=unit.amount(each.amount), unit=unit.unit)
    return [each.name, render.percent(each.use, 0), state, amounts, place]
