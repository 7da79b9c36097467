from cli.analysis.gradient_tables import gradient_table
from engine.analysis.contributions.figures import Figure
from engine.analysis.gradient.gradients import Gradient, GradientTable


def gradient(group, name, value, se=0.0, unit="1 bp"):
    figures = {key: Figure(value=value, se=se) for key in ("value_at_risk", "expected_shortfall")}
    return Gradient(group=group, name=name, unit=unit, changes=figures)


def rows_of(*gradients):
    found = GradientTable(scenario="base", confidence=0.99, tail_paths=1500, gradients=gradients)
    return [row for row in gradient_table(found, "JPY").rows if row]


def test_a_curve_is_shown_in_its_order_and_its_group_named_once():
    rows = rows_of(gradient("par yields of JGB", "2Y", 1e6), gradient("par yields of JGB", "10Y", -9e6, 1e5))
    assert [row[:3] for row in rows] == [["par yields of JGB", "2Y", "1 bp"], ["", "10Y", "1 bp"]]
    assert rows[1][3] == "-9.00 ±0.10"


def test_what_changes_nothing_or_less_than_two_errors_is_left_out():
    rows = rows_of(gradient("a", "zero", 1e-3), gradient("a", "noise", 1e6, 6e5), gradient("a", "told", 1e6, 4e5))
    assert [row[1] for row in rows] == ["told"]


def test_parameters_that_make_no_scenario_are_named_below_the_table():
    one = gradient("a", "told", 1e6)
    found = GradientTable(
        scenario="s", confidence=0.99, tail_paths=9, gradients=(one,), left_out=("regimes.A.initial",)
    )
    assert "makes no scenario: regimes.A.initial." in gradient_table(found, "JPY").footnote


def test_of_correlations_the_largest_are_shown_first_and_no_more_than_twelve():
    rows = rows_of(*(gradient("correlations", f"pair {k}", 1e6 * k, unit="0.01") for k in range(1, 21)))
    assert [row[1] for row in rows] == [f"pair {k}" for k in range(20, 8, -1)]
