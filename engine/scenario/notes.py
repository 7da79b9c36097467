"""Notes on scenarios that need no market: days, horizons and tails that are far, impact, the loop's gain."""

from collections.abc import Sequence

from engine.mechanisms.law import takes_mechanisms
from engine.mechanisms.loop import loop_gain
from engine.mechanisms.parameters.parameter import DAYS, parameters
from engine.mechanisms.unwind import Unwind, placed_parts
from engine.scenario.scenario import Scenario, findings_of

LONG_DAYS = 60  # beyond, the far tails of a filtered law are no market's: docs/concepts/laws.md
FAR_CONFIDENCE = 0.999
_SELL_ON = ("carry", "repatriation")  # mechanisms that sell as paths go on, and buy nothing back


def horizon_notes(scenario: Scenario, horizon_days: int) -> tuple[str, ...]:
    """Return a note on every day of a scenario that lies beyond the horizon, and on a horizon too long for its law.

    What lies on such a day never comes.
    """
    findings = findings_of(scenario)
    days = [(f"shocks[{i + 1}].day", shock.day) for i, shock in enumerate(scenario.shocks)]
    for at, part in placed_parts(scenario.unwind or Unwind()):
        dated = [name for name, declared in parameters(type(part)).items() if declared.unit == DAYS]
        days += [(f"{at}{name}", getattr(part, name)) for name in dated]
    for where, day in days:
        if day is not None and day > horizon_days:
            findings.note(where, f"day {day} lies beyond the horizon of {horizon_days} business days: it never comes")
    if horizon_days > LONG_DAYS and scenario.unwind is not None and _goes_along(scenario.unwind):
        findings.note(
            "law",
            f"over {horizon_days} business days variances of law {scenario.unwind.law!r} have no mean to return to: its"
            " 99.9 %, and means and standard deviations of prices, are no market's; docs/concepts/laws.md",
        )
    n_rows = len(scenario.unwind.rows) if scenario.unwind is not None else 0
    if 0 < n_rows < horizon_days:
        findings.note(
            "rows",
            f"{scenario.name} draws from {n_rows} past days over {horizon_days} business days: what it is of did not"
            " last so long",
        )
    sellers = [key for key in _SELL_ON if scenario.unwind is not None and scenario.unwind.part(key) is not None]
    if horizon_days > LONG_DAYS and sellers:
        findings.note(
            sellers[0],
            f"over {horizon_days} business days {' and '.join(sellers)}: what is sold is never bought back, so that"
            " USD/JPY drifts down and Treasury yields up: no market does so for long",
        )
    return findings.notes()


def far_tail_notes(scenarios: Sequence[Scenario], horizon_days: int, confidences: Sequence[float]) -> tuple[str, ...]:
    """Return the note on figures so far out that a law of past days has a longer tail of USD/JPY than the record."""
    laws = [each.unwind.law for each in scenarios if each.unwind is not None and _goes_along(each.unwind)]
    if not laws or horizon_days == 1 or max(confidences) < FAR_CONFIDENCE:
        return ()
    names = ", ".join(dict.fromkeys(filter(None, laws)))
    return (
        f"at {FAR_CONFIDENCE:.1%} and beyond the tail of USD/JPY under law {names} is longer than the record's: of"
        " filtered's ten-day moves 0.1 % fall by 9.6 % or more, of the record's since 2003 by 6.8 % (95 % interval 6.1"
        " to 8.3); at 97.5 and 99 % they agree: docs/concepts/laws.md",
    )


def impact_notes(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Return which studies the impact on Treasuries is drawn from, with figures and weights: each list of them once."""
    names: dict[str, list[str]] = {}
    for each in scenarios:
        impact = each.unwind.impact if each.unwind is not None and _sells_treasuries(each.unwind) else None
        if impact is not None:
            total = sum(study.weight for study in impact.studies)
            studies = "; ".join(f"{study.words()}, {study.weight / total:.0%}" for study in impact.studies)
            text = f"USD 100 bn of Treasuries sold add to the 5-year yield: {studies}; any sales: {impact.cap_bp:g} bp"
            names.setdefault(text, []).append(each.name)
    return tuple(f"{', '.join(who)}: {text}" for text, who in names.items())


def _goes_along(unwind: Unwind) -> bool:
    """Say whether variances go along with the path: they do not by a scenario's own rows."""
    return takes_mechanisms(unwind) and not unwind.rows


def _sells_treasuries(unwind: Unwind) -> bool:
    return bool(unwind.intervention or unwind.repatriation or unwind.scheduled_sales)


def loop_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return the note that a scenario's loop of carry stops and USD/JPY feeds itself, where its gain is 1 or more."""
    unwind = scenario.unwind
    if unwind is None or unwind.carry is None or unwind.impact is None:
        return ()
    gain = loop_gain(unwind.carry, unwind.impact)
    note = (
        f"{scenario.name}: its feedback strength in USD/JPY is {gain:.3g}: sales feed on themselves until a limit stops"
        " them"
    )
    return (note,) if gain >= 1.0 else ()
