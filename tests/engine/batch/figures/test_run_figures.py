"""Exact scenarios in a night: the figures of `unwind run`, sealed, and nothing drawn that need not be."""

import io
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.batch.one_run import RunState
from engine.batch.reproduce import reproduce
from engine.batch.status import statuses
from engine.inputs.batch import read_batch
from engine.inputs.run import resolve
from engine.record.later_tables import recorded_convergence, recorded_levels
from engine.record.manifest import read_intact
from engine.record.read import read_night, read_rows, run_of
from engine.record.tables import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONVERGENCE,
    RESULTS,
    RESULTS_SCHEMA,
    convergence_schema,
)
from engine.record.verify import changed_files
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import run
from kernels.base import PathRange

DATE = date(2025, 5, 28)
KEYS = {
    "one-day": {"scenarios": ["filtered", "historical"], "horizon_days": 1},
    "mixed": {"scenarios": ["base", "historical", "filtered", "filtered-regimes"], "horizon_days": 1,
              "n_paths": 100_000, "confidences": [0.99]},
}  # fmt: skip


def ignore(*_: object) -> None:
    """What a run says while it works."""


def config(folder, **keys):
    files = {"market": folder.folder / "markets" / f"{DATE}.toml", "backend": "numba"}
    books = [folder.folder / "books" / f"{name}.csv" for name in ("bills", "bonds")]
    return resolve({**files, "book": books, **keys}, {})


@pytest.fixture(scope="module")
def runs(exact):
    return {each.name: each for each in read_night(exact.out, DATE).runs}


@pytest.mark.parametrize("name", KEYS)
def test_a_night_has_the_figures_of_a_plain_run_to_the_last_bit(exact, runs, name):
    plain = run(config(exact, **KEYS[name]), ignore, ignore)
    assert runs[name].results == plain.results
    digests = {f"{row.scenario}/{row.scope}": row.pnl_sha256 for row in plain.results}
    assert runs[name].manifest["pnl_sha256"] == digests


def test_each_row_says_of_how_many_moves_it_is_made(exact, runs):
    rows = read_rows(exact.out / f"valuation_date={DATE}" / "run=mixed" / RESULTS, RESULTS_SCHEMA)
    moves = {(row["scenario"], row["n_moves"]) for row in rows if row["confidence"] is not None}
    # a thousand rows with 64 nodes of the implied vol's own normal; 500 windows
    by_rows = {("filtered", 64_000), ("filtered-regimes", 64_000)}
    assert moves == {("base", None), ("historical", 500), *by_rows}
    for row in rows:
        is_tail = row["confidence"] is not None
        assert (row["table_se"] is not None) is (is_tail and row["n_moves"] is not None)
        assert not (row["n_moves"] and row["se"])
    assert {row.n_moves for row in runs["one-day"].results} == {64_000, 500}


def test_what_is_exact_is_not_drawn(runs):
    one_day, mixed = runs["one-day"], runs["mixed"]
    assert one_day.manifest["blocks"] == []
    assert one_day.manifest["facts"]["n_paths"] == 64_000
    assert [block["n"] for block in mixed.manifest["blocks"]] == [1, 1]
    assert recorded_convergence(one_day.files, "filtered", 0.99) == []
    rows = read_rows(None, convergence_schema(), mixed.files[CONVERGENCE])
    assert {row["scenario"] for row in rows} == {"base"}
    counts = {(each.scenario, each.counts.sum(), each.n_paths) for each in mixed.distributions}
    assert counts == {
        ("base", 65_536, 65_536), ("filtered", 64_000, 64_000), ("historical", 500, 500),
        ("filtered-regimes", 65_536, 65_536),  # each move as often as it is likely
    }  # fmt: skip
    for scenario, n in (("filtered", 64_000), ("historical", 500)):
        levels = recorded_levels(one_day.files, scenario)
        assert {(row["n_paths"], row["se"]) for row in levels} == {(n, 0.0)}


def test_components_of_exact_rows_add_up_and_have_the_tables_error_alone(runs):
    for found in runs.values():
        totals = {row.scenario: row for row in found.results if row.scope == "total" and row.n_moves}
        for (scenario, scope, confidence), each in found.components.items():
            if scenario not in totals:
                continue
            assert {key: (part.se, each.table_ses[key] > 0.0) for key, part in each.estimates.items()} == {
                "value_at_risk": (0.0, True), "expected_shortfall": (0.0, True)
            }, (scenario, scope, confidence)  # fmt: skip
        for scenario, total in totals.items():
            for tail in total.measures:
                parts = [part for key, part in found.components.items() if key[::2] == (scenario, tail.confidence)]
                assert len(parts) == 2
                for key, whole in tail.estimates.items():  # sums of some ten figures: a rounding or two
                    added = math.fsum(each.estimates[key].value for each in parts)
                    assert added == pytest.approx(whole.value, rel=1e-13)


def test_reproduced_every_bit_is_the_same(exact):
    for name in KEYS:
        found = reproduce(exact.out / f"valuation_date={DATE}" / f"run={name}", ignore, ignore)
        assert (found.numbers, found.causes) == ((), ())
        assert set(found.exact) == {*KEYS[name]["scenarios"]} - {"base"}


