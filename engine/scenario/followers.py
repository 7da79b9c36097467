"""A scenario with what follows its USD/JPY written out: shocks, jumps and drifts of the prices and vols of a market.

Whatever a scenario moves USD/JPY by itself, at once, on a day, by a jump, by a drift or by a cap's end,
moves a follower that the same shock, jump, spill or table of drifts does not name by its beta times the move of
ln USD/JPY; so do sales of stopped carry trades, which a path makes. Moves of the law itself do not: in them equities
and vols have their correlations or loadings. Nor do interventions and Treasuries sold.
"""

import math
from dataclasses import replace
from fnmatch import fnmatchcase

from engine.errors import did_you_mean
from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.sizes import Sizes, values
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario, Shock, ShockKind


def with_followers(scenario: Scenario, market: Market) -> Scenario:
    """Return the scenario with the moves of its followers that the market has; itself where it names none."""
    names = [factor.name for factor in market.factors]
    betas = tuple(zip(names, values(scenario.followers, names).tolist(), strict=True))
    found = tuple((name, beta) for name, beta in betas if beta != 0.0 and name != USDJPY)
    if not found or USDJPY not in names:
        return scenario
    return replace(
        scenario,
        shocks=(*scenario.shocks, *_shocks(scenario.shocks, market.usdjpy, found)),
        unwind=scenario.unwind and _unwind(scenario.unwind, found),
    )


def note_missing_followers(scenario: Scenario, market: Market, findings: Findings) -> None:
    """Note each follower of a user's own table that the market lacks: a price of another market, or a word mistyped."""
    names = [factor.name for factor in market.factors]
    own = scenario.followers if scenario.followers_name is None else ()
    for glob, _ in own:
        if not any(fnmatchcase(name, glob) for name in names):
            hint = did_you_mean(glob, names)
            findings.note(key_of("followers", glob), f"the market has no factor {glob}, and nothing follows{hint}")


def _shocks(shocks: tuple[Shock, ...], start: float, betas: Sizes) -> list[Shock]:
    """Return relative shocks of the followers, for each day that has one on USD/JPY, and for those at once."""
    made = []
    for day in dict.fromkeys(shock.day for shock in shocks):
        mine = [shock for shock in shocks if shock.day == day]
        level = start
        for shock in mine:
            if fnmatchcase(USDJPY, shock.factor):
                level = shock.apply(level)
        if not (level > 0.0 and level != start):
            continue  # no move, or one that is refused where shocks are checked
        for name, beta in _unnamed(betas, [shock.factor for shock in mine]):
            size = math.expm1(beta * math.log(level / start))
            made.append(Shock(factor=name, size=size, kind=ShockKind.RELATIVE, day=day))
    return made


def _unwind(unwind: Unwind, betas: Sizes) -> Unwind:
    return replace(
        unwind,
        jumps=tuple(_jump(jump, betas) for jump in unwind.jumps),
        drifts=_followed(unwind.drifts, betas),
        regimes=tuple(replace(each, drifts=_followed(each.drifts, betas)) for each in unwind.regimes),
        cap=unwind.cap and replace(unwind.cap, spill=_followed(unwind.cap.spill, betas)),
        impact=unwind.impact and replace(unwind.impact, followers=betas),
    )


def _jump(jump: Jump, betas: Sizes) -> Jump:
    named = [name for sizes in (jump.mean, *jump.loadings) for name, _ in sizes]
    mine = _unnamed(betas, named)
    return replace(
        jump,
        mean=_followed(jump.mean, mine),
        loadings=tuple(_followed(loading, mine) for loading in jump.loadings),
    )


def _followed(sizes: Sizes, betas: Sizes) -> Sizes:
    """Return sizes by factor with those of the followers that they do not name."""
    (move,) = values(sizes, [USDJPY]).tolist()
    added = _unnamed(betas, [name for name, _ in sizes]) if move else ()
    return (*sizes, *((name, beta * move) for name, beta in added))


def _unnamed(betas: Sizes, globs: list[str]) -> Sizes:
    return tuple((name, beta) for name, beta in betas if not any(fnmatchcase(name, glob) for glob in globs))
