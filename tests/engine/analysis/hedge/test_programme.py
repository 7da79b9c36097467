"""The mix of least tail: against every mix of a small grid, within its proven gap, whole, and named where none fits."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from engine.analysis.hedge import programme
from engine.analysis.hedge.programme import GAP, Constraint, InfeasibleError, Problem, UnfinishedError, solve
from engine.risk.measures.expected_shortfall import expected_shortfall

N = 5_000


@pytest.fixture(scope="module")
def problem():
    """Two hedges of the market in a book's losses, and one that is noise alone."""
    rng = np.random.default_rng(3)
    market, other, noise = rng.standard_t(4, N), rng.normal(size=N), rng.normal(size=N)
    return Problem(
        losses=(100.0 * market + 40.0 * other)[None],
        hedges=np.stack([9.0 * market + 3.0 * noise, 7.0 * other + market, 5.0 * noise])[None],
        names=("market", "other", "noise"),
        costs=np.array([1.0, 2.0, 0.5]),
        least=np.zeros(3),
        most=np.array([12.0, 8.0, 6.0]),
        confidence=0.975,
        is_whole=True,
    )


def value(problem, lots):
    pairs = zip(problem.losses, problem.hedges, strict=True)
    pnl = [-losses + np.asarray(lots, np.float64) @ hedges for losses, hedges in pairs]
    each = [expected_shortfall(one, problem.confidence) for one in pnl]
    return (max(each) if problem.weights is None else float(problem.weights @ each)) + float(problem.costs @ lots)


def grid(problem):
    return itertools.product(*(range(int(most) + 1) for most in problem.most))


def test_whole_lots_are_the_best_of_all_mixes_to_the_gap(problem):
    found, none = solve(problem), value(problem, np.zeros(3))
    best = min(value(problem, lots) for lots in grid(problem))
    assert found.lots.tolist() == np.round(found.lots).tolist()
    assert found.value == pytest.approx(value(problem, found.lots), rel=1e-12)
    assert best <= found.value <= best + GAP * none
    assert found.bound <= best + 1e-9 * none  # a bound is below every mix
    assert not found.has_gap


def test_broken_lots_are_no_worse_than_whole_ones_and_no_neighbour_is_better(problem):
    broken = solve(replace(problem, is_whole=False))
    assert broken.value <= solve(problem).value + GAP * value(problem, np.zeros(3))
    for step in np.vstack([0.5 * np.eye(3), -0.5 * np.eye(3)]):
        lots = np.clip(broken.lots + step, 0.0, problem.most)
        assert value(problem, lots) >= broken.bound - 1e-9 * broken.value


def test_a_budget_is_kept_and_the_best_within_it_found(problem):
    held = replace(problem, constraints=(Constraint(name="budget", weights=problem.costs, most=9.0),))
    found = solve(held)
    assert float(problem.costs @ found.lots) <= 9.0
    best = min(value(problem, lots) for lots in grid(problem) if float(problem.costs @ lots) <= 9.0)
    assert best <= found.value <= best + GAP * value(problem, np.zeros(3))


def test_a_hedge_that_hedges_nothing_is_not_bought(problem):
    assert solve(problem).lots[2] == 0.0
    assert solve(problem.alone(2)).lots.tolist() == [0.0]


def test_more_hedges_are_never_worse_than_one_alone(problem):
    mix = solve(problem)
    assert all(mix.value <= solve(problem.alone(k)).value + GAP * abs(mix.value) for k in range(3))


def test_lots_that_must_be_held_are_held(problem):
    assert solve(replace(problem, least=np.array([0.0, 0.0, 2.0]))).lots[2] == 2.0


def test_a_budget_too_small_for_the_shortfall_wanted_is_named_with_what_it_would_take(problem):
    wanted = solve(problem).value * 1.2
    held = replace(problem, es_most=wanted, constraints=(Constraint(name="budget", weights=problem.costs, most=3.0),))
    needed = min(float(problem.costs @ lots) for lots in grid(problem) if value(problem, lots) <= wanted)
    with pytest.raises(InfeasibleError, match=r"fits\. Binding, each by itself: budget must be") as error:
        solve(held)
    assert f"budget must be at least {needed:,.0f}; expected shortfall with costs must be allowed" in str(error.value)


