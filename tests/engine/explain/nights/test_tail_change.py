"""The change of VaR and ES in parts."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine.explain.nights.change import ChangeQuestion, nights_change
from engine.explain.nights.corners import common_runs, stream_of
from engine.explain.nights.mixed_books import NightBooks
from engine.explain.nights.movers import Mover
from engine.explain.nights.orders import all_orders_of
from engine.explain.nights.recorded_night import two_nights
from engine.explain.nights.tail_change import tail_changes
from engine.run import prepared
from tests.engine.explain.two_nights import BILL, JGB, N_PATHS, UST, ignore, moved_on, plain_market, record_night

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
        runs = common_runs(nights, books, stream, [mover.keys for mover in moved], all_orders_of(len(moved)), ignore)
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


JUMP = """
title = "t"
description = "d"
source = "s"
[[jumps]]
name = "fall"
source = "s"
day = 1
probability = {probability}
mean = {{ USDJPY = {mean} }}
"""
WIDE = tuple(
    Mover(keys=keys, label="", meaning="")
    for keys in (("ageing", "curve:JGB"), ("prices", "vols"), ("correlations",), ("trades",), ("law",))
)


def two_wide_nights(tmp_path):
    """Two recorded nights that differ by market blocks, correlations, trades in and out, and a scenario's numbers."""
    market = plain_market()
    later = moved_on(replace(market, fx={**market.fx, "USD": 0.99 * market.usdjpy}))
    later = replace(later, correlation=0.7 * later.correlation + 0.3 * np.eye(len(later.factors)))
    folders = []
    for name, of, rows, numbers in (
        ("first", market, JGB + UST, {"probability": 0.3, "mean": -0.01}),
        ("second", later, JGB + BILL, {"probability": 0.4, "mean": -0.012}),
    ):
        (tmp_path / name).mkdir()
        scenario = tmp_path / name / "fall.toml"
        scenario.write_text(JUMP.format(**numbers), encoding="utf-8")
        folders.append(record_night(tmp_path / name / "night", of, rows, scenarios=f'["{scenario}"]'))
    return two_nights(*folders, None, None)


class PackedOnce:
    """Packs what is run between two nights for the first seed, and hands it out again, in that order, for others."""

    def __init__(self, pack):
        self.pack, self.packed, self.place = pack, [], None

    def next_seed(self):
        self.place = None if self.place is None and not self.packed else 0

    def __call__(self, config, inputs, n_steps):
        if self.place is None:
            self.packed.append(self.pack(config, inputs, n_steps))
            return self.packed[-1]
        self.place += 1
        return self.packed[self.place - 1]


def drawn_parts(nights, pack_once, n_seeds):
    """Parts of the change and their errors by seed: (2, n_seeds, n_figures, n_parts), the whole change last."""
    books, first = NightBooks(nights=nights), stream_of(nights, N_PATHS, ("total",), (0.8, 0.9), ignore)
    found = []
    for seed in range(1, n_seeds + 1):
        stream = replace(first, config=first.config.model_copy(update={"seed": seed}))
        pack_once.next_seed()
        runs = common_runs(nights, books, stream, [mover.keys for mover in WIDE], all_orders_of(len(WIDE)), ignore)
        found.append([_parts(each) for each in tail_changes(nights, stream, WIDE, WIDE, runs)])
    return np.moveaxis(np.array(found), -1, 0)


@pytest.mark.slow  # 200 seeds of 34 runs: some three minutes
def test_paired_errors_cover(tmp_path, monkeypatch):
    """Over 200 seeds parts spread by what their errors say, and two errors hold their mean as often as they should."""
    pack_once = PackedOnce(prepared._pack)
    nights = two_wide_nights(tmp_path)
    monkeypatch.setattr(prepared, "_pack", pack_once)
    values, ses = drawn_parts(nights, pack_once, N_SEEDS)
    assert values.std(axis=0).all()  # all of them move
    # A spread of 200 is known to 1 / sqrt(398) = 5 %, and an error that it is held to, of 32 sections, is right on
    # average: four deviations. Of 200 runs 95.4 % lie within two errors: four deviations of that.
    ratios = np.sqrt((ses**2).mean(axis=0)) / values.std(axis=0, ddof=1)
    covered = (np.abs(values - values.mean(axis=0)) < 2.0 * ses).mean(axis=0)
    assert ratios.min() > 0.8, ratios
    assert ratios.max() < 1.25, ratios
    assert covered.min() > 0.895, covered


def _parts(each):
    """The parts of movers, and what they add up to: what is recorded is not drawn anew, and the rest is left out."""
    mine = {part.key: (part.value, part.se) for part in each.parts}
    whole = each.change - mine["simulation"][0], each.change_se
    return [*(mine[mover.key] for mover in WIDE), whole]
