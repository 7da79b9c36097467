"""Questions to a record, and files made from it."""

import csv
import json
import re
import shutil
import sqlite3
from datetime import date
from hashlib import sha256
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from engine.analysis.contributions.figures import ContributionTable, Figure, GroupFigures
from engine.errors import InputError
from engine.record.atomic import write_json
from engine.record.query import PARTS, Rows, differences, export, figures, headline, recorded_runs, table_of
from engine.record.read import read_night
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from tests.engine.report.conftest import Record

pytest.importorskip("duckdb", reason="needs the extra `store`")


@pytest.fixture(scope="module")
def runs(done):
    return recorded_runs(done.out)


def test_the_headline_is_the_total_at_the_highest_confidence(done, runs):
    tail = read_night(done.out, date(2025, 5, 28)).runs[0].results[0].measures[-1]
    var, es = tail.of(VALUE_AT_RISK), tail.of(EXPECTED_SHORTFALL)
    found = headline(runs)
    assert found.columns[:6] == ("valuation_date", "run", "scenario", "scope", "confidence", "value_at_risk")
    assert found.columns[6:10] == ("value_at_risk_se", "value_at_risk_table_se", "expected_shortfall", "n_moves")
    assert found.rows[:1] == (  # of the main scenario
        (
            date(2025, 5, 28), "ten-days", "base", "total", 0.99, var.value, var.se, None, es.value, None, "JPY", None,
        ),
    )  # fmt: skip


def test_every_scenario_has_a_headline_the_default_one_of_its_day_first(tmp_path):
    """One record from when `base` was the default and did not say so, one of now, one without the default."""
    record, names = Record(tmp_path), ("august-2024", "filtered", "base")
    record.run("old", scenarios=names)
    record.run("new", scenarios=names, default_scenario="filtered")
    record.run("other", scenarios=("mixture", "august-2024"), default_scenario="filtered")
    found = headline(recorded_runs(tmp_path))
    assert [row[1:5] for row in found.rows] == [
        (run, scenario, "total", 0.99)
        for run, scenarios in (
            ("new", ("filtered", "august-2024", "base")),
            ("old", ("base", "august-2024", "filtered")),
            ("other", ("mixture", "august-2024")),
        )
        for scenario in scenarios
    ]
    (first, *_) = found.as_json()
    assert (first["valuation_date"], first["run"], first["scenario"]) == ("2025-05-28", "new", "filtered")
    assert "main" not in found.columns


def test_the_figures_of_a_stress_carry_its_label(tmp_path):
    record = Record(tmp_path)
    record.run("plain", scenarios=("base",))
    record.run("stressed", scenarios=("august-2024", "base"))
    labels = {row[1:3]: row[-1] for row in headline(recorded_runs(tmp_path)).rows}
    assert labels == {
        ("plain", "base"): None,
        ("stressed", "base"): None,
        ("stressed", "august-2024"): "stress law: not a forecast",
    }
    found = figures(recorded_runs(tmp_path), "scope = 'total' AND measure = 'std'")
    at = {name: i for i, name in enumerate(found.columns)}
    assert {(row[at["scenario"]], row[at["label"]]) for row in found.rows} == {
        ("base", None),
        ("august-2024", "stress law: not a forecast"),
    }


def test_the_headline_of_an_exact_run_has_the_tables_error_and_its_moves(exact):
    found = headline(recorded_runs(exact.out, [], ["one-day"])).rows[0]
    _, _, scenario, _, _, var, se, table_se, _, n_moves, *_ = found
    assert (scenario, se, n_moves) == ("filtered", 0.0, 64_000)
    assert 0.02 * var < table_se < 0.5 * var


def test_a_condition_chooses_figures(runs):
    found = figures(runs, "measure = 'dv01' AND scope = 'total' AND curve = ?", ["all"])
    assert [row[3:5] for row in found.rows] == [("total", "dv01")]


def test_a_bad_condition_is_refused(runs):
    with pytest.raises(InputError, match="no column 'no_such_column'"):
        figures(runs, "no_such_column = 1")


def test_a_run_without_manifest_does_not_exist(folder, done):
    with pytest.raises(InputError, match="no recorded run"):
        recorded_runs(folder.out)
    with pytest.raises(InputError, match=r"no recorded run of 2020-01-01"):
        recorded_runs(done.out, ["2020-01-01"])
    with pytest.raises(InputError, match=r"got '2025-06-31': there is no such day"):
        recorded_runs(done.out, ["2025-06-31"])