def test_a_carry_that_forbids_what_must_be_held_is_named(problem):
    costly = Constraint(name="carry a day", weights=np.array([0.0, 0.0, 4.0]), most=3.0, is_floor=True)
    held = replace(problem, least=np.array([0.0, 0.0, 2.0]), constraints=(costly,))
    with pytest.raises(InfeasibleError, match=r"Binding, each by itself: carry a day can be -8 at most"):
        solve(held)


def test_nothing_is_named_alone_where_two_stand_in_the_way(problem):
    lots = np.array([0.0, 0.0, 2.0])
    two = tuple(Constraint(name=name, weights=np.array([0.0, 0.0, 4.0]), most=3.0) for name in ("budget", "margin"))
    with pytest.raises(InfeasibleError, match=r"budget, margin, the least lots stand against one another"):
        solve(replace(problem, least=lots, constraints=two))


def test_limits_of_half_lots_are_whole_ones_inside_them(problem):
    found = solve(replace(problem, least=np.array([0.5, 0.0, 0.0]), most=np.array([12.5, 8.5, 6.5])))
    assert found.lots.tolist() == np.round(found.lots).tolist()
    assert 1.0 <= found.lots[0] <= 12.0
    with pytest.raises(InfeasibleError, match=r"no whole number of lots of market lies from 0\.5 to 0\.75: allow"):
        solve(replace(problem, least=np.array([0.5, 0.0, 0.0]), most=np.array([0.75, 8.0, 6.0])))


def test_a_search_that_ends_early_is_not_said_to_have_no_mix(problem, monkeypatch):
    """Two planes are too few to meet the shortfall wanted, which seven and three lots do meet."""
    wanted = replace(problem, es_most=1.0001 * solve(problem).value)
    monkeypatch.setattr(programme, "MOST_PLANES", 1)
    with pytest.raises(UnfinishedError, match="neither a mix that fits was met nor is it proven that there is none"):
        solve(wanted)


def test_the_gap_is_a_part_of_es_without_hedges_and_a_book_without_tail_has_one(problem):
    found = solve(problem)
    assert found.gap == pytest.approx((found.value - found.bound) / value(problem, np.zeros(3)), rel=1e-12)
    assert solve(replace(problem, losses=np.zeros((1, N)))).gap == 0.0


@pytest.fixture(scope="module")
def two_unwinds(problem):
    """A second scenario in which the first hedge pays where it costs in the first, as a Treasury sold does."""
    rng = np.random.default_rng(4)
    market, other, noise = rng.standard_t(4, N), rng.normal(size=N), rng.normal(size=N)
    losses = 60.0 * market + 70.0 * other
    hedges = np.stack([-4.0 * market + 3.0 * noise, 7.0 * other + market, 5.0 * noise])
    return replace(
        problem,
        losses=np.stack([problem.losses[0], losses]),
        hedges=np.stack([problem.hedges[0], hedges]),
    )


def first_of(problem):
    """The same with its first scenario alone."""
    return replace(problem, losses=problem.losses[:1], hedges=problem.hedges[:1])


def test_the_worst_of_two_scenarios_is_the_least_of_all_mixes_to_the_gap(two_unwinds):
    found, none = solve(two_unwinds), value(two_unwinds, np.zeros(3))
    best = min(value(two_unwinds, lots) for lots in grid(two_unwinds))
    assert found.value == pytest.approx(value(two_unwinds, found.lots), rel=1e-12)
    assert best - 1e-9 * none <= found.value <= best + GAP * none  # sums in another order differ by a rounding
    assert found.bound <= best + 1e-9 * none
    alone = solve(first_of(two_unwinds))
    assert found.lots[0] < alone.lots[0]  # for one scenario alone more is bought of what costs in the other
    assert value(two_unwinds, alone.lots) > found.value + GAP * none  # which is worse in the worst of both


def test_a_weighted_mean_of_two_scenarios_is_the_least_of_all_mixes_to_the_gap(two_unwinds):
    mean = replace(two_unwinds, weights=np.array([0.25, 0.75]))
    found = solve(mean)
    best = min(value(mean, lots) for lots in grid(mean))
    none = value(mean, np.zeros(3))
    assert best - 1e-9 * none <= found.value <= best + GAP * none
    one, alone = solve(replace(two_unwinds, weights=np.array([1.0, 0.0]))), solve(first_of(two_unwinds))
    assert one.lots.tolist() == alone.lots.tolist()
    assert one.value == pytest.approx(alone.value, rel=1e-12)
