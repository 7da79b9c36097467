"""The filtered law of a date: known answers, nothing from later rows, and what is refused."""

import json
import time
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.calibration.filtered import (
    DEFAULT_RULE,
    FilterRule,
    calibrated_market,
    filtered_state,
    given_factors,
    rows_and_leads,
    standardised,
    with_filtered_law,
)
from engine.errors import InputError
from engine.inputs.history.load import load_history, read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor

NAMES = (
    *("JGB_1Y", "JGB_2Y", "JGB_5Y", "JGB_7Y", "JGB_10Y", "JGB_20Y", "JGB_30Y", "JGB_40Y"),
    *("UST_3M", "UST_1Y", "UST_2Y", "UST_5Y", "UST_7Y", "UST_10Y", "UST_20Y", "UST_30Y", "USDJPY"),
)
FACTORS = [parse_factor(name) for name in NAMES]
SHORT = [parse_factor(name) for name in ("JGB_2Y", "JGB_10Y", "UST_2Y", "UST_10Y", "USDJPY")]


@pytest.fixture(scope="module")
def history(shared):
    return read_history([shared / "data" / "history.csv"])


@pytest.fixture(scope="module")
def cases(root):
    return json.loads((root / "tests/data/filtered_law.json").read_text("utf-8"))["cases"]


def made_history(n, seed=0, *, start="2002-01-01"):
    """Five series of weekdays, USD/JPY led by nothing, JGBs by the Treasury's move of the day before."""
    rng, days = np.random.default_rng(seed), pd.bdate_range(start, periods=n, name="date")
    moves = rng.standard_normal((n, 5)) * [2e-4, 3e-4, 5e-4, 6e-4, 6e-3]
    moves[1:, 1] += 0.2 * moves[:-1, 3]
    levels = 0.02 + moves[:, :4].cumsum(axis=0).clip(-0.01, 0.03)
    table = {name: levels[:, k] for k, name in enumerate(("JGB_2Y", "JGB_10Y", "UST_2Y", "UST_10Y"))}
    return pd.DataFrame(table | {"USDJPY": 100.0 * np.exp(moves[:, 4].cumsum())}, index=days)


@pytest.mark.parametrize("place", [1, 2])
def test_the_calibration_of_two_dates_is_the_known_one(history, cases, place):
    case = cases[place]
    state, joint = filtered_state(history, FACTORS, date.fromisoformat(case["what"][6:16]))
    rtol = case["rtol"]
    assert joint.spans.size == state.n_dates == case["n_changes"]
    assert 1e4 * np.sqrt(state.variances) == pytest.approx(case["sd_per_weekday_bp"], rel=rtol)
    assert state.gamma == pytest.approx(np.array(case["gamma"]), rel=rtol)
    assert state.last == pytest.approx(case["last"], rel=rtol)
    assert state.rows[0] == pytest.approx(case["eta_first"], rel=rtol, abs=1e-11)  # one is 0 but for rounding
    assert state.rows[-1] == pytest.approx(case["eta_last"], rel=rtol, abs=1e-11)
    assert (state.rows**2).sum(axis=0) == pytest.approx(case["eta_sum_of_squares"], rel=rtol)


def test_twenty_years_of_seventeen_factors_are_calibrated_within_five_seconds(history):
    start = time.process_time()
    filtered_state(history, FACTORS, date(2025, 5, 28))
    assert time.process_time() - start < 5.0


