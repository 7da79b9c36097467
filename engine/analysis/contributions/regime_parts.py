"""The tail by the regime in which its paths end: what share of its paths and of its losses each makes."""

from dataclasses import replace

from engine.analysis.contributions.position_groups import Parted, parted_columns
from engine.analysis.contributions.scene import Scene
from engine.analysis.final_regimes import final_regime_numbers
from engine.book.groupings import REGIME
from engine.mechanisms.unwind import Unwind
from engine.run.walk import regime_names

LEAST_REGIMES = 2  # for paths to differ by them


def has_regimes(unwind: Unwind | None) -> bool:
    """Return whether paths of a scenario end in different regimes, where they are drawn."""
    return len(regime_names(unwind)) >= LEAST_REGIMES


def regime_parts(scene: Scene) -> Parted:
    """Part a scenario by the regimes in which its paths end. Raises RiskError as `position_groups.parted`."""
    names = regime_names(scene.part.inputs.unwinds[scene.number])
    is_in = {}
    for c, tail in scene.tails.items():
        number = final_regime_numbers(scene.part, scene.number, tail.paths)
        is_in[c] = [number == k for k in range(len(names))]
    pnl = {c: tail.total_pnl * is_in[c] for c, tail in scene.tails.items()}
    found = parted_columns(scene, REGIME, names, pnl)
    groups = {}
    for c, mine in found.groups.items():
        shares = dict(zip(names, scene.tails[c].shares(is_in[c]), strict=True))
        groups[c] = [replace(each, tail_share=shares[each.group]) for each in mine]
    return replace(found, groups=groups)
