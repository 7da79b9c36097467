"""Whatever the blocks, their order and the workers: the same figures, and those of the whole vector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError, RiskError
from engine.risk.accumulate import BracketMissError, TailAccumulator
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.plan import plan_brackets, plan_whole
from engine.risk.tail import estimate_sample
from kernels.base import CELL
from tests.engine.risk.numpy_reduction import reduce_pnl

LEVELS = (0.95, 0.975, 0.999)
N_PATHS = 7 * CELL + 1_000  # eight cells, the last one short
N_CELLS = 8
PILOT = 2


def make_pnl():
    """Normal; heavy-tailed; constant; a third at zero and a floor at the 5 % quantile; whole yen in few values."""
    rng = np.random.default_rng(3)
    z = rng.standard_normal(N_PATHS)
    clipped = np.where(z > 1.0, 0.0, np.maximum(z, -1.6449))
    return np.stack([z, rng.standard_t(4, N_PATHS) * 1e6, np.full(N_PATHS, 0.1), clipped, np.round(z * 4)])


PNL = make_pnl()
CENTRE = np.array([0.1, 0.0, 0.25, -0.5, 0.0])
PLANS = {
    "whole": plan_whole(len(PNL), N_PATHS, LEVELS),
    "brackets": plan_brackets(len(PNL), N_PATHS, LEVELS, PILOT),
}


def add_cells(accumulator, first, n_cells, pnl=PNL):
    accumulator.add(reduce_pnl(pnl, first, n_cells, CENTRE[: len(pnl)], accumulator.brackets()))


def figures(accumulator):
    rows = range(accumulator.plan.n_rows)
    tails = [accumulator.result(row, level) for row in rows for level in accumulator.plan.confidences]
    return tails, [accumulator.moments(row) for row in rows], [accumulator.pnl_sha256(row) for row in rows]


def run_in_order(plan, pnl=PNL):
    accumulator = TailAccumulator(plan, CENTRE[: len(pnl)])
    for cell in range(plan.n_cells):
        add_cells(accumulator, cell, 1, pnl)
    return accumulator


@pytest.fixture(scope="module", params=PLANS)
def plan(request):
    return PLANS[request.param]


@pytest.fixture(scope="module")
def reference(plan):
    return figures(run_in_order(plan))


def test_figures_are_those_of_the_whole_vector(plan):
    accumulator = run_in_order(plan)
    for row, pnl in enumerate(PNL):
        for level in LEVELS:
            got, wanted = accumulator.result(row, level), estimate_sample(pnl, level)
            if plan is PLANS["whole"]:
                assert got == wanted
                continue
            assert got.of(VALUE_AT_RISK) == wanted.of(VALUE_AT_RISK)  # order statistics: bit for bit
            # sums about the centre instead of the VaR: rounding, magnified by the distance between the two
            assert got.flat() == pytest.approx(wanted.flat(), rel=1e-11, abs=1e-9)
        assert accumulator.moments(row).mean == pytest.approx(pnl.mean(), rel=1e-9, abs=1e-12)
        assert accumulator.moments(row).std == pytest.approx(pnl.std(ddof=1), rel=1e-9, abs=1e-7)


def random_split(data, first, last):
    """Blocks (first, n_cells) that cover the cells, in any order."""
    cuts = sorted(data.draw(st.sets(st.integers(first + 1, last - 1)))) if last - first > 1 else []
    blocks = [(a, b - a) for a, b in zip([first, *cuts], [*cuts, last], strict=True)]
    return data.draw(st.permutations(blocks))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_blocks_workers_and_merge_order_leave_no_trace(plan, reference, data):
    whole_run = TailAccumulator(plan, CENTRE)
    first = 0
    while first < N_CELLS:  # the pilot, then the rest; in mode whole there is one phase
        last = whole_run.cells_until
        workers = [whole_run.fork() for _ in range(data.draw(st.integers(1, 3)))]
        for block in random_split(data, first, last):
            add_cells(data.draw(st.sampled_from(workers)), *block)
        while len(workers) > 1:  # any tree of merges
            workers = data.draw(st.permutations(workers))
            workers[0].merge(workers.pop())
        if data.draw(st.booleans()):
            whole_run.merge(workers[0])
        else:
            workers[0].merge(whole_run)
            whole_run = workers[0]
        whole_run.brackets()
        first = last
    assert figures(whole_run) == reference


def test_thresholds_fall_and_save_values():
    accumulator = run_in_order(PLANS["whole"])
    low, high = accumulator.brackets()[0, 0]
    assert low == -np.inf
    # the 5 % quantile is -1.645; six standard errors of its rank are 0.012 further in, and what the buffer has
    # not cut yet leaves it a little above that
    assert -1.64 < high < -1.2


def test_brackets_keep_little_and_none_of_an_atom():
    accumulator = TailAccumulator(PLANS["brackets"], CENTRE)
    add_cells(accumulator, 0, PILOT)
    brackets = accumulator.brackets()
    block = reduce_pnl(PNL, PILOT, 2, CENTRE, brackets)
    kept = np.diff(block.kept_rows)
    assert 0 < kept[0] < 0.05 * 2 * CELL  # 12 standard errors of 3 ranks in a pilot of 131,072: 3.0 % of all paths
    assert kept[2] == 0  # the constant row
    assert kept[3] < kept[0]  # the floor at the 5 % quantile is an atom
    assert kept[4] < 0.001 * 2 * CELL  # of few values, all but the rarest are atoms


def drifting(n_paths):
    """A run whose pilot is not like the rest."""
    pnl = np.random.default_rng(8).standard_normal((1, n_paths))
    pnl[:, PILOT * CELL :] -= 0.08
    return pnl


def test_a_miss_is_detected_and_the_widened_run_is_exact():
    pnl = drifting(N_PATHS)
    plan = plan_brackets(1, N_PATHS, LEVELS, PILOT)
    with pytest.raises(BracketMissError, match="outside its bracket of 6 standard errors") as miss:
        run_in_order(plan, pnl).result(0, 0.95)
    retry, n_misses = miss.value.retry, 1
    while True:
        for cell in range(retry.plan.pilot_cells, N_CELLS):
            add_cells(retry, cell, 1, pnl)
        try:
            got = retry.result(0, 0.95)
            break
        except BracketMissError as again:
            retry, n_misses = again.retry, n_misses + 1
    assert n_misses <= 2
    assert got.of(VALUE_AT_RISK).value == estimate_sample(pnl[0], 0.95).of(VALUE_AT_RISK).value
    assert retry.moments(0).mean == pytest.approx(pnl.mean(), rel=1e-9)


def test_a_pilot_that_does_not_stand_for_the_run_is_a_failure():
    pnl = drifting(N_PATHS)
    pnl[:, PILOT * CELL :] -= 1.0
    accumulator = run_in_order(plan_brackets(1, N_PATHS, LEVELS, PILOT), pnl)
    for _ in range(2):
        with pytest.raises(BracketMissError) as miss:
            accumulator.result(0, 0.95)
        accumulator = miss.value.retry
        for cell in range(PILOT, N_CELLS):
            add_cells(accumulator, cell, 1, pnl)
    with pytest.raises(RiskError, match="do not stand for the run"):
        accumulator.result(0, 0.95)


def test_misuse_is_refused():
    accumulator = TailAccumulator(PLANS["brackets"], CENTRE)
    with pytest.raises(ValueError, match="crosses the pilot's end"):
        add_cells(accumulator, 1, 2)
    with pytest.raises(ValueError, match="need its 2 cells first"):
        add_cells(accumulator, 2, 1)
    add_cells(accumulator, 0, 2)
    with pytest.raises(ValueError, match="6 of 8 cells are missing"):
        accumulator.result(0, 0.95)
    early = accumulator.fork()
    accumulator.brackets()
    with pytest.raises(ValueError, match="part of the pilot"):
        accumulator.merge(early)
    with pytest.raises(ValueError, match="planned differently"):
        accumulator.merge(TailAccumulator(PLANS["whole"], CENTRE))
    with pytest.raises(ValueError, match="`centre` must have shape"):
        TailAccumulator(PLANS["whole"], CENTRE[:2])


def test_only_planned_confidences_are_answered():
    accumulator = run_in_order(PLANS["whole"])
    with pytest.raises(ValueError, match="planned for"):
        accumulator.result(0, 0.9)
    with pytest.raises(InputError, match=r"0\.99"):
        accumulator.result(0, 99)
