"""A cap in the law's record and arrays: its room, its dates, and that it does nothing where it is out of reach."""

from dataclasses import replace

import numpy as np
import pytest

from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.cap import cap_arrays, cap_record
from engine.law.law import law_of
from engine.law.part import LawSetting
from engine.mechanisms.cap import Cap
from engine.mechanisms.unwind import Unwind
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
NAMES = [factor.name for factor in MARKET.factors]
CAP = Cap(source="x", factor="JGB_10Y", room_bp=12.0, band_bp=8.0, at_cap_bp=3.0, bp_per_jpy_tn=0.5, probability=0.1)


def setting(market=MARKET, n_steps=20):
    return LawSetting(market=market, base=MARKET, dt=1 / 252, n_steps=n_steps)


def test_the_room_is_that_of_the_unshocked_market_and_a_shock_takes_of_it():
    found = cap_record(Unwind(cap=CAP), setting())
    assert (found["is_capped"], found["capped"], found["end_least"]) == (1, NAMES.index("JGB_10Y"), 0.1)
    sizes = [found[name] for name in ("cap_begin", "cap_band", "cap_pull", "pull_per_tn")]
    assert sizes == pytest.approx([0.0004, 0.0008, 0.0003, 0.00005], rel=1e-12)
    curve = MARKET.curves["JGB"]
    risen = replace(MARKET, curves={**MARKET.curves, "JGB": replace(curve, zero_rates=curve.zero_rates + 0.0003)})
    assert cap_record(Unwind(cap=CAP), setting(risen))["cap_begin"] == pytest.approx(0.0001, rel=1e-9)
    assert cap_record(Unwind(), setting()) == {}


def test_it_may_end_on_meetings_alone_or_on_any_day():
    # 17 June 2025 is the fourteenth joint business day after 28 May
    at_meetings = cap_arrays(Unwind(cap=replace(CAP, event="boj-meetings")), setting()).may_end
    assert np.flatnonzero(at_meetings).tolist() == [13]
    assert cap_arrays(Unwind(cap=CAP), setting()).may_end.tolist() == [1.0] * 20


def test_what_comes_back_is_what_was_pulled_and_the_spill_beside_it():
    cap = replace(CAP, shape=(("JGB_*", 0.2), ("JGB_7Y", 0.7)), spill=(("USDJPY", -28.0),))
    found = cap_arrays(Unwind(cap=cap), setting())
    at = [NAMES.index(name) for name in ("JGB_1Y", "JGB_7Y", "JGB_10Y", "UST_10Y", "USDJPY")]
    assert found.shape[at].tolist() == [0.2, 0.7, 1.0, 0.0, 0.0]
    assert found.release[at].tolist() == [0.2, 0.7, 1.0, 0.0, -28.0]


@pytest.mark.parametrize("law", [None, "filtered"])
def test_a_cap_out_of_reach_has_the_bits_of_the_law_beneath(law):
    far = replace(CAP, room_bp=1e3, probability=0.0)
    scenario, ids = load_scenario("filtered"), np.arange(200, dtype=np.uint64)
    beneath, above = (
        walk_of(replace(scenario, unwind=unwind), MARKET, n_days=4, seed=1, backend=NumbaBackend()).deviations(ids)
        for unwind in (Unwind(law=law), Unwind(law=law, cap=far))
    )
    assert beneath.tobytes() == above.tobytes()


def test_the_range_of_the_yield_and_of_what_it_spills_over_holds_what_may_come_back():
    plain = law_of(MARKET, 20, 20, Unwind(law="filtered"))
    near = replace(CAP, room_bp=0.0, spill=(("USDJPY", -28.0),))
    wide = law_of(MARKET, 20, 20, Unwind(law="filtered", cap=near))
    at, fx = NAMES.index("JGB_10Y"), NAMES.index("USDJPY")
    held = 2.0 * plain.std(20)[at] + 0.0008
    for f, moved in ((at, held), (fx, 28.0 * held)):
        assert 7.0 * wide.std(20)[f] == pytest.approx(max(7.0 * plain.std(20)[f], 4.0 * plain.std(20)[f] + moved))
