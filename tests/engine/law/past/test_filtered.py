"""A market's filtered state as a law: its arrays, its clock, factors without a history, ranges."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.filtered import WEEKDAYS_PER_YEAR, row_law, step_spans
from engine.market.filtered import FilteredState, GivenFactor
from engine.mechanisms.carry import Carry
from engine.mechanisms.impact import Impact
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.jumps import Jump
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.scenario.apply import apply
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.numpy.steps import filtered as oracle
from kernels.payoffs import empty_book

FILTERED = Unwind(law="filtered")
MARKET = load_market(bundled_market_path())


@pytest.fixture(scope="module")
def case(root):
    """The calibration of 2024-07-22 is not at hand without its history: its one-day figures are not used here."""
    return json.loads((root / "tests/data/filtered_law.json").read_text("utf-8"))["cases"][0]


def levels_of(law, n_steps, n_paths=4096, first=0, *, float32=False):
    return series_of(law, n_steps, n_paths, first, float32=float32)[:, : len(MARKET.factors)]


def series_of(law, n_steps, n_paths=4096, first=0, *, float32=False):
    _, model = model_arrays([law])
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=len(MARKET.factors), n_steps=n_steps)
    backend = NumbaBackend()
    program = backend.prepare(model, book, seed=1, n_steps=n_steps, float32=float32, centre=np.zeros(2))
    return backend.levels(program, np.arange(first, first + n_paths, dtype=np.uint64))[0]


def test_spans_are_weekdays_between_days_that_tokyo_and_new_york_share():
    # from Friday 2025-05-02: Golden Week shuts Tokyo on Monday and Tuesday (3 to 6 May), so 7 May is the third weekday
    assert step_spans(date(2025, 5, 2), 3).tolist() == [3.0, 1.0, 1.0]
    # 2025-05-23, a Friday: Memorial Day on the 26th
    assert step_spans(date(2025, 5, 23), 2).tolist() == [2.0, 1.0]
    year = step_spans(date(2025, 5, 28), 250)
    assert year.sum() == pytest.approx(WEEKDAYS_PER_YEAR * 250 / 235, rel=0.02)  # 231 to 241 joint dates a year


def test_the_law_is_the_market_files_state(case):
    state = MARKET.filtered
    law, steps = row_law(state, MARKET, 10)
    n = len(state.factors)
    assert [factor.name for factor in MARKET.factors][:n] == list(state.factors)
    assert law.residuals[:, :n].tolist() == state.rows.tolist()
    assert law.weekday_move[:n] ** 2 == pytest.approx(state.variances, rel=1e-15)
    assert law.variance[:n] * law.weekday_move[:n, None] ** 2 == pytest.approx(state.averages, rel=1e-14)
    assert (law.follows.tolist(), law.own_normal[:n].tolist()) == ([1] * n + [0], [0.0] * n)
    assert (steps.decay[:n] == 1.0).all()
    assert (steps.drift[:n] == 0.0).all()
    assert law.lead[:n].T[:, 16].tolist() == state.gamma[:, -1].tolist()


def test_a_factor_without_a_history_moves_by_its_loading_and_a_normal_of_its_own():
    law, steps = row_law(MARKET.filtered, MARKET, 10)
    usdjpy = MARKET.filtered.rows[:, 16]
    assert law.residuals[:, 17] == pytest.approx(-0.3 * usdjpy / np.sqrt((usdjpy**2).mean()), rel=1e-13)
    assert law.own_normal[17] == pytest.approx(np.sqrt(1.0 - 0.09), rel=1e-13)
    assert law.weekday_move[17] == pytest.approx(0.55 / np.sqrt(WEEKDAYS_PER_YEAR), rel=1e-15)
    years = law.root_span @ law.root_span / 10 / WEEKDAYS_PER_YEAR
    assert steps.decay[17] == pytest.approx(np.exp(-2.0 * years), rel=1e-15)


def test_loadings_that_explain_too_much_are_refused():
    given = {"USDJPY_VOL": GivenFactor(loadings={"USDJPY": -1.2}, source="by hand")}
    with pytest.raises(InputError, match=r"the loadings of USDJPY_VOL explain 1.44 of its variance"):
        row_law(replace(MARKET.filtered, given=given), MARKET, 10)


def test_a_vol_multiplier_scales_the_first_days_moves():
    law = law_of(MARKET, 1, 1, FILTERED)
    scenario = replace(load_scenario("filtered"), vol_multipliers=(("UST_*", 2.0), ("USDJPY_VOL", 3.0)))
    shocked = apply(scenario, MARKET)
    other = law_of(shocked.market, 1, 1, shocked.unwind)
    ratio = other.rows.weekday_move / law.rows.weekday_move
    assert ratio == pytest.approx([1.0] * 8 + [2.0] * 8 + [1.0, 3.0], rel=1e-14)


def test_closed_form_variances_of_a_centred_table_without_leads_are_met():
    """E[x^2] of a step is span kappa v with v mixed of averages that go along by kappa v: the law's own recursion."""
    state = MARKET.filtered
    rows = state.rows - state.rows.mean(axis=0)
    still = replace(state, rows=rows, gamma=np.zeros_like(state.gamma))
    found = levels_of(law_of(replace(MARKET, filtered=still), 10, 10, FILTERED), 10, 65_536)
    kappa, averages, total = (rows**2).mean(axis=0), state.averages, np.zeros(17)
    for span in step_spans(MARKET.valuation_date, 10):
        v = averages @ state.weights
        total += span * kappa * v
        averages = state.decays * averages + (1.0 - state.decays) * (kappa * v)[:, None]
    squares = found[-1, :17] ** 2
    errors = squares.std(axis=1) / np.sqrt(squares.shape[1])
    assert (np.abs(squares.mean(axis=1) - total) / errors).max() < 4.0  # four standard errors of 17 figures


