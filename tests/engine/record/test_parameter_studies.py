"""Studies of uncertain parameters through a record's manifest and tables, bit for bit."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.record.parameter_studies import figure_rows, recorded_studies, recorded_study, set_rows
from engine.record.tables import (
    PARAMETER_FIGURES,
    PARAMETER_FIGURES_SCHEMA,
    PARAMETER_SETS,
    PARAMETER_SETS_SCHEMA,
)
from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.study import PriorFacts, study_of


def study(scenario, seed, gains=None):
    rng = np.random.default_rng(seed)
    values = rng.lognormal(size=(20, 2))
    priors = [
        PriorFacts(parameter=name, value=1.0, prior="lognormal", source="s", figures={"log_sd": 0.3})
        for name in ("carry.leverage", "vol_multipliers.*")
    ]
    figures = [
        SetFigures(
            scope=scope,
            confidence=confidence,
            measure=measure,
            values=tuple(rng.lognormal(size=20).tolist()),
            ses=tuple(rng.lognormal(size=20).tolist()),
        )
        for scope in ("total", "book:one")
        for confidence in (0.975, 0.99)
        for measure in ("value_at_risk", "expected_shortfall")
    ]
    return study_of(
        scenario=scenario,
        seed=seed,
        n_paths=1000,
        priors=priors,
        sets=values.tolist(),
        figures=figures,
        gains=gains,
    )


def parquet(rows, schema):
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    return buffer.getvalue()


def files(studies):
    return {
        PARAMETER_SETS: parquet(set_rows(studies), PARAMETER_SETS_SCHEMA),
        PARAMETER_FIGURES: parquet(figure_rows(studies, "total", "JPY"), PARAMETER_FIGURES_SCHEMA),
    }


def test_studies_come_back_as_they_were():
    studies = (study("one", 1), study("two", 2, gains=[0.5] * 15 + [1.5] * 5))
    manifest = json.loads(json.dumps({"parameters": [recorded_study(each) for each in studies]}))
    assert recorded_studies(manifest, files(studies)) == studies


def test_a_sum_without_a_book_is_called_partial_as_elsewhere_in_the_record():
    rows = figure_rows((study("one", 1),), "partial", "JPY")
    assert {row["scope"] for row in rows} == {"partial", "book:one"}
    assert {row["set"] for row in rows} == set(range(1, 21))


def test_records_without_sets_have_no_studies():
    assert recorded_studies({}, {}) == ()
