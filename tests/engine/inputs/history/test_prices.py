"""Tables of daily prices."""

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.history.prices import load_prices


def written(folder, text):
    path = folder / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_prices_are_read_by_date_and_a_missing_one_is_none(tmp_path):
    found = load_prices(written(tmp_path, "date,SPX,XLK\n2025-05-27,5921.54,\n2025-05-28,5888.55,225.5\n")).values
    assert list(found.columns) == ["SPX", "XLK"]
    assert [str(day.date()) for day in found.index] == ["2025-05-27", "2025-05-28"]
    np.testing.assert_array_equal(found.to_numpy(), [[5921.54, np.nan], [5888.55, 225.5]])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("day,SPX\n2025-05-28,1\n", "header must be date"),
        ("date,SPX,SPX\n2025-05-28,1,2\n", "each once"),
        ("date,SPX\n2025-05-28,1\n2025-05-27,1\n", "no date after the one before"),
        ("date,SPX\n2025-05-28,0\n", "must be a number above 0.000001"),
        (
            "date,SPX\n2025-05-28,-1e400\n",
            "below 1,000,000,000; a float64 cannot hold it",
        ),
        ("date,SPX\n2025-05-28,1_000\n", "without separators"),
        ("date,SPX\n", "no data rows"),
        ("date,SPX_10Y\n2025-05-28,1\n", "'SPX_10Y' is named as a yield is"),
        ("date,SPX\n2025-05-28,1,2\n", "3 fields, the header has 2"),
    ],
)
def test_what_is_no_table_of_prices_is_refused_with_its_line(tmp_path, text, named):
    with pytest.raises(FileFaults, match=named):
        load_prices(written(tmp_path, text))
