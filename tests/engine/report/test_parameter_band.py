"""The band of parameters in a report: figures by hand, and what makes the band."""

import json
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.record.atomic import write_json
from engine.record.parameter_studies import figure_rows, recorded_study, set_rows
from engine.record.read import run_folder
from engine.record.tables import (
    MANIFEST,
    PARAMETER_FIGURES,
    PARAMETER_FIGURES_SCHEMA,
    PARAMETER_SETS,
    PARAMETER_SETS_SCHEMA,
)
from engine.risk.uncertainty.band import SetFigures
from engine.risk.uncertainty.study import PriorFacts, study_of

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.page import render
from tests.engine.report.conftest import TODAY

N = 100


def study():
    """VaR of 1 to 100 billion in a hundred sets: an e-th power of the first parameter, and nothing of the second."""
    var = np.arange(1.0, N + 1.0)
    sets = np.stack([np.sqrt(var), np.tile([0.5, 1.5], N // 2)], axis=1)
    priors = [
        PriorFacts(parameter=name, value=1.0, prior="lognormal", source="a <source>", figures={"log_sd": 0.3})
        for name in ("carry.leverage", "carry.stop_most")
    ]
    figures = [
        SetFigures(scope=scope, confidence=0.99, measure="value_at_risk", values=tuple(1e9 * var), ses=(0.1e9,) * N)
        for scope in ("total", "book:carry")
    ]
    return study_of(
        scenario="base",
        seed=3,
        n_paths=1_000_000,
        priors=priors,
        sets=sets,
        figures=figures,
        gains=[0.5] * 75 + [2.0] * 25,
    )


def page_of(record):
    record.run()
    home = run_folder(record.folder, TODAY, "ten-days")
    tables = {
        PARAMETER_SETS: (set_rows([study()]), PARAMETER_SETS_SCHEMA),
        PARAMETER_FIGURES: (figure_rows([study()], "total", "JPY"), PARAMETER_FIGURES_SCHEMA),
    }
    for name, (rows, schema) in tables.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), home / name)
    plain = json.loads((home / MANIFEST).read_bytes())
    plain["parameters"] = [recorded_study(study())]
    plain["files"] |= {name: sha256((home / name).read_bytes()).hexdigest() for name in tables}
    del plain["sha256"]
    write_json(home / MANIFEST, plain)
    record.close()
    return render(record.folder, TODAY)


def test_a_report_shows_the_band_and_what_makes_it(record):
    page = page_of(record)
    assert "Band of parameters, base" in page
    assert "100 sets of 2 uncertain parameters, seed 3, each on the same 1,000,000 paths" in page
    # ranks 5 and 95 of 1 to 100 lie between 5 and 6, 95 and 96; se of the rank 2.18 either way
    assert '<data value="5500000000.0">5.50</data>' in page
    assert '<data value="95500000000.0">95.50</data>' in page
    assert "2.18</data> sets" in page
    assert "What makes the band, base" in page
    assert ">100 %</data>" in page  # VaR grows with leverage, and nothing else does anything
    assert "lognormal, as written 1; log_sd 0.3" in page
    assert "a &lt;source&gt;" in page
    assert "The feedback strength of the carry loop is 1 or more in 25 % ±4 % of the sets" in page
    assert page.count("<svg") >= 2


def test_a_record_without_sets_has_no_such_section(record):
    record.run()
    record.close()
    assert "Band of parameters" not in render(record.folder, TODAY)
