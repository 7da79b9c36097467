import math
from dataclasses import replace
from datetime import date

from engine.record.read import read_night
from engine.record.rows import result_rows, scope_results
from engine.record.tables import RESULTS_SCHEMA
from engine.risk.measures.value_at_risk import VALUE_AT_RISK


def test_results_come_back_from_rows_bit_for_bit(done):
    (run,) = read_night(done.out, date(2025, 5, 28)).runs
    tail = run.results[0].measures[0]
    var = replace(tail.of(VALUE_AT_RISK), se=math.inf, low=-math.inf)
    open_ended = replace(tail, estimates={**tail.estimates, "value_at_risk": var})
    results = (replace(run.results[0], measures=(open_ended,)), *run.results[1:])
    rows = [{name: row.get(name) for name in RESULTS_SCHEMA.names} for row in result_rows(results, "JPY")]
    assert scope_results(rows) == results
