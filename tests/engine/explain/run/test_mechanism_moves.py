"""What mechanisms did on paths, against the same paths without them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.explain.run.mechanism_moves import NAMES, mechanism_moves, named_events
from engine.explain.run.run_source import ready_by_settings
from engine.mechanisms.registry import MECHANISMS
from engine.run.replayed_levels import replayed_levels
from kernels.law_layout import PATH_SERIES
from tests.engine.explain.run.runs import REGIMES, config, ignore, ready

IDS = np.arange(400, dtype=np.uint64)
DAYS = np.arange(1, 11)

HEAD = 'title = "t"\nstress = true\ndescription = "d"\nsource = "s"\nlaw = "gaussian"\n'
JUMP = """
[[jumps]]
name = "sudden"
source = "s"
rates = { "*" = 40.0 }
mean = { USDJPY = -0.02 }
loadings = [{ USDJPY = 0.01, JGB_10Y = 0.0005 }]
"""


def run_of(tmp_path, name, text):
    path = tmp_path / f"{name}.toml"
    path.write_text(HEAD + text)
    return ready_by_settings(config(str(path), steps="daily"), ignore)


def deviations(run, name):
    part, scenario = run.place_of(name)
    return replayed_levels(part, scenario, IDS, DAYS)[:, : len(part.inputs.market.factors)]


def test_jumps_are_what_the_paths_have_more_than_without_them(tmp_path):
    with_jumps, without = run_of(tmp_path, "with", JUMP), run_of(tmp_path, "without", "")
    part, scenario = with_jumps.place_of("with")
    (found,) = mechanism_moves(part, scenario, IDS)
    assert found.mechanism.name == "jump: sudden"
    wanted = (deviations(with_jumps, "with") - deviations(without, "without"))[-1]
    np.testing.assert_allclose(found.moves[-1], wanted, atol=1e-15)  # of deviations of 0.1: rounding
    assert 0.7 < found.came.any(axis=0).mean() < 0.9  # 1 - exp(-40 * 10 / 252) is 0.80
    events = named_events([found], 0)
    assert [step for step, _ in events] == np.flatnonzero(found.came[:, 0]).tolist()


CAP = """
[cap]
source = "s"
factor = "JGB_10Y"
room_bp = 8.0
band_bp = 20.0
at_cap_bp = 10.0
bp_per_jpy_tn = 1.0
probability = 0.1
probability_per_jpy_tn = 0.002
shape = { JGB_30Y = 0.8 }
spill = { JGB_10Y = 0.5, USDJPY = -0.5 }
"""


def test_a_caps_end_and_its_purchases_are_what_the_paths_have_more_than_without_it(tmp_path):
    """Under a gaussian law nothing answers to the cap, so that all that differs is its own."""
    capped, free = run_of(tmp_path, "capped", CAP), run_of(tmp_path, "free", "")
    part, scenario = capped.place_of("capped")
    end, bought = mechanism_moves(part, scenario, IDS)
    assert (end.mechanism.name, bought.mechanism.name) == ("end of the cap", "purchases under the cap")
    more = (deviations(capped, "capped") - deviations(free, "free"))[-1]
    np.testing.assert_allclose(end.moves[-1] + bought.moves[-1], more, atol=1e-15)  # of deviations of 0.1: rounding
    at = [factor.name for factor in part.inputs.market.factors].index("JGB_10Y")
    assert (bought.moves[-1, at] <= 0.0).all()
    assert (end.moves[-1, at] >= 0.0).all()
    assert bought.moves[-1, at].min() < 0.0 < end.moves[-1, at].max()
    assert end.came.sum(axis=0).max() == 1  # a cap ends once
    path = int(np.flatnonzero(end.came.any(axis=0))[0])
    assert named_events([end, bought], path) == ((int(np.flatnonzero(end.came[:, path])[0]), "end of the cap"),)


def test_every_mechanism_has_a_name_here_and_in_the_document_or_is_known_to_move_nothing_by_itself():
    text = (Path(__file__).parents[4] / "docs" / "how-to" / "explain.md").read_text()
    assert set(NAMES) == set(MECHANISMS)
    assert [name for names in NAMES.values() for name in names if f"| `{name}` |" not in text] == []


@pytest.mark.slow  # two runs of its own
def test_a_sale_of_carry_trades_is_what_the_first_date_of_sales_has_more(tmp_path):
    loop, plain = ready("unwind-loop"), ready("filtered", steps="daily")
    part, scenario = loop.place_of("unwind-loop")
    factors = [factor.name for factor in part.inputs.market.factors]
    fx, sold = factors.index("USDJPY"), len(factors) + PATH_SERIES.index("carry_sold")
    series = replayed_levels(part, scenario, IDS, DAYS)[:, sold]
    path = int(np.flatnonzero(series[-1] > 0.0)[0])
    first = int(np.flatnonzero(series[:, path] > 0.0)[0])
    book = part.packed.book._replace(run=part.packed.book.run._replace(observations=np.array([first + 1])))
    until_then = replace(part, packed=replace(part.packed, book=book))
    (found,) = mechanism_moves(until_then, scenario, IDS[path : path + 1])
    assert found.mechanism.name == "yen stops"
    more = (deviations(loop, "unwind-loop") - deviations(plain, "filtered"))[first, :, path]
    assert more[fx] < 0.0
    np.testing.assert_allclose(found.moves[0, :, 0], more, atol=2e-4)  # others by vols at the start, not of the day
    assert found.moves[0, fx, 0] == pytest.approx(more[fx], rel=1e-6)


def test_sales_of_treasuries_and_regimes_are_found_where_the_path_has_them():
    part, scenario = ready("base", REGIMES).place_of("three-regimes")
    found = {each.mechanism.name: each for each in mechanism_moves(part, scenario, IDS)}
    assert {"intervention", "sales of Treasuries", "drift of REPATRIATION", "jump: repatriation"} <= set(found)
    n_factors = len(part.inputs.market.factors)
    series = replayed_levels(part, scenario, IDS, DAYS)[:, n_factors:]
    ust = [factor.name for factor in part.inputs.market.factors].index("UST_10Y")
    impact = series[-1, PATH_SERIES.index("impact")]
    per_impact = part.packed.model.impact[int(part.packed.book.run.dynamics[scenario]), ust]
    np.testing.assert_allclose(found["sales of Treasuries"].moves[-1, ust], per_impact * impact, rtol=1e-9, atol=1e-15)
    away = (series[:, PATH_SERIES.index("regime")] == 2.0).any(axis=0)
    assert (found["drift of REPATRIATION"].came.any(axis=0) == away).all()


def test_a_law_without_mechanisms_has_none():
    part, scenario = ready("base", REGIMES).place_of("base")
    assert mechanism_moves(part, scenario, IDS) == ()
