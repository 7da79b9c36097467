"""The model band: the lowest and the highest of a figure over laws on the same draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.risk.results import ScopeResult


@dataclass(frozen=True, slots=True, kw_only=True)
class BandEnd:
    """The figure of one law."""

    law: str
    scenario: str
    value: float  # in the run's currency, losses positive
    se: float  # of the simulation; infinite: the sample does not bound it
    table_se: float | None  # of the law's table of past days; None: it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBand:
    """One measure of one scope over laws that differ in nothing else."""

    scope: str
    confidence: float
    measure: str  # key
    lowest: BandEnd
    highest: BandEnd


def model_bands(results: Sequence[ScopeResult], groups: Sequence[Mapping[str, str]]) -> tuple[ModelBand, ...]:
    """Return the band of every measure, confidence and scope of each group of laws, law -> scenario, in their order.

    A law alone spans none.
    """
    return tuple(band for group in groups if len(group) > 1 for band in _bands(results, group))


def _bands(results: Sequence[ScopeResult], group: Mapping[str, str]) -> list[ModelBand]:
    by_place = {(row.scenario, row.scope): row for row in results}
    first = next(iter(group.values()))
    found = []
    for row in (each for each in results if each.scenario == first):
        rows = {law: by_place[scenario, row.scope] for law, scenario in group.items()}
        for k, tail in enumerate(row.measures):
            for key in tail.estimates:
                ends = sorted((_end(law, each, k, key) for law, each in rows.items()), key=lambda end: end.value)
                found.append(
                    ModelBand(
                        scope=row.scope, confidence=tail.confidence, measure=key, lowest=ends[0], highest=ends[-1]
                    )
                )
    return found


def _end(law: str, row: ScopeResult, k: int, key: str) -> BandEnd:
    tail = row.measures[k]
    estimate = tail.estimates[key]
    return BandEnd(
        law=law, scenario=row.scenario, value=estimate.value, se=estimate.se, table_se=tail.table_ses.get(key)
    )
