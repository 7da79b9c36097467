"""The tail of a scenario, and what has none."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.explain.run.run_explanation import run_explanation
from engine.explain.run.run_source import measured_by_settings
from engine.explain.run.tail_paths import drawn_tail
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from kernels.base import PathRange
from tests.engine.explain.run.runs import N_PATHS, config, ignore, measured

BILL = "position_id,kind,currency,notional,coupon,maturity,book\nB,JGB,JPY,1000000,0.01,2025-06-02,b\n"


def test_its_paths_are_those_of_the_run_that_lose_var_or_more():
    run = measured()
    part, scenario = run.ready.place_of("base")
    total = run.totals[0].measures[-1]
    found = drawn_tail(part, scenario, total, N_PATHS)
    pnl = part.backend.pnl(part.program, PathRange(first=0, n=N_PATHS))[0]
    wanted = np.flatnonzero(pnl <= -total.of(VALUE_AT_RISK).value)
    assert sorted(found.numbers[: found.n_tail].tolist()) == wanted.tolist()
    np.testing.assert_array_equal(found.pnl[0, : found.n_tail], pnl[found.numbers[: found.n_tail]])


def test_too_few_paths_in_the_tail_are_refused_with_how_many_are_needed():
    run = measured_by_settings(config("base", paths=1_000), ignore, ignore)
    with pytest.raises(InputError, match=r"scenario base has 1[01] paths in its tail.* run 8,000 paths or more"):
        run_explanation(run)


def test_a_book_that_nothing_moves_has_no_tail(tmp_path):
    book = tmp_path / "book.csv"
    book.write_text(BILL)  # matures within the horizon, in yen
    run = measured_by_settings(config("base", book=[str(book)]), ignore, ignore)
    with pytest.raises(InputError, match="scenario base has no tail: every path has the same P&L"):
        run_explanation(run)


def test_parts_and_total_of_a_law_with_a_table_have_its_error_drawn_or_exact():
    """20,000 paths are enough for the table's error, which is told from 16,384 on; in a day all moves are valued."""
    for days in (1, 2):
        run = measured_by_settings(config("filtered", horizon_days=days), ignore, ignore)
        (each,) = run_explanation(run).scenarios
        assert each.is_exact == (days == 1)
        figures = [figure for part in each.books for figure in part.figures.values()]
        assert all(figure.table_se > 0.0 for figure in figures)
        assert all((figure.se > 0.0) == (days == 2) for figure in figures)
        assert all(each.total.measures[-1].table_ses[key] > 0.0 for key in each.books[0].figures)
