"""Tables behind the paragraph hold its figures."""

from dataclasses import replace

from cli.analysis.explain_tables import cause_tables, contribution_table, money
from cli.render import plain
from tests.engine.explain.run.runs import explained


def test_what_adds_stands_above_the_total_by_factor_and_below_it_by_book():
    rows = contribution_table(explained()).rows
    names = [row[0] if row else "" for row in rows]
    assert names[names.index("total") - 1] == "  ageing"
    assert names[names.index("total") + 2 :] == ["by book", "  carry-fund", "  life-insurer"]
    assert len(rows[1]) == 1 + 2 * 2  # VaR and ES of two scenarios
    assert rows[1][1] == "+0.1"  # 0.0591 bn, of a total of 10.7


def test_a_mechanism_that_cost_nothing_beyond_its_error_has_no_row():
    regimes = explained().scenarios[1]
    kept, other = regimes.mechanisms[0], replace(regimes.mechanisms[1], name="trifle", cost=1e4, cost_se=1e5)
    _, mechanisms, _ = cause_tables(
        replace(regimes, mechanisms=(replace(kept, cost=5e8, cost_se=1e7), other)), explained()
    )
    assert [row[0] for row in mechanisms.rows] == [kept.name]


def test_a_table_by_cause_one_by_mechanism_and_one_by_regime_where_the_law_has_them():
    base, regimes = explained().scenarios
    assert len(list(cause_tables(base, explained()))) == 1
    causes, mechanisms, ends = cause_tables(regimes, explained())
    assert [row[0] for row in ends.rows] == ["CALM", "FLIGHT", "REPATRIATION"]
    assert "jump: repatriation" in [row[0] for row in mechanisms.rows]
    assert "stress law: not a forecast" in causes.title
    assert causes.rows[0][-1] == " ".join(map(str, regimes.causes[0].typical))
    assert max(map(len, plain(causes).splitlines())) <= 120
    assert money(explained()).unit == "JPY bn"
