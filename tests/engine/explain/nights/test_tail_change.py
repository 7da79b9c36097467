"""The change of VaR and ES in parts."""

import math
from fractions import Fraction

import numpy as np
import pytest

from engine.explain.nights.change import ChangeQuestion, nights_change
from engine.explain.nights.corners import common_runs, stream_of
from engine.explain.nights.mixed_books import NightBooks
from engine.explain.nights.movers import Mover
from engine.explain.nights.recorded_night import two_nights
from engine.explain.nights.tail_change import tail_changes
from tests.engine.explain.two_nights import ignore, moved_on, plain_market, record_night

N_SEEDS = 200
MOVERS = tuple(Mover(keys=keys, label="", meaning="") for keys in (("ageing",), ("curve:JGB",), ("vols",), ("trades",)))


def test_parts_add_up_to_the_recorded_change_to_the_last_bit(change):
    assert len(change.changes) == 3 * 2 * 2  # scopes, confidences, measures
    for each in change.changes:
        assert each.change == each.after.value - each.before.value
        assert sum(Fraction(part.value) for part in each.parts) == Fraction(each.change)
        assert math.fsum(part.value for part in each.parts) == each.change


def test_the_ends_are_the_recorded_nights_bit_for_bit(change):
    # The common draws are those of the nights: nothing is left to paths and settings.
    simulation = [part for each in change.changes for part in each.parts if part.key == "simulation"]
    assert {(part.value, part.se) for part in simulation} == {(0.0, 0.0)}


def test_movers_that_did_not_move_are_exactly_nothing(change):
    assert change.unmoved == ("curve:UST", "prices", "correlations", "lead", "basis", "law")
    for each in change.changes:
        assert all((part.value, part.se) == (0.0, 0.0) for part in each.parts if part.key in change.unmoved)


def test_a_book_that_came_is_all_trades(change):
    # The bills were not there: whatever else moved first, they are worth nothing until they come. So a share of a
    # mover is a part of what it does to them once they are there, and trades bear the most.
    bills = [each for each in change.changes if each.scope == "book:bills"]
    assert {each.before.value for each in bills} == {0.0}
    for each in bills:
        largest = max(each.parts, key=lambda part: abs(part.value))
        assert largest.key == "trades"


def test_a_night_against_itself_is_all_zeros(second_night):
    found = nights_change(ChangeQuestion(nights=(second_night, second_night), n_paths=3200), ignore, ignore)
    assert found.n_runs == 1
    for each in found.changes:
        assert each.change == 0.0
        assert [(part.value, part.se) for part in each.parts] == [(0.0, 0.0)] * len(each.parts)


def test_what_one_mover_moves_is_its_own(first_night, wilder_night):
    found = nights_change(ChangeQuestion(nights=(first_night, wilder_night)), ignore, ignore)
    for each in found.changes:
        values = {part.key: part.value for part in each.parts if part.value}
        assert values == {"vols": each.change}
        if each.scope == "total":
            # base is normal about its mean: a tenth more vol is a tenth more of the loss from there, curvature aside
            row = two_nights(first_night, wilder_night, None, None)[0].scopes["total"]
            # the drift's mean is known by that of the paths, four errors of it
            assert each.change == pytest.approx(0.1 * (each.before.value + row.mean), abs=0.4 * row.mean_se)


@pytest.mark.slow
def test_the_order_of_the_movers_does_not_matter(first_night, second_night):
    nights = two_nights(first_night, second_night, None, None)
    books = NightBooks(nights=nights)
    stream = stream_of(nights, 3200, ("total",), (0.9,), ignore)
    found = []
    for order in ((0, 1, 2, 3), (3, 1, 0, 2)):
        moved = [MOVERS[i] for i in order]
        runs = common_runs(nights, books, stream, [mover.keys for mover in moved], ignore)
        found.append(tail_changes(nights, stream, moved, moved, runs))
    for one, other in zip(*found, strict=True):
        parts = [{part.key: part.value for part in each.parts} for each in (one, other)]
        # sums of 16 figures of 1e8, each rounded to 1e-8, and the grid's own spacing
        assert all(parts[0][key] == pytest.approx(parts[1][key], abs=1e-6) for key in parts[0])


@pytest.mark.slow
def test_figures_of_two_seeds_differ_by_simulation_and_its_error_says_by_how_much(tmp_path, first_night):
    other = record_night(tmp_path / "seed", plain_market(), seed=2)
    found = nights_change(ChangeQuestion(nights=(first_night, other)), ignore, ignore)
    for each in found.changes:
        simulation = next(part for part in each.parts if part.key == "simulation")
        assert simulation.value == each.change != 0.0
        assert simulation.se == pytest.approx(np.hypot(each.before.se, each.after.se), rel=1e-12)
        assert abs(simulation.value) < 4.0 * simulation.se  # passes by chance in all but 6e-5 of seeds


@pytest.mark.slow  # 200 seeds of two nights and eight runs between them: some three minutes
def test_paired_errors_cover(tmp_path):
    """Over 200 seeds parts spread by what their errors say, and two errors hold their mean as often as they should."""
    found = []
    for seed in range(1, N_SEEDS + 1):
        first = record_night(tmp_path / f"a{seed}", plain_market(), seed=seed)
        second = record_night(tmp_path / f"b{seed}", moved_on(plain_market()), seed=seed)
        found.append(nights_change(ChangeQuestion(nights=(first, second)), ignore, ignore).changes)
    for which in range(len(found[0])):
        same = [each[which] for each in found]
        series = {part.key: [(each.parts[i].value, each.parts[i].se) for each in same]
                  for i, part in enumerate(same[0].parts)}  # fmt: skip
        series["change"] = [(each.change, each.change_se) for each in same]
        for key, pairs in series.items():
            values, ses = np.array(pairs).T
            if values.any():
                said = same[0].scope, same[0].measure, same[0].confidence, key
                # A spread of 200 is known to 1 / sqrt(398) = 5 %, and an error that it is held to, of 32 sections, is
                # right on average: four deviations. Of 200 runs 95.4 % lie within two errors: four deviations of that.
                ratio = np.sqrt((ses**2).mean()) / values.std(ddof=1)
                assert 0.8 < ratio < 1.25, (said, ratio)
                covered = (np.abs(values - values.mean()) < 2.0 * ses).mean()
                assert covered > 0.895, (said, covered)