def test_ranges_hold_nearly_every_path():
    """What leaves 8.5 standard deviations is revalued in full: it must be rare for speed alone."""
    for n_steps in (1, 10):
        law = law_of(MARKET, n_steps, n_steps, FILTERED)
        found = levels_of(law, n_steps, 65_536)[-1]
        far = np.abs(found - law.mean(n_steps)[:, None]) > 8.5 * law.std(n_steps)[:, None]
        assert far.any(axis=0).mean() < 1e-3


def test_equal_tables_are_handed_over_once():
    laws = [law_of(MARKET, 5, 5, unwind) for unwind in (None, FILTERED, Unwind(nu=5.0), FILTERED)]
    changed = replace(MARKET, filtered=MARKET.filtered.scaled(["USDJPY"], np.array([2.0])))
    laws.append(law_of(changed, 5, 5, FILTERED))
    dynamics, model = model_arrays(laws)
    assert dynamics.tolist() == [0, 1, 2, 1, 3]
    assert model.residuals.shape == (18, 1000)
    assert model.laws["is_filtered"].tolist() == [0, 1, 0, 1]
    assert model.laws["last_row"].tolist() == [0, 1000, 0, 1000]


def test_an_ordinary_law_beside_it_keeps_its_bits():
    plain, both = ([law_of(MARKET, 5, 5)], [law_of(MARKET, 5, 5), law_of(MARKET, 5, 5, FILTERED)])
    found = []
    for laws in (plain, both):
        _, model = model_arrays(laws)
        book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=18, n_steps=5)
        backend = NumbaBackend()
        program = backend.prepare(model, book, seed=1, n_steps=5, float32=False, centre=np.zeros(2))
        found.append(backend.levels(program, np.arange(300, dtype=np.uint64))[0].tobytes())
        assert np.isfinite(backend.pnl(program, PathRange(first=0, n=10))).all()
    assert found[0] == found[1]


def test_a_market_without_it_is_refused():
    with pytest.raises(InputError, match=r"has no law of past days: it has no \[law\] table"):
        law_of(replace(MARKET, filtered=None), 1, 1, FILTERED)
    with pytest.raises(InputError, match="it needs `steps` daily"):
        law_of(MARKET, 10, 1, FILTERED)


def test_a_state_of_fewer_speeds_is_padded():
    state = replace(
        MARKET.filtered, decays=np.array([0.94]), weights=np.ones(1), averages=MARKET.filtered.averages[:, 1:2]
    )
    assert isinstance(state, FilteredState)
    law, _ = row_law(state, MARKET, 2)
    assert (law.speed.tolist(), law.weight.tolist()) == ([0.94, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0])


