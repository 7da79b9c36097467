"""What differs between two records, in the words and units of other tables; what the errors explain waits for --all."""

from cli.record.difference_table import LABELS, difference_tables, measure_label
from engine.record.query import Rows
from engine.record.tables import SIGNS

COLUMNS = ("run", "scenario", "scope", "measure", "confidence", "curve", "before", "after", "change", "se", "unit")
ROWS = (
    ("life", "base", "total", "value_at_risk", 0.99, None, 10.6e9, 12.6e9, 2.0e9, 0.2e9, "JPY"),
    ("life", "base", "total", "component_expected_shortfall", 0.99, None, 10.6e9, 10.8e9, 0.2e9, 0.2e9, "JPY"),
    ("life", "base", "book:fund", "shock_pnl", None, None, None, 3.0e9, None, 0.0, "JPY"),
    ("life", None, "total", "dv01", None, "JGB", 4.0e6, 5.5e6, 1.5e6, 0.0, "JPY/bp"),
)


def tables(*, everything):
    return difference_tables("From one to other", Rows(columns=COLUMNS, rows=ROWS), everything=everything)


def test_what_is_beyond_two_errors_has_labels_and_units():
    money, slopes = tables(everything=False)
    assert (money.title, money.unit) == ("From one to other", "JPY bn")
    assert money.rows == [
        ["life", "base", "total", "VaR 99 %", "", "10.6", "12.6", "+2.00 ±0.20"],
        ["life", "base", "fund", "shock P&L", "", "", "3.0", "in one alone"],
    ]
    assert (slopes.title, slopes.unit) == ("From one to other", "JPY mn/bp")
    assert slopes.rows == [["life", "", "total", "DV01", "JGB", "4.00", "5.50", "+1.500"]]
    assert slopes.footnote == "1 more differ by 2 errors of the simulation or less: --all."


def test_all_rows_are_shown_where_asked_for_and_no_difference_is_said():
    money, slopes = tables(everything=True)
    assert [row[3] for row in money.rows] == ["VaR 99 %", "ES 99 %, part of the total's", "shock P&L"]
    assert slopes.footnote == ""
    (nothing,) = difference_tables("t", Rows(columns=COLUMNS, rows=()), everything=True)
    assert (nothing.rows, nothing.columns[0].heading) == ([], "nothing differs")


def test_every_figure_of_the_record_has_a_label():
    assert set(LABELS) == set(SIGNS)
    assert measure_label("value_at_risk_around_shock", 0.99) == "VaR 99 % after shock"
