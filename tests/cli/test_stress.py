import numpy as np

from cli.stress import table
from engine.analysis.stress import StressTable

STRESSED = StressTable(
    currency="JPY",
    scenarios=("one", "two"),
    position_ids=("A", "B", "C"),
    books=("fund", "insurer", "fund"),
    base_values=np.array([10e6, 20e6, 40e6]),
    pnl=np.array([[1e6, 2e6, -4e6], [0.0, 0.0, -0.001]]),
    notes=(),
)


def test_total_then_each_book_with_its_positions():
    shown = table(STRESSED, "P&L")
    assert shown.title == "P&L, JPY mn, gains positive"
    assert [list(row) for row in shown.rows] == [
        ["total", "70.00", "-1.00", "0.00"],
        [],
        ["fund", "50.00", "-3.00", "0.00"],
        ["  A", "10.00", "1.00", "0.00"],
        ["  C", "40.00", "-4.00", "0.00"],
        [],
        ["insurer", "20.00", "2.00", "0.00"],
        ["  B", "20.00", "2.00", "0.00"],
    ]


def test_without_arguments_the_sample_books_meet_every_bundled_shock(unwind):
    done = unwind("stress")
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("april-2025", "article-2025", "august-2024", "life-insurer"))