USDJPY = 16  # its place among the factors
SPANS = step_spans(MARKET.valuation_date, 10)
SHOCK = Jump(
    name="shock",
    source="x",
    rates=(("*", 6.0),),
    mean=(("USDJPY", -0.04),),
    loadings=((("UST_*", 0.002),),),
)
EVENTS = Unwind(
    law="filtered",
    jumps=(SHOCK,),
    intervention=Intervention(source="x"),
    carry=Carry(source="x"),
    repatriation=Repatriation(source="x"),
    impact=Impact(source="x"),
)


def test_drifts_a_year_are_shared_out_by_the_weekdays_of_the_horizon():
    plain = levels_of(law_of(MARKET, 10, 10, FILTERED), 10, 64)
    drifts = (("USDJPY", -0.5), ("JGB_*", 0.01), ("USDJPY_VOL", 1.0))
    led = levels_of(law_of(MARKET, 10, 10, replace(FILTERED, drifts=drifts)), 10, 64)
    years = SPANS.sum() / WEEKDAYS_PER_YEAR
    assert led[-1, USDJPY] - plain[-1, USDJPY] == pytest.approx(-0.5 * years, rel=1e-11)  # rounding of ten steps
    assert led[-1, :8] - plain[-1, :8] == pytest.approx(0.01 * years, rel=1e-10)
    assert led[-1, 8:16].tobytes() == plain[-1, 8:16].tobytes()
    # a vol goes back to its mean at 2 a year: of a drift of 1 (1 - exp(-2 t)) / 2 is left
    assert led[-1, 17] - plain[-1, 17] == pytest.approx(-np.expm1(-2.0 * years) / 2.0, rel=1e-10)


def test_jumps_come_at_their_rate_a_year_and_leave_the_filter_alone():
    jump = Jump(name="fall", source="x", rates=(("*", 10.0),), mean=(("USDJPY", -1.0),))
    plain, jumped = (
        levels_of(law_of(MARKET, 10, 10, unwind), 10, 20_000) for unwind in (FILTERED, replace(FILTERED, jumps=(jump,)))
    )
    counts = plain[-1, USDJPY] - jumped[-1, USDJPY]
    assert counts == pytest.approx(np.round(counts), abs=1e-12)  # averages, and with them later moves, are the same
    expected = 10.0 * SPANS.sum() / WEEKDAYS_PER_YEAR
    assert counts.mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected / 20_000))  # four standard errors
    others = [f for f in range(18) if f != USDJPY]
    assert jumped[:, others].tobytes() == plain[:, others].tobytes()


def test_a_compensated_jump_leaves_the_mean_of_the_price():
    jump = Jump(name="fall", source="x", rates=(("*", 12.0),), mean=(("USDJPY", -0.1),), is_compensated=True)
    plain, jumped = (
        levels_of(law_of(MARKET, 10, 10, unwind), 10, 65_536) for unwind in (FILTERED, replace(FILTERED, jumps=(jump,)))
    )
    ratio = np.exp(jumped[-1, USDJPY] - plain[-1, USDJPY])
    assert ratio.mean() == pytest.approx(1.0, abs=4.0 * ratio.std() / 256)  # four standard errors of 65,536 paths


@pytest.mark.parametrize("float32", [False, True])
def test_without_anything_on_top_the_bits_are_those_of_the_law(float32):
    """A jump that never comes makes the kernels take the way of laws with events."""
    never = Jump(name="never", source="x", rates=(("*", 0.0),), mean=(("USDJPY", -0.1),))
    laws = [law_of(MARKET, 10, 10, unwind) for unwind in (FILTERED, replace(FILTERED, jumps=(never,)))]
    assert [law.unwind is None for law in laws] == [True, False]
    one, other = (levels_of(law, 10, 512, float32=float32) for law in laws)
    assert one.tobytes() == other.tobytes()


