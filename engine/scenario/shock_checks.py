"""Checks of a scenario's shocks on a market, and of the factors that it names."""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from engine.market.factors import Factor, FactorKind
from engine.mechanisms.parameters.findings import Findings, refuse_unmatched
from engine.scenario.scenario import Scenario, Shock, ShockKind, ShockOn


def usable_shocks(scenario: Scenario, factors: Sequence[Factor], findings: Findings) -> list[tuple[int, Shock]]:
    """Return the shocks at once that fit the market's factors, each with its index; refuse the others."""
    usable = []
    for i, shock in enumerate(scenario.shocks):
        if shock.day is not None:
            continue  # within the paths, not at once
        kinds = {factor.kind for factor in factors if fnmatchcase(factor.name, shock.factor)}
        if len(kinds) > 1 and shock.kind is not ShockKind.RELATIVE:
            findings.refuse(
                f"shocks[{i + 1}].factor",
                f"{shock.factor!r} matches {_joined(kinds)}, and one {shock.kind.value} size cannot fit both; "
                f"write a shock for each",
            )
        elif shock.on is ShockOn.PAR and kinds - {FactorKind.RATE}:
            other = sorted(kind.value for kind in kinds - {FactorKind.RATE})[0]
            findings.refuse(
                f"shocks[{i + 1}].on",
                f"'par' is for rates, and {shock.factor!r} matches a {other}, which has no par yield; leave `on` out",
            )
        elif kinds:
            usable.append((i, shock))
    return usable


def _joined(kinds: Collection[FactorKind]) -> str:
    return " and ".join(f"{kind.value}s" for kind in FactorKind if kind in kinds)


def check_globs(scenario: Scenario, names: Sequence[str], findings: Findings) -> None:
    """Refuse every glob that matches no factor, with the nearest name; the market's factors are listed once."""
    wanted = ((i, shock) for i, shock in enumerate(scenario.shocks) if not shock.is_optional)
    globs = [(f"shocks[{i + 1}].factor", shock.factor) for i, shock in wanted]
    vols = ((i, glob) for i, (glob, _) in enumerate(scenario.vol_multipliers) if glob not in scenario.optional_vols)
    globs += [(f"vol_multipliers[{i + 1}].factor", glob) for i, glob in vols]
    for i, (first, second, _) in enumerate(scenario.correlations):
        globs += [(f"correlations[{i + 1}].factors[1]", first), (f"correlations[{i + 1}].factors[2]", second)]
    refuse_unmatched(globs, names, findings)
