"""A run's limits in words and in a table."""

from cli.limit_words import limits_table, nearest_use, use_words
from cli.render import Scale
from tests.cli.made_run import limit_use

BILLIONS = Scale(divisor=1e9, unit="JPY bn", decimals=1)


def test_a_use_names_the_measure_where_it_is_another_and_the_word_of_a_breach():
    def said(use):
        return use_words(use, BILLIONS, "VaR", 0.99)

    assert said(limit_use("VaR", 0.99, 15.2e9, 16e9)) == "limit 16.0, 95 % used"
    assert said(limit_use("VaR", 0.975, 12e9, 16e9)) == "VaR 97.5 % limit 16.0, 75 % used"
    assert said(limit_use("ES", 0.99, 36.6e9, 33e9)) == "ES limit 33.0, 111 % used: SOFT BREACH"
    assert said(limit_use("VaR", 0.99, 20e9, 16e9, severity="hard")) == "limit 16.0, 125 % used: HARD BREACH"


def test_the_nearest_use_is_of_a_measure_of_that_scenario_and_scope():
    var, es = limit_use("VaR", 0.99, 15e9, 16e9), limit_use("ES", 0.99, 17e9, 30e9)
    others = (
        limit_use("ES", 0.99, None, 1e9),
        limit_use("stress", None, 9e9, 1e9),
        limit_use("VaR", 0.99, 9e9, 1e9, scope="book:fund"),
    )
    assert nearest_use((es, var, *others), "base", "total") is var
    assert nearest_use(others, "base", "total") is None


def test_a_table_has_state_use_and_figure_and_says_below_why_one_has_none():
    found = limits_table((limit_use("DV01", None, 683e6, 600e6, scenario=None), limit_use("VaR", 0.95, None, 6e9)))
    assert found.rows == [
        ["DV01 of total", "114 %", "SOFT BREACH", "683.0 of 600.0 JPY mn", "DV01 total"],
        ["VaR of total", "-", "not evaluated", "6.00 JPY bn", "VaR 95 % base total"],
    ]
    assert found.footnote == "VaR of total: the run has no such figure."