def test_shares_draw_their_blocks_and_what_is_exact_is_valued_when_they_are_merged(exact, tmp_path):
    copy = exact.copied(tmp_path / "copy")
    for k in (1, 2):
        outcome = copy.work(share=(k, 2))
        assert dict(outcome.nights[0].runs) == dict.fromkeys(KEYS, RunState.SHARE)
    assert copy.work(workers=None).exit_code == 0
    for name in KEYS:
        assert copy.bits(name) == exact.bits(name)


def test_a_night_of_them_is_left_alone_and_replaced_only_when_asked(exact, tmp_path):
    copy = exact.copied(tmp_path / "copy", with_record=True)
    copy.edit('scenario = ["filtered", "historical"]', 'scenario = ["historical"]')
    copy.night(code=4)  # another question: the record stands
    assert copy.bits("one-day") == exact.bits("one-day")
    copy.night(again=True)
    assert set(copy.manifest("one-day")["pnl_sha256"]) == {
        f"historical/{scope}" for scope in ("total", "book:bills", "book:bonds")
    }
    assert changed_files(copy.out) == ()
    assert {each.state for each in statuses(read_batch(copy.file))} == {"recorded"}


def test_an_old_record_without_the_columns_of_exact_rows_is_read_as_simulated(exact, runs):
    """As a program wrote it that knew no exact rows in nights: their columns are absent."""
    path = exact.out / f"valuation_date={DATE}" / "run=mixed"
    intact = read_intact(path)
    table = pq.read_table(pa.BufferReader(intact.files[RESULTS])).drop_columns(["table_se", "n_moves"])
    sink = io.BytesIO()
    pq.write_table(table, sink)
    old = run_of(replace(intact, files={**intact.files, RESULTS: sink.getvalue()}))
    for one, now in zip(old.results, runs["mixed"].results, strict=True):
        assert one.n_moves is None
        assert [(tail.table_ses, tail.is_exact) for tail in one.measures] == [({}, False)] * len(one.measures)
        assert [tail.estimates for tail in one.measures] == [tail.estimates for tail in now.measures]
    assert {key: each.estimates for key, each in old.components.items()} == {
        key: each.estimates for key, each in runs["mixed"].components.items()
    }
    assert all(each.table_ses == {} for each in old.components.values())


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_path_by_its_number_has_the_stored_pnl(exact, tmp_path, precision):
    """Under `filtered`, ten days: the worst paths of the record, each walked alone."""
    folder = type(exact)(tmp_path)
    folder.edit('scenario = ["base", "august-2024"]', 'scenario = "filtered"')
    folder.edit("paths = 400_000", f'paths = 70_000\nprecision = "{precision}"')
    folder.night()
    (recorded,) = read_night(folder.out, DATE).runs
    keys = {"scenarios": ["filtered"], "n_paths": 70_000, "confidences": [0.99], "precision": precision}
    drawn = prepare(config(folder, **keys), load_inputs(config(folder, **keys)), ignore).drawn
    stored = {each.scope: each.tail for each in recorded.distributions}
    first = drawn.backend.pnl(drawn.program, PathRange(first=0, n=65_536))
    for row, scope in enumerate(("total", "book:bills", "book:bonds")):
        numbers = np.argsort(first[row], kind="stable")[:3]
        alone = [drawn.backend.pnl(drawn.program, PathRange(first=int(n), n=1))[row, 0] for n in numbers]
        assert alone == stored[scope][:3].tolist()
    for key, each in recorded.components.items():  # of a simulated law: both errors, and they add up
        assert all(part.se > 0.0 for part in each.estimates.values()), key
        assert set(each.table_ses) == {"value_at_risk", "expected_shortfall"}
    total = recorded.results[0].measures[0]
    for key, whole in total.estimates.items():
        added = math.fsum(each.estimates[key].value for each in recorded.components.values())
        assert added == pytest.approx(whole.value, rel=1e-11)  # lines through some thousand paths


def test_what_contributes_is_recorded_verified_and_reproduced(folder):
    folder.edit("paths = 400_000", 'paths = 5_000\nby = ["position", "factor"]')
    folder.edit('scenario = ["base", "august-2024"]', 'scenario = "base"')
    folder.night()
    assert changed_files(folder.out) == ()
    home = folder.out / f"valuation_date={DATE}" / "run=ten-days"
    rows = read_rows(home / CONTRIBUTIONS, CONTRIBUTIONS_SCHEMA)
    (total,) = (row for row in read_night(folder.out, DATE).runs[0].results if row.scope == "total")
    for grouping in ("position", "factor"):
        for key, wanted in total.measures[0].estimates.items():
            mine = [row["contribution"] for row in rows if (row["grouping"], row["measure"]) == (grouping, key)]
            assert math.fsum(mine) == pytest.approx(wanted.value, rel=1e-9)  # compression's bound is 1e-10
    assert {row["group"] for row in rows if row["grouping"] == "position"} == {
        "bonds/JGB-10Y",
        "bonds/UST-5Y",
        "bills/UST-1Y",
    }
    assert reproduce(home, lambda *_: None, lambda _: None).numbers == ()
