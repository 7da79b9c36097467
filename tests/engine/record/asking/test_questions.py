"""Questions over all nights of a record, by intact bytes alone."""

from datetime import date

import pytest

from engine.errors import InputError
from engine.record.asking.questions import TABLES, asked
from engine.record.meanings import MEANINGS, meaning_of
from engine.risk.measures.registry import MEASURES
from tests.engine.record.test_query import one_table
from tests.engine.report.conftest import Record

pytest.importorskip("duckdb", reason="needs the extra `store`")

NIGHTS = (date(2025, 5, 27), date(2025, 5, 28))


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    made = Record(tmp_path_factory.mktemp("record"))
    for night in NIGHTS:
        made.run("plain", night)
    made.run("parted", NIGHTS[1], contributions=[one_table()], config={"by": ["book"]})
    return made


def answer(record, question, **chosen):
    with asked(record.folder, question, **chosen) as found:
        return found.read_all().to_pylist()


def test_figures_of_all_nights_are_one_table(record):
    found = answer(
        record,
        "SELECT valuation_date, run, value FROM results WHERE scope = 'total' AND measure = 'value_at_risk'"
        " AND confidence = 0.99 AND scenario = 'base' ORDER BY 1, 2",
    )
    assert [(row["valuation_date"], row["run"]) for row in found] == [
        (NIGHTS[0], "plain"),
        (NIGHTS[1], "parted"),
        (NIGHTS[1], "plain"),
    ]
    assert all(row["value"] == pytest.approx(0.8 * 7.8e9) for row in found)  # conftest: four fifths of the books' sum


def test_nights_and_runs_that_are_not_asked_for_are_not_read(record):
    count = "SELECT count(DISTINCT (valuation_date, run)) AS n FROM results"
    assert answer(record, count) == [{"n": 3}]
    assert answer(record, count, dates=["last"]) == [{"n": 2}]
    assert answer(record, count, dates=["2025-05-27", "last"], runs=["plain"]) == [{"n": 2}]
    with pytest.raises(InputError, match="no recorded run of 2025-05-26"):
        answer(record, count, dates=["2025-05-26"])


def test_parts_and_manifests_join_the_figures(record):
    found = answer(
        record,
        'SELECT m.run, m.seed, c."group" FROM contributions c JOIN manifests m USING (valuation_date, run)'
        ' ORDER BY c."group"',
    )
    assert found == [{"run": "parted", "seed": "11", "group": name} for name in ("carry", "life")]
    assert answer(record, "SELECT scenarios FROM manifests LIMIT 1") == [{"scenarios": ["base", "august-2024"]}]
    assert answer(record, "SELECT count(*) AS n FROM parameter_sets") == [{"n": 0}]  # no run has any


def test_a_changed_file_is_refused_and_only_by_questions_that_need_it(tmp_path):
    made = Record(tmp_path)
    made.run()
    (path,) = tmp_path.rglob("results.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"results.parquet: was changed since it was written; .*--again"):
        answer(made, "SELECT count(*) FROM results")
    assert answer(made, "SELECT count(*) AS n FROM manifests") == [{"n": 1}]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_has_a_meaning(table):
    for name in table.columns.names:
        assert name in MEANINGS or any(name.startswith(key) for key in MEASURES), name
        assert meaning_of(name)[1]
