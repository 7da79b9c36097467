"""What is wrong with a scenario on a market, gathered so that all of it is said at once, each at its line."""

import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from engine.errors import Fault, FileFaults, did_you_mean
from engine.market.factors import Factor, FactorKind
from engine.scenario.scenario import Origin, Scenario, Shock, ShockKind, ShockOn


class Findings:
    """Faults and notes of one scenario, with their places: line and key of its file, or the key alone."""

    def __init__(self, scenario: Scenario) -> None:
        self._origin = scenario.origin
        self._whose = scenario.origin.path if scenario.origin else f"scenario {scenario.name!r}"
        self._faults: list[Fault] = []
        self._notes: list[str] = []

    def refuse(self, where: str, message: str) -> None:
        """A fault at a place such as `shocks[2].size`."""
        self._faults.append(self._fault(where, message))

    def note(self, where: str, message: str) -> None:
        """A thing that is allowed but worth knowing."""
        self._notes.append(f"{self._whose}: {self._fault(where, message)}")

    def notes(self) -> tuple[str, ...]:
        """The notes; raises FileFaults with every fault, in the order of the file, when there are any."""
        if self._faults:
            raise FileFaults(self._whose, sorted(self._faults, key=lambda fault: fault.line or 0))
        return tuple(self._notes)

    def _fault(self, where: str, message: str) -> Fault:
        if self._origin is None:
            return Fault(message=message, where=where)
        return fault_at(self._origin, where, message)


def fault_at(origin: Origin, where: str, message: str) -> Fault:
    """A fault at a place of a scenario's file, or of one that it extends: with the line of the nearest key there."""
    known = where
    while known and known not in origin.lines:
        known = re.sub(r"(\.[^.\[\]]*|\[[0-9]+\]|^[^.\[\]]*)$", "", known)
    line = origin.lines.get(known)
    if (file := origin.files.get(known)) is None:
        return Fault(message=message, where=where or None, line=line)
    return Fault(message=message, where=f"{where} ({file}, line {line})")


def usable_shocks(scenario: Scenario, factors: Sequence[Factor], findings: Findings) -> list[tuple[int, Shock]]:
    """The shocks at once that fit the market's factors, each with its index; the others become faults."""
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
    """A fault for every glob that matches no factor, with the nearest name; the market's factors are listed once."""
    globs = [(f"shocks[{i + 1}].factor", shock.factor) for i, shock in enumerate(scenario.shocks)]
    globs += [(f"vol_multipliers[{i + 1}].factor", glob) for i, (glob, _) in enumerate(scenario.vol_multipliers)]
    for i, (first, second, _) in enumerate(scenario.correlations):
        globs += [(f"correlations[{i + 1}].factors[1]", first), (f"correlations[{i + 1}].factors[2]", second)]
    refuse_unmatched(globs, names, findings)


def refuse_unmatched(globs: Sequence[tuple[str, str]], names: Sequence[str], findings: Findings) -> None:
    """A fault for every (place, glob) that matches no factor."""
    missing = [(where, glob) for where, glob in globs if not any(fnmatchcase(name, glob) for name in names)]
    for i, (where, glob) in enumerate(missing):
        there_are = f"; the market has {', '.join(names)}" if i == 0 else ""
        findings.refuse(where, f"no factor matches {glob!r}{did_you_mean(glob, names)}{there_are}")
