import math
from dataclasses import replace
from datetime import date

from engine.record.read import read_night
from engine.record.rows import result_rows, scope_results
from engine.record.tables import RESULTS_SCHEMA


def test_results_come_back_from_rows_bit_for_bit(done):
    (run,) = read_night(done.out, date(2025, 5, 28)).runs
    open_ended = replace(run.results[0].measures[0], value_at_risk_se=math.inf, value_at_risk_low=-math.inf)
    results = (replace(run.results[0], measures=(open_ended,)), *run.results[1:])
    rows = [{name: row.get(name) for name in RESULTS_SCHEMA.names} for row in result_rows(results, "JPY")]
    assert scope_results(rows) == results
