"""Studies of uncertain parameters in a run's record: priors in the manifest, sets and figures in two tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.record.manifest import Manifest, RecordedStudy
from engine.record.read import read_rows
from engine.record.tables import (
    PARAMETER_FIGURES,
    PARAMETER_FIGURES_SCHEMA,
    PARAMETER_SETS,
    PARAMETER_SETS_SCHEMA,
)
from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.study import ParameterStudy, PriorFacts, study_of

Row = dict[str, Any]


def recorded_study(study: ParameterStudy) -> RecordedStudy:
    """Return what a manifest says of a study."""
    return RecordedStudy(
        scenario=study.scenario,
        n_sets=study.n_sets,
        seed=study.seed,
        n_paths=study.n_paths,
        priors=[asdict(prior) for prior in study.priors],
        gains=None if study.gain is None else list(study.gain.gains),
    )


def set_rows(studies: Sequence[ParameterStudy]) -> list[Row]:
    """Lay out the sets of all studies: a row is one parameter in one set."""
    return [
        {"scenario": study.scenario, "set": k + 1, "parameter": prior.parameter, "value": value}
        for study in studies
        for k, values in enumerate(study.sets)
        for prior, value in zip(study.priors, values, strict=True)
    ]


def figure_rows(studies: Sequence[ParameterStudy], total: str, unit: str) -> list[Row]:
    """Lay out the figures of all sets; `total` is what the sum over books is called."""
    return [
        {
            "scenario": study.scenario,
            "set": k + 1,
            "scope": total if each.scope == "total" else each.scope,
            "confidence": each.confidence,
            "measure": each.measure,
            "value": value,
            "se": se,
            "unit": unit,
        }
        for study in studies
        for each in study.figures
        for k, (value, se) in enumerate(zip(each.values, each.ses, strict=True))
    ]


def recorded_studies(manifest: Manifest, files: Mapping[str, bytes]) -> tuple[ParameterStudy, ...]:
    """Return the studies that a run's record holds, bit for bit; none where none were asked for, or it is older."""
    if PARAMETER_FIGURES not in files or PARAMETER_SETS not in files:
        return ()
    sets = read_rows(Path(PARAMETER_SETS), PARAMETER_SETS_SCHEMA, files[PARAMETER_SETS])
    figures = read_rows(Path(PARAMETER_FIGURES), PARAMETER_FIGURES_SCHEMA, files[PARAMETER_FIGURES])
    return tuple(_study(each, sets, figures) for each in manifest.get("parameters", ()))


def _study(recorded: RecordedStudy, sets: Sequence[Row], figures: Sequence[Row]) -> ParameterStudy:
    name, n = recorded["scenario"], len(recorded["priors"])
    values = [row["value"] for row in sets if row["scenario"] == name]
    return study_of(
        scenario=name,
        seed=recorded["seed"],
        n_paths=recorded["n_paths"],
        priors=[PriorFacts(**prior) for prior in recorded["priors"]],
        sets=[values[first : first + n] for first in range(0, len(values), n)],
        figures=list(_figures([row for row in figures if row["scenario"] == name])),
        gains=recorded["gains"],
    )


def _figures(rows: Sequence[Row]) -> Iterator[SetFigures]:
    found: dict[tuple[str, float, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["scope"], row["confidence"], row["measure"]), []).append(row)
    for (scope, confidence, measure), mine in found.items():
        yield SetFigures(
            scope=scope,
            confidence=confidence,
            measure=measure,
            values=tuple(row["value"] for row in mine),
            ses=tuple(row["se"] for row in mine),
        )
