"""Factors of a book on which a scenario is silent: while it moves others, these follow the market's law alone."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.unwind import Unwind
from engine.scenario.followers import with_followers
from engine.scenario.left_fx import where_dollar_moves, where_moved
from engine.scenario.scenario import Scenario, ShockKind, findings_of

_BUNDLED = Path(__file__).parent / "bundled"
MOST_NAMES = 4  # of one curve that a note lists; of more, the first and the last


def silent_notes(scenarios: Sequence[Scenario], market: Market, used: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a note for each kind of factors that a book uses and a scenario that moves others says nothing of.

    What bundled scenarios leave out is one note for all of them: nobody here can write anything into their files.

    used   factors by kind, as `engine.book.used_factors.used_factors` returns them
    """
    notes, bundled = list[str](), dict[str, list[str]]()  # of bundled ones: by the factors left out
    for scenario in scenarios:
        where, silent = _silent(scenario, market, used)
        if silent and _is_bundled(scenario):
            bundled.setdefault(", ".join(map(_listed, silent.values())), []).append(scenario.name)
        elif silent:
            findings = findings_of(scenario)
            words = _of_rows if scenario.unwind is not None and scenario.unwind.rows else _of_all
            for kind, names in silent.items():
                findings.note(where, words(scenario.name, kind, _listed(names)))
            notes += findings.notes()
    if bundled:
        places = (f"{factors} in {', '.join(names)}" for factors, names in bundled.items())
        notes.append(f"bundled scenarios leave factors of the book to the market's own law: {'; '.join(places)}")
    return tuple(notes)


def _silent(
    scenario: Scenario, market: Market, used: Mapping[str, Sequence[str]]
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the place by which a scenario moves a market, and by kind the factors that it leaves out."""
    whole = with_followers(scenario, market)
    unwind = whole.unwind or Unwind()
    where = next((place for factor in market.factors for place in _moves(whole, unwind, factor.name)), None)
    if where is None or where == "carry" or unwind.bridge is not None:
        return "", {}  # stops are of USD/JPY by what they are; a bridge moves every factor by its regression
    filled = _filled(whole, market)
    silent = {
        kind: tuple(name for name in names if name not in filled and not any(_speaks_of(whole, unwind, name)))
        for kind, names in used.items()
    }
    return where, {kind: names for kind, names in silent.items() if names}


def _is_bundled(scenario: Scenario) -> bool:
    return scenario.origin is not None and Path(scenario.origin.path).is_relative_to(_BUNDLED)


def _of_all(scenario: str, kind: str, silent: str) -> str:
    return (
        f"{scenario} says nothing of the book's {kind} {silent}: they follow the market's own law alone; give them"
        f" shocks, jumps or drifts{', or `followers`' if kind != 'yields' else ''}"
    )


def _of_rows(scenario: str, kind: str, silent: str) -> str:
    return (
        f"the rows of {scenario} do not name the book's {kind} {silent}: they stand still but for the market's own law,"
        " where it holds them by their regression on the rows; give them"
        f" {'' if kind == 'yields' else '`row_followers`, '}shocks, jumps or drifts"
    )


def _moves(scenario: Scenario, unwind: Unwind, name: str) -> Iterator[str]:
    """Yield the places of a scenario that move a factor."""
    yield from where_dollar_moves(scenario, unwind) if name == USDJPY else where_moved(scenario, unwind, name)
    sells = bool(unwind.repatriation or unwind.scheduled_sales or unwind.intervention)
    if unwind.impact is not None and sells:
        yield from ("impact.shape" for glob, size in unwind.impact.shape if size and fnmatchcase(name, glob))


def _filled(scenario: Scenario, market: Market) -> set[str]:
    """Return the pillars of curves with a target: those that no shock names move by interpolation."""
    targets = [shock.factor for shock in scenario.shocks if shock.kind is ShockKind.TARGET]
    rates = [factor for factor in market.factors if factor.curve is not None]
    curves = {factor.curve for factor in rates if any(fnmatchcase(factor.name, glob) for glob in targets)}
    return {factor.name for factor in rates if factor.curve in curves}


def _speaks_of(scenario: Scenario, unwind: Unwind, name: str) -> Iterator[bool]:
    yield from (True for _ in _moves(scenario, unwind, name))
    if unwind.carry is not None and unwind.impact is not None:
        yield from (True for follower, _ in unwind.impact.followers if follower == name)
    of_regimes = [each for regime in unwind.regimes for each in regime.vol_multipliers]
    yield from (True for glob, _ in (*scenario.vol_multipliers, *of_regimes) if fnmatchcase(name, glob))


def _listed(names: Sequence[str]) -> str:
    """Return names in a list; pillars of a curve, where they are many, from the first to the last."""
    curves: dict[str, list[str]] = {}
    for name in names:
        curves.setdefault(name.rpartition("_")[0] or name, []).append(name)
    groups = curves.values()
    return ", ".join(", ".join(each) if len(each) <= MOST_NAMES else f"{each[0]} to {each[-1]}" for each in groups)