def test_sales_have_no_part_in_a_step_that_forces_them():
    """A dated fall by a tenth on the third date: nothing is sold by it before the fourth."""
    fall = Jump(name="fall", source="x", day=3, mean=(("USDJPY", -0.1),))
    found = series_of(law_of(MARKET, 10, 10, replace(EVENTS, jumps=(fall,), intervention=None)), 10, 256)
    quiet = series_of(law_of(MARKET, 10, 10, replace(EVENTS, jumps=(), intervention=None)), 10, 256)
    carry = 18 + PATH_SERIES.index("carry_sold")
    assert found[2, carry].tobytes() == quiet[2, carry].tobytes()
    assert found[3, carry] - found[2, carry] == pytest.approx(np.full(256, 12.5), rel=1e-13)  # a date's limit
    assert (quiet[3, carry] - quiet[2, carry] < 12.5).mean() > 0.9


def test_ranges_hold_nearly_every_path_with_all_on_top():
    law = law_of(MARKET, 10, 10, EVENTS)
    found = levels_of(law, 10, 32_768)[-1]
    far = np.abs(found - law.mean(10)[:, None]) > 8.5 * law.std(10)[:, None]
    assert far.any(axis=0).mean() < 2e-3
    alone = law_of(MARKET, 10, 10, FILTERED)
    assert (law.std(10) >= 0.9999 * alone.std(10)).all()  # rows net of sales lead others by a little less


def largest_growth(rows, factor):
    """The matrix that takes a factor's averages to their largest after a step: of the largest residual there is."""
    most = np.abs(rows.residuals[:, factor]).max() + np.abs(rows.lead[factor]).sum() * rows.clip
    return np.diag(rows.speed) + most**2 * np.outer(1.0 - rows.speed, rows.weight)


def test_averages_stay_within_their_envelope_over_250_dates():
    """No average exceeds what the largest residual on every date would make of it, none falls below what forgets."""
    law = law_of(MARKET, 250, 250, FILTERED)
    _, model = model_arrays([law])
    carried, state = oracle.start_variances(model, 0, 64), np.zeros((18, 64))
    rng, rows = np.random.default_rng(0), law.rows
    growth = np.stack([largest_growth(rows, f) for f in range(17)])
    most = rows.variance[:17].copy()
    for step in range(250):
        drawn = rng.integers(0, 1000, 64).astype(np.uint64)
        oracle.step_by_row(model, 0, step, drawn, rng.standard_normal((18, 64)), np.zeros(64), carried, state)
        most = np.einsum("fkl,fl->fk", growth, most)
        averages = carried.averages[:17]
        assert (averages <= (1.0 + 1e-12) * most[..., None]).all()
        assert (averages >= (rows.variance[:17] * rows.speed ** (step + 1))[..., None] * (1.0 - 1e-12)).all()
    assert np.isfinite(state).all()


@pytest.mark.slow
def test_var_grows_with_the_horizon_to_250_days_in_both_precisions():
    """And nothing overflows, though the filter has no mean to go back to: its tails are wide: docs/concepts/laws.md."""
    days = np.array([1, 5, 10, 21, 63, 125, 250])
    law = law_of(MARKET, 250, 250, FILTERED)
    both = []
    for float32 in (False, True):
        parts = [levels_of(law, 250, 4096, 4096 * k, float32=float32)[days - 1] for k in range(8)]
        both.append(np.concatenate(parts, axis=2).astype(np.float64))
        assert np.isfinite(both[-1]).all()
        for place, sides in ((4, (1.0,)), (6, (1.0,)), (13, (-1.0, 1.0)), (USDJPY, (-1.0, 1.0))):
            for side in sides:  # of a JGB the long book: yields of the past four years rose, and rows are not centred
                for level in (0.975, 0.99):
                    var = np.quantile(side * both[-1][:, place], level, axis=1)
                    assert (np.diff(var) > 0.0).all()
    wide, narrow = both
    assert np.median(np.abs(wide - narrow)[:, :17] / law.std(250)[:17, None]) < 1e-5  # rounding of 250 steps


@pytest.mark.slow
def test_ranges_hold_nearly_every_path_at_250_days():
    """One in a hundred is revalued in full: tails of the filter grow faster than its standard deviation."""
    law = law_of(MARKET, 250, 250, FILTERED)
    found = np.concatenate([levels_of(law, 250, 4096, 4096 * k)[-1] for k in range(8)], axis=1)
    far = np.abs(found - law.mean(250)[:, None]) > 8.5 * law.std(250)[:, None]
    assert 1e-4 < far.any(axis=0).mean() < 2e-2
