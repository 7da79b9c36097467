"""The record's table of correlations gives back what was written, bit for bit."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.record.correlations import (
    CORRELATIONS,
    CORRELATIONS_SCHEMA,
    Correlations,
    correlation_rows,
    read_correlations,
    recorded_correlations,
)

NAMES = ("JGB_10Y", "UST_10Y", "USDJPY_VOL")
USED = np.array([[1.0, 0.1 + 0.2, -0.25], [0.1 + 0.2, 1.0, 0.0], [-0.25, 0.0, 1.0]])
TRAILING = np.array([[1.0, 0.4, np.nan], [0.4, 1.0, np.nan], [np.nan, np.nan, np.nan]])
SE = np.array([[0.0, 0.1, np.nan], [0.1, 0.0, np.nan], [np.nan, np.nan, np.nan]])


def correlations(trailing, se):
    histories = ({"path": "history.csv", "sha256": "0" * 64},)
    return Correlations(
        names=NAMES,
        used=USED,
        calibration="by hand",
        trailing=trailing,
        trailing_se=se,
        basis="a year",
        histories=histories,
    )


def written(found, folder):
    pq.write_table(pa.Table.from_pylist(correlation_rows(found), schema=CORRELATIONS_SCHEMA), folder / CORRELATIONS)
    return {"correlations": recorded_correlations(found)}, {CORRELATIONS: (folder / CORRELATIONS).read_bytes()}


@pytest.mark.parametrize(("trailing", "se"), [(TRAILING, SE), (None, None)])
def test_what_is_written_is_read_back(tmp_path, trailing, se):
    found = correlations(trailing, se)
    again = read_correlations(*written(found, tmp_path))
    assert (again.names, again.calibration, again.basis) == (NAMES, "by hand", "a year")
    assert again.histories == found.histories
    np.testing.assert_array_equal(again.used, USED)
    if trailing is None:
        assert again.trailing is again.trailing_se is None
    else:
        pairs = ~np.eye(3, dtype=bool)  # a factor with itself is no pair
        np.testing.assert_array_equal(again.trailing[pairs], TRAILING[pairs])
        np.testing.assert_array_equal(again.trailing_se[pairs], SE[pairs])


def test_an_older_record_has_none():
    assert read_correlations({}, {}) is None