def test_rows_added_after_the_date_change_no_bit():
    whole = made_history(2600)
    day = whole.index[2300].date()
    one, other = (filtered_state(each, SHORT, day)[0] for each in (whole.iloc[:2301], whole))
    later = whole.copy()
    later.iloc[2301:] = np.nan
    third, _ = filtered_state(later, SHORT, day)
    for name in ("averages", "gamma", "last", "rows", "moves"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes() == getattr(third, name).tobytes()


def test_a_lead_and_a_vol_of_a_made_history_are_found():
    """One factor follows another by a known coefficient; vols are constant, so averages come out near their squares."""
    state, _ = filtered_state(made_history(4000), SHORT, made_history(4000).index[-1].date())
    sd = 6e-4
    # the slowest average has some 2,000 dates behind it, so that its square root misses by 2 % or so; allow three times
    assert np.sqrt(state.averages[3, 3]) == pytest.approx(sd, rel=0.06)
    lead = state.gamma[state.leaders.index("UST_10Y"), state.led.index("JGB_10Y")]
    total = np.sqrt(3e-4**2 + (0.2 * sd) ** 2)
    # standard error of a regression on 1,000 pairs 0.03, ridge of 5 %: within 3 of them
    assert lead == pytest.approx(0.2 * sd / total / 1.05, abs=0.1)


def test_one_speed_and_no_lead_is_plain_filtered_simulation():
    """Textbook: z is a change over the root of an exponential average of squares up to the date before."""
    rng = np.random.default_rng(1)
    changes, rule = rng.standard_normal((1100, 2)), FilterRule(decays=(0.94,), weights=(1.0,), n_rows=50)
    averages, z = standardised(changes, np.ones(1100), rule)
    expected = (changes[:120] ** 2).mean(axis=0)
    for t in range(1100):
        assert z[t] == pytest.approx(changes[t] / np.sqrt(expected), rel=1e-12)
        expected = 0.94 * expected + 0.06 * changes[t] ** 2
    assert averages[:, 0] == pytest.approx(expected, rel=1e-12)
    none = np.zeros(0, np.int64)
    rows, gamma, last = rows_and_leads(z, none, none, rule)
    assert rows.tolist() == z[-50:].tolist()
    assert (gamma.shape, last.shape) == ((0, 0), (0,))


def test_residuals_are_cut_at_the_cap():
    z = np.zeros((1200, 2))
    z[-5] = [40.0, -12.0]
    rows, _, _ = rows_and_leads(z, np.array([0]), np.array([1]), DEFAULT_RULE)
    assert rows[-5].tolist() == [10.0, -10.0]


def test_a_move_over_a_holiday_counts_by_its_weekdays():
    changes, spans = np.full((300, 1), 1.0), np.where(np.arange(300) % 5 == 0, 4.0, 1.0)
    changes[spans == 4.0] = 2.0  # root of 4 weekdays times 1
    averages, z = standardised(changes, spans, DEFAULT_RULE)
    assert averages == pytest.approx(np.ones((1, 4)), rel=1e-12)
    assert z == pytest.approx(np.ones((300, 1)), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: h, None),
        (lambda h: h.iloc[-2000:], r"needs 2,120 changes between joint dates, and the history has 1,999"),
        (lambda h: h.drop(columns="USDJPY"), r"the history has no USDJPY column"),
        (lambda h: h.drop(columns=["UST_2Y", "UST_10Y"]), r"the history has no yields of UST"),
        (lambda h: h.assign(UST_10Y=h["UST_10Y"].where(h.index < h.index[-30])), r"UST_10Y ends on 20"),
        (lambda h: h.assign(USDJPY=h["USDJPY"].where(h.index < h.index[-30])), r"USDJPY ends on 20"),
        (lambda h: h.drop(h.index[1000:1020]), r"the history has a hole: no date between 2005-10-31 and 2005-11-29"),
        (lambda h: h.assign(USDJPY=-h["USDJPY"]), r"USDJPY must be positive"),
    ],
)
def test_what_does_not_do_is_refused_by_name(change, message):
    history = change(made_history(2600))
    if message is None:
        assert filtered_state(history, SHORT, history.index[-1].date())[0].n_dates == 2599
        return
    with pytest.raises(InputError, match=message):
        filtered_state(history, SHORT, history.index[-1].date())


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date(2030, 1, 1), r"2030-01-01 lies outside the history, which runs from 2002-01-01 to"),
        (date(2011, 1, 8), r"the history has no row of 2011-01-08; the last before it is 2011-01-07"),
    ],
)
def test_a_date_that_the_history_does_not_have_is_refused(day, message):
    with pytest.raises(InputError, match=message):
        filtered_state(made_history(2600), SHORT, day)


def test_a_market_without_some_factors_history_says_how_they_move(history):
    bundled = load_market(bundled_market_path())
    made, notes = with_filtered_law(replace(bundled, filtered=None), history)
    assert made.filtered is not None
    assert made.filtered.given["USDJPY_VOL"].loadings == {"USDJPY": -0.3}
    assert made.filtered.given["USDJPY_VOL"].source.startswith("assumption")
    assert any(note.startswith("UST_3Y begins on 2016-01-04 and takes no part") for note in notes)
    assert bundled.filtered is not None
    # BLAS adds in another order on another machine
    assert made.filtered.rows == pytest.approx(bundled.filtered.rows, rel=1e-9, abs=1e-12)
    assert made.filtered.averages == pytest.approx(bundled.filtered.averages, rel=1e-9)


def test_a_factor_without_a_history_goes_with_the_one_that_it_depends_on_most():
    factors = [parse_factor(name) for name in ("JGB_10Y", "UST_10Y", "USDJPY", "USDJPY_VOL", "TONA_5Y")]
    correlation = np.eye(5)
    correlation[3, :3] = [0.9, 0.0, -0.3]
    correlation[4, :3] = [0.5, -0.8, 0.1]
    found = given_factors(factors, correlation, ["JGB_10Y", "UST_10Y", "USDJPY"], "by hand")
    assert found["USDJPY_VOL"].loadings == {"USDJPY": -0.3}  # a vol goes with its exchange rate
    assert found["TONA_5Y"].loadings == {"UST_10Y": -0.8}


def test_an_index_that_begins_late_moves_with_another_factor(history):
    bundled = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
    late = history.assign(SPX=np.where(history.index >= "2010-01-04", 4000.0 + np.arange(len(history)) % 7, np.nan))
    made, notes = with_filtered_law(bundled, late)
    assert "SPX" not in made.filtered.factors
    assert list(made.filtered.given["SPX"].loadings) != []
    assert "SPX has no history from 2002-01-01 on: it moves with another factor, by assumption" in notes


def test_a_market_and_law_of_a_date_are_made_through_the_gate(shared):
    read = load_history([shared / "data" / "history.csv"])
    like, window = load_market(bundled_market_path()), date(2021, 7, 1)
    made, notes = calibrated_market(read, date(2024, 7, 22), like=like, window_start=window)
    assert made.filtered.n_dates == 5315
    assert {"SPX", "NIKKEI225"} <= set(made.filtered.factors)
    assert any(note.startswith("SPX stands still on 7 of 5,318 joint dates") for note in notes)
    read.values.loc["2010-06-15", "UST_10Y"] += 0.02
    with pytest.raises(InputError, match="UST_10Y on 2010-06-15"):
        calibrated_market(read, date(2024, 7, 22), like=like, window_start=window)
