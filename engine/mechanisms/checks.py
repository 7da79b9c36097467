"""Checks of an unwind: each parameter in its range, parameters with one another, and all of them on a market."""

from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings, refuse_unmatched
from engine.mechanisms.parameters.globs import check_sizes, part_globs
from engine.mechanisms.parameters.parameter import check_ranges
from engine.mechanisms.registry import MECHANISMS, mechanisms_on
from engine.mechanisms.unwind import Unwind, placed_parts


def check_unwind(unwind: Unwind, findings: Findings) -> None:
    """Refuse every parameter that no market could make sense of."""
    for at, part in placed_parts(unwind):
        check_ranges(part, at, findings)
    for mechanism in MECHANISMS.values():
        if mechanism.check is not None:
            mechanism.check(unwind, findings)


def check_unwind_on_market(unwind: Unwind, market: Market, findings: Findings) -> None:
    """Refuse what the market lacks, and note what a reader should know."""
    names = [factor.name for factor in market.factors]
    parts = list(placed_parts(unwind))
    refuse_unmatched([found for at, part in parts for found in part_globs(part, at)], names, findings)
    for at, part in parts:
        check_sizes(part, at, market, findings)
    for mechanism in MECHANISMS.values():
        if mechanism.check_on_market is not None:
            mechanism.check_on_market(unwind, market, findings)
    if unwind.impact is None:
        for mechanism, _ in mechanisms_on(unwind):
            if mechanism.is_seller:
                findings.note(mechanism.key, "without an [impact] these sales are counted and move no price")
    _note_missing_closes(unwind, market, findings)


def _note_missing_closes(unwind: Unwind, market: Market, findings: Findings) -> None:
    looks_back = unwind.intervention is not None or any(hazard.per_year_per_fall for hazard in unwind.hazards)
    if looks_back and market.previous_usdjpy is None:
        where = "intervention" if unwind.intervention is not None else "hazards"
        findings.note(where, "the market has no `previous_closes` of USD/JPY: its last five days are taken as flat")
