"""Scenarios laid under laws: the same shocks, with factors that move by one law and by another."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.errors import InputError
from engine.market.market import Market
from engine.mechanisms.law import ALL, GAUSSIAN, LAW_KINDS, MOST_DAYS, LawKind, Way, lacking, way_of
from engine.mechanisms.loop import loop_verdict
from engine.mechanisms.registry import mechanisms_on
from engine.mechanisms.unwind import Unwind
from engine.risk.standing import Standing
from engine.scenario.scenario import LONGEST_TITLE, Scenario

NOTHING = "base"  # the scenario without a change: under a law it has the law's name


def under_laws(scenarios: Iterable[Scenario], laws: Sequence[str]) -> tuple[Scenario, ...]:
    """Return each scenario under each law, the laws of one scenario together; as they are where there are no laws.

    Raises
    ------
    InputError
        A scenario says itself how factors move.
    """
    found = tuple(scenarios)
    return tuple(_under(scenario, law) for scenario in found for law in laws) if laws else found


def laws_for(laws: Sequence[str], market: Market, horizon_days: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return laws by name, "all" being every one that the market has for the horizon; and why the others are not.

    Raises InputError where the market lacks a law that was named.
    """
    if ALL not in laws:
        for name in laws:
            if why := _lacking(LAW_KINDS[name], market, horizon_days):
                raise InputError(f"--law {name}: {why[0]}")
        return tuple(laws), ()
    reasons = {name: _lacking(kind, market, horizon_days) for name, kind in LAW_KINDS.items()}
    left = {name: why for name, why in reasons.items() if why}
    names: dict[str, list[str]] = {}  # by the reason
    for name, why in left.items():
        names.setdefault(why[0], []).append(name)
    notes = tuple(f"--law all leaves out {', '.join(each)}: {why}" for why, each in names.items())
    return tuple(name for name in reasons if name not in left), notes


def law_groups(scenarios: Sequence[Scenario]) -> tuple[dict[str, str], ...]:
    """Return groups of scenarios that differ by their law alone, each as law -> scenario.

    Of scenarios that are alike in all, each is in a group of its own. One with mechanisms beside its law is in none.
    """
    groups: dict[tuple[object, ...], list[dict[str, str]]] = {}
    for each in scenarios:
        if each.unwind is not None and _mechanisms(each):
            continue
        law = GAUSSIAN if each.unwind is None or each.unwind.law is None else each.unwind.law
        key = (each.shocks, each.vol_multipliers, each.correlations, each.repair_correlation, each.followers)
        alike = groups.setdefault(key, [])
        if (group := next((group for group in alike if law not in group), None)) is None:
            alike.append(group := {})
        group[law] = each.name
    return tuple(group for alike in groups.values() for group in alike)


def standing_of(scenario: Scenario, market: Market | None = None) -> Standing:
    """Return whether a scenario is a stress, whose backtest is its own, and what a market's record says of its loop."""
    alone = law_groups([scenario])
    law = next(iter(alone[0])) if alone else None
    by_law = way_of(scenario.unwind) is Way.STRESS
    return Standing(is_stress=scenario.stress or by_law, law=law, loop=_of_loop(scenario, market))


def _of_loop(scenario: Scenario, market: Market | None) -> str:
    unwind = scenario.unwind
    if unwind is None or unwind.carry is None or market is None or market.filtered is None:
        return ""
    record = market.filtered.loop
    return "" if record is None else loop_verdict(unwind.carry, unwind.impact, record)


def _under(scenario: Scenario, law: str) -> Scenario:
    if scenario.unwind is not None:
        own = [*([f"law {scenario.unwind.law!r}"] if scenario.unwind.law else []), *_mechanisms(scenario)]
        raise InputError(
            f"--law: scenario {scenario.name!r} says itself how factors move, by {', '.join(own)}: take it without"
            " --law, or leave it out; --law goes with scenarios of shocks and vol multipliers, such as article-2025"
        )
    if scenario.correlations and law != GAUSSIAN:
        raise InputError(
            f"--law: scenario {scenario.name!r} has correlations of its own, and laws of past days take theirs from the"
            " past: take it without --law, or a scenario of shocks and vol multipliers, such as article-2025"
        )
    return replace(
        scenario,
        name=law if scenario.name == NOTHING else f"{scenario.name.replace('/', '-')}/{law}",
        title=f"{scenario.title}, law {law}"[:LONGEST_TITLE],
        unwind=None if law == GAUSSIAN else Unwind(law=law),
    )


def _mechanisms(scenario: Scenario) -> list[str]:
    """Return the keys of what a scenario has beside its law."""
    if scenario.unwind is None:
        return []
    return [mechanism.key for mechanism, _ in mechanisms_on(scenario.unwind) if mechanism.key != "law"]


def _lacking(kind: LawKind, market: Market, horizon_days: int) -> Sequence[str]:
    if kind.way in (Way.WINDOWS, Way.STRESS) and horizon_days > MOST_DAYS:
        return (f"plain history overlaps windows of {MOST_DAYS} days at most, got a horizon of {horizon_days}",)
    return lacking(kind, market)