def test_changed_figures_are_refused_with_the_way_out(tmp_path, done):
    copy = shutil.copytree(done.out, tmp_path / "copy")
    (path,) = copy.rglob("results.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"results.parquet: was changed since it was written; .*--again"):
        recorded_runs(copy)


def test_only_what_differs_is_told(folder, done, runs):
    assert differences(runs, runs).rows == ()
    folder.edit("paths = 400_000", "paths = 400_000\nseed = 2")
    folder.night()
    found = differences(runs, recorded_runs(folder.out))
    by_key = {row[1:6]: row for row in found.rows}
    assert all(row[3] not in ("base_value", "shock_pnl", "dv01", "stress_loss") for row in found.rows)
    _, _, _, _, _, _, before, after, change, se, _ = by_key["base", "total", "value_at_risk", 0.99, None]
    assert change == after - before
    assert abs(change) < 5.0 * se


def test_differences_within_rounding_are_not_told(tmp_path, done, runs):
    """VaR moves by 1e-13 and then by 1e-11 of itself, the bound to 1e-10 and then 1e-8 of the book's value."""
    told = []
    for name, moved, bound in (("less", 1e-13, 1e-10), ("more", 1e-11, 1e-8)):
        copy = shutil.copytree(done.out, tmp_path / name)
        (run,) = recorded_runs(copy)
        move(run.folder, moved, bound)
        told.append({row[3] for row in differences(runs, recorded_runs(copy)).rows})
    assert told == [set(), {"value_at_risk", "pnl_bound"}]


def move(folder, moved, bound):
    """Move the base total's VaR by a fraction of itself, its bound by one of the book's value; seal the run again."""
    path = folder / "results.parquet"
    table = pq.ParquetFile(path).read()
    rows = table.to_pylist()
    mine = {row["measure"]: row for row in rows if (row["scenario"], row["scope"]) == ("base", "total")}
    mine["value_at_risk"]["value"] *= 1.0 + moved
    mine["pnl_bound"]["value"] += bound * mine["base_value"]["value"]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["results.parquet"] = sha256(path.read_bytes()).hexdigest()
    write_json(folder / "manifest.json", manifest)


def test_sizes_have_no_sign(runs):
    found = figures(runs, "measure IN ('std', 'pnl_bound')")
    assert {row[found.columns.index("sign")] for row in found.rows} == {"size"}


def test_exports_hold_every_figure(tmp_path, runs):
    found = figures(runs)
    for name in ("figures.csv", "figures.xlsx", "figures.sqlite"):
        export(found, tmp_path / name)
    value = found.columns.index("value")
    wanted = [row[value] for row in found.rows]
    with (tmp_path / "figures.csv").open(newline="") as file:
        heading, *rows = csv.reader(file)
    assert tuple(heading) == found.columns
    assert [float(row[value]) for row in rows] == wanted
    heading, *rows = CalamineWorkbook.from_path(tmp_path / "figures.xlsx").get_sheet_by_name("figures").to_python()
    assert tuple(heading) == found.columns
    # A spreadsheet's numbers have 16 digits: half a unit of the last one.
    assert [row[value] for row in rows] == pytest.approx(wanted, rel=5e-16)
    connection = sqlite3.connect(tmp_path / "figures.sqlite")
    assert [row[0] for row in connection.execute("SELECT value FROM figures")] == wanted
    connection.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures.csv", "figures.sqlite", "figures.xlsx"]


def test_what_contributes_is_a_table_of_its_own(tmp_path):
    record, folder = Record(tmp_path), tmp_path / "out"
    record.run("plain")
    with pytest.raises(InputError, match=r"no such run holds contributions; `by = .* records them"):
        recorded_runs(tmp_path, table=PARTS)
    record.run("parted", contributions=[one_table()], config={"by": ["book"]})
    runs = recorded_runs(tmp_path, table=PARTS)
    assert [(each.run, each.groupings) for each in runs] == [("parted", ("book",))]
    assert [each.groupings for each in recorded_runs(tmp_path)] == [("book",), ()]
    found = figures(runs, "\"group\" <> 'none'")
    at = {name: i for i, name in enumerate(found.columns)}
    assert [(row[at["group"]], row[at["contribution"]], row[at["standalone"]]) for row in found.rows] == [
        ("life", -5.0, None),  # the largest first, whichever way
        ("carry", 2.0, None),
    ]
    folder.mkdir()
    export(found, folder / "x.sqlite")
    connection = sqlite3.connect(folder / "x.sqlite")
    assert connection.execute("SELECT typeof(contribution), typeof(n_groups) FROM figures LIMIT 1").fetchall() == [
        ("real", "integer")
    ]
    connection.close()
    with pytest.raises(InputError, match="did you mean 'contributions'"):
        table_of("contribution")


def one_table() -> ContributionTable:
    groups = [
        GroupFigures(group=name, contributions={VALUE_AT_RISK.key: Figure(value=value, se=0.1)})
        for name, value in (("carry", 2.0), ("life", -5.0))
    ]
    return ContributionTable(
        scenario="base", by="book", confidence=0.99, total={}, groups=tuple(groups), others=None, diversification={},
        tail_paths=1500, is_exact=False,
    )  # fmt: skip


def test_text_that_begins_like_a_formula_stays_text(tmp_path):
    names = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "一般勘定・国債")
    export(Rows(columns=("scope",), rows=tuple((name,) for name in names)), tmp_path / "x.xlsx")
    with ZipFile(tmp_path / "x.xlsx") as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert re.findall(r'<c r="A[0-9]"[^>]* t="(\w+)"', sheet) == ["s"] * 7
    sheet = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0)
    assert [row[0] for row in sheet.to_python()] == ["scope", *names]


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="must end in"):
        export(Rows(columns=("a",), rows=()), tmp_path / "x.json")
