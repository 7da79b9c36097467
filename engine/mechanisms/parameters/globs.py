"""Names and globs of factors within a mechanism's parameters: where they stand, and what they may match."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from engine.market.factors import LEVELS_MOVE, FactorKind
from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.parameter import Form, parameters
from engine.mechanisms.parameters.sizes import Sizes


def part_globs(part: Any, at: str) -> Iterator[tuple[str, str]]:
    """Yield place and glob of everything in a part, at a place such as `carry.`, that names factors."""
    for name, declared in parameters(type(part)).items():
        value, where = getattr(part, name), f"{at}{name}"
        match declared.form:
            case Form.FACTOR:
                yield where, value
            case Form.MULTIPLIERS:
                yield from ((f"{where}[{k + 1}].factor", glob) for k, (glob, _) in enumerate(value))
            case Form.CORRELATIONS:
                for k, (first, second, _) in enumerate(value):
                    yield f"{where}[{k + 1}].factors[1]", first
                    yield f"{where}[{k + 1}].factors[2]", second
            case Form.BY_FACTOR | Form.NAMED | Form.LOADINGS:
                # of a named set, prices that a market lacks are left out: its globs need match nothing
                if declared.form is not Form.NAMED or getattr(part, f"{name}_name") is None:
                    tables = _tables(value, where, declared.form)
                    yield from ((key_of(place, glob), glob) for place, sizes in tables for glob, _ in sizes)


def check_sizes(part: Any, at: str, market: Market, findings: Findings) -> None:
    """Refuse sizes by factor that are no moves of a market: more often a unit mistaken."""
    for name, declared in parameters(type(part)).items():
        if not declared.largest:
            continue
        for place, sizes in _tables(getattr(part, name), f"{at}{name}", declared.form):
            for glob, size in sizes:
                found = [factor for factor in market.factors if fnmatchcase(factor.name, glob)]
                over = next((factor for factor in found if not abs(size) <= declared.largest[factor.kind]), None)
                if over is not None:
                    unit = "decimal, 0.005 is 50 bp" if over.kind in LEVELS_MOVE else "in logarithms, -0.05 is -5 %"
                    largest = declared.largest[over.kind]
                    findings.refuse(
                        key_of(place, glob),
                        f"{declared.one} of {over.name} lies within +-{largest:g}, {unit}; got {size!r}",
                    )


def refuse_other_factors(
    glob: str, kind: FactorKind, curve: str | None, where: str, market: Market, findings: Findings
) -> None:
    """Refuse a glob that matches a factor of another kind, or of another curve."""
    matching = (factor for factor in market.factors if fnmatchcase(factor.name, glob))
    other = next((f.name for f in matching if f.kind is not kind or (curve and f.curve != curve)), None)
    if other is not None:
        wanted = f"zero rates of {curve}" if curve else "prices"
        findings.refuse(where, f"{glob!r} matches {other}, and only {wanted} were wanted")


def _tables(value: Any, where: str, form: Form) -> Iterator[tuple[str, Sizes]]:
    """Yield place and sizes of each table by factor."""
    if form is Form.LOADINGS:
        yield from ((f"{where}[{k + 1}]", sizes) for k, sizes in enumerate(value))
    else:
        yield where, value
