"""Tables that an older record lacks are empty."""

from datetime import date

from engine.record.later_tables import recorded_convergence, recorded_levels
from engine.record.read import read_night
from tests.engine.report.conftest import Record

TODAY = date(2025, 5, 28)


def test_tables_that_a_record_lacks_are_empty(tmp_path):
    record = Record(tmp_path)
    record.run("old")
    record.run("new", extras=True)
    record.close()
    new, old = read_night(tmp_path, TODAY).runs
    for run, n_convergence, n_levels in ((old, 0, 0), (new, 3, 110)):
        assert len(recorded_convergence(run.files, "base", 0.99)) == n_convergence
        assert len(recorded_levels(run.files, "base")) == n_levels
