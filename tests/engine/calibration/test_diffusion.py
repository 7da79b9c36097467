from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.calibration.diffusion import Window, build_market, calibrate, factor_states, par_curve
from engine.calibration.given_laws import GivenLaw
from engine.errors import InputError
from engine.inputs.history.load import read_history_file
from engine.market.bootstrap import bootstrap
from engine.market.correlation import cholesky
from engine.market.factors import parse_factor

WINDOW = Window(start=date(2022, 1, 3), end=date(2024, 12, 31))
JGB_AND_USDJPY = [parse_factor("JGB_2Y"), parse_factor("USDJPY")]


def history(days: pd.DatetimeIndex, seed: int = 11) -> pd.DataFrame:
    """Gaussian walks: JGB par yields of 3 bp a day that move together, USD/JPY 0.7 % a day on its own."""
    rng = np.random.default_rng(seed)
    level = 0.01 + np.cumsum(rng.normal(0.0, 3e-4, len(days)))
    return pd.DataFrame(
        {
            "JGB_1Y": level,
            "JGB_2Y": level,
            "USDJPY": 150.0 * np.exp(np.cumsum(rng.normal(0.0, 0.007, len(days)))),
        },
        index=days.as_unit("us"),
    )


@pytest.fixture(scope="module")
def weekdays() -> pd.DatetimeIndex:
    return pd.bdate_range(WINDOW.start, WINDOW.end, name="date")


def test_vols_of_gaussian_walks_come_back_within_their_sampling_error(weekdays):
    result = calibrate(history(weekdays), JGB_AND_USDJPY, WINDOW)
    n = len(weekdays) - 1
    assert result.n_vol_changes == (n, n)
    # a standard deviation of n draws has a relative error of 1 / sqrt(2 n), 2.5 % here; allow four
    assert result.vols == pytest.approx(np.array([3e-4, 0.007]) * np.sqrt(252), rel=0.1)
    # five-day changes overlap, so about n / 5 are independent: SE of a zero correlation 0.08; allow four
    assert abs(result.correlation[1, 0]) < 0.32
    assert "2022-01-03..2024-12-31" in result.description
    assert f"{n} changes" in result.description


def test_a_jump_over_a_holiday_is_in_no_vol(weekdays):
    steady = history(weekdays)
    holiday = weekdays.get_loc("2023-05-03")  # a Wednesday: a change from Tuesday to Thursday spans two business days
    leaping = steady.drop(steady.index[holiday])
    before = calibrate(leaping, JGB_AND_USDJPY, WINDOW)
    leaping.loc["2023-05-04":, "USDJPY"] *= 2.0
    after = calibrate(leaping, JGB_AND_USDJPY, WINDOW)
    assert before.n_vol_changes == after.n_vol_changes == (len(weekdays) - 3, len(weekdays) - 3)
    assert after.vols == pytest.approx(before.vols, abs=2e-8)  # vols are rounded to 8 decimals
    over_a_weekend = steady.copy()
    over_a_weekend.loc["2023-05-08":, "USDJPY"] *= 2.0  # Friday to Monday is one business day
    assert calibrate(over_a_weekend, JGB_AND_USDJPY, WINDOW).vols[1] > 3.0 * before.vols[1]


def test_each_market_keeps_its_own_holidays(weekdays):
    gaps = history(weekdays)
    gaps.loc["2023-05-03", ["JGB_1Y", "JGB_2Y"]] = np.nan
    result = calibrate(gaps, JGB_AND_USDJPY, WINDOW)
    n = len(weekdays)
    assert result.n_vol_changes == (n - 3, n - 1)
    assert result.n_dates == n - 1
    assert result.n_correlation_changes == n - 1 - 5


def test_a_long_gap_takes_part_in_no_correlation(weekdays):
    whole = history(weekdays)
    gap = whole.drop(whole.loc["2023-08-01":"2023-08-31"].index)
    result = calibrate(gap, JGB_AND_USDJPY, WINDOW)
    assert result.n_correlation_changes == len(gap) - 5 - 5  # the five changes that span August are left out


def test_correlations_see_a_link_that_one_day_changes_miss(weekdays):
    rng = np.random.default_rng(4)
    news = rng.normal(0.0, 0.0003, len(weekdays) + 1)
    tokyo = 0.02 + np.cumsum(news[:-1])  # fixes before New York, so it moves a day later
    new_york = 0.03 + np.cumsum(news[1:])
    lagged = pd.DataFrame(
        {"JGB_1Y": tokyo, "JGB_2Y": tokyo, "UST_1Y": new_york, "UST_2Y": new_york}, index=weekdays.as_unit("us")
    )
    result = calibrate(lagged, [parse_factor("JGB_1Y"), parse_factor("UST_1Y")], WINDOW)
    # changes over m days share m - 1 of their m daily moves: 0.8 for five, 0 for one; sampling error about 0.03
    assert result.correlation[1, 0] == pytest.approx(0.8, abs=0.08)


def test_a_tenor_that_begins_within_the_window_does_not_move_the_curve(weekdays):
    late = history(weekdays)
    factors = [parse_factor("JGB_2Y"), parse_factor("JGB_1Y"), parse_factor("USDJPY")]
    late["JGB_1Y"] += np.random.default_rng(1).normal(0.0, 1e-4, len(late))
    without = calibrate(late, factors, WINDOW)
    late["JGB_1.5M"] = np.nan
    late.loc["2024-01-01":, "JGB_1.5M"] = 0.05
    assert np.array_equal(calibrate(late, factors, WINDOW).vols, without.vols)


def test_states_are_zero_rates_at_pillars_and_the_log_of_usdjpy(weekdays):
    whole = history(weekdays)
    states = factor_states(whole, [parse_factor("JGB_18M"), parse_factor("USDJPY")], WINDOW)
    day = date(2023, 6, 1)
    curve = bootstrap(par_curve(whole, "JGB", day))
    assert states.loc[str(day), "JGB_18M"] == pytest.approx(float(curve.zero_rate(1.5)), abs=1e-15)
    assert states.loc[str(day), "USDJPY"] == pytest.approx(np.log(whole.loc[str(day), "USDJPY"]), abs=1e-15)


def test_a_history_shorter_than_the_window_is_refused_with_both_numbers():
    short = history(pd.bdate_range("2022-01-03", periods=100, name="date"))
    with pytest.raises(InputError, match=r"shorter than the window: 100 dates .* has 782 weekdays and wants 626"):
        calibrate(short, JGB_AND_USDJPY, WINDOW)


def test_dependent_factors_are_refused_with_the_smallest_eigenvalue(weekdays):
    whole = history(weekdays)
    whole["JGB_5Y"] = 0.02 + np.cumsum(np.random.default_rng(8).normal(0.0, 3e-4, len(weekdays)))
    # no 3Y is published: its zero rate is an exact mixture of its neighbours'
    factors = [parse_factor(name) for name in ("JGB_2Y", "JGB_3Y", "JGB_5Y", "USDJPY")]
    with pytest.raises(InputError, match=r"correlation of the history .* not positive definite: smallest eigenvalue"):
        calibrate(whole, factors, WINDOW)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["EUR_10Y"], "no curve 'EUR'; a published curve is one of JGB, UST, BUND"),
        (["UST_10Y"], "the history has no UST columns"),
        (["JGB_30Y"], "JGB_30Y lies outside the tenors published throughout the window: 1Y, 2Y"),
        ([], "1 to 64 factors, got 0"),
    ],
)
def test_a_factor_that_the_history_lacks_is_refused(weekdays, names, message):
    with pytest.raises(InputError, match=message):
        calibrate(history(weekdays), [parse_factor(name) for name in names], WINDOW)


def test_a_series_that_stands_still_is_refused(weekdays):
    still = history(weekdays)
    still["USDJPY"] = 150.0
    with pytest.raises(InputError, match="USDJPY does not move in the window"):
        calibrate(still, JGB_AND_USDJPY, WINDOW)


def test_a_price_that_is_not_positive_is_refused(weekdays):
    bad = history(weekdays)
    bad.loc["2023-05-03", "USDJPY"] = 0.0
    with pytest.raises(InputError, match=r"USDJPY must be positive, got 0.0 on 2023-05-03"):
        calibrate(bad, JGB_AND_USDJPY, WINDOW)


def test_a_window_must_start_before_it_ends():
    with pytest.raises(InputError, match="must start before it ends"):
        Window(start=date(2025, 1, 1), end=date(2025, 1, 1))
    with pytest.raises(InputError, match="no date in the window"):
        factor_states(history(pd.bdate_range("2010-01-04", periods=9)), JGB_AND_USDJPY, WINDOW)


def test_a_market_needs_every_level_on_its_date(weekdays):
    gaps = history(weekdays)
    gaps.loc["2023-05-03", ["JGB_1Y", "JGB_2Y"]] = np.nan
    with pytest.raises(InputError, match=r"no JGB yields on 2023-05-03; the last date before it is 2023-05-02"):
        build_market(gaps, date(2023, 5, 3), JGB_AND_USDJPY, WINDOW, {})
    gaps.loc["2023-05-02", "USDJPY"] = np.nan
    with pytest.raises(InputError, match="no USDJPY on 2023-05-02"):
        build_market(gaps, date(2023, 5, 2), JGB_AND_USDJPY, WINDOW, {})


def test_the_full_history_shows_its_known_traps(shared):
    tidy = read_history_file(shared / "data" / "history.csv")
    names = ["JGB_10Y", "JGB_30Y", "JGB_40Y", "UST_10Y", "USDJPY"]
    window = Window(start=date(2022, 1, 1), end=date(2025, 5, 28))
    result = calibrate(tidy, [parse_factor(name) for name in names], window)
    inside = tidy.loc["2022-01-01":"2025-05-28"]

    par_vol = inside["JGB_40Y"].dropna().diff().std() * np.sqrt(252)
    assert 1.15 < result.vols[2] / par_vol < 1.30  # zero vols exceed par vols by up to a quarter at 40 years
    # timing: same-date changes understate the link of the two 10-year yields, 0.18 against 0.40
    same_date = inside[["JGB_10Y", "UST_10Y"]].dropna().diff().corr().iloc[0, 1]
    assert same_date < 0.25 < 0.35 < result.correlation[3, 0] < 0.45
    # holidays: each market has its own, so samples differ, and no change spans one
    n_jgb = int(inside["JGB_10Y"].notna().sum())
    assert result.n_vol_changes[0] < n_jgb - 30
    assert result.n_vol_changes[0] != result.n_vol_changes[3]
    assert np.isfinite(cholesky(result.correlation)).all()
    assert result.smallest_eigenvalue > 1e-3


def test_negative_yields_and_saturdays_are_calibrated_too(shared):
    tidy = read_history_file(shared / "data" / "history.csv")
    negative = Window(start=date(2016, 2, 1), end=date(2020, 5, 29))
    assert calibrate(tidy, [parse_factor("JGB_10Y")], negative).vols[0] > 0.0
    saturdays = Window(start=date(1987, 1, 5), end=date(1988, 12, 30))
    assert calibrate(tidy, [parse_factor("JGB_5Y")], saturdays).vols[0] > 0.0


def test_an_index_is_estimated_from_its_column_and_a_vol_is_taken_as_given(weekdays):
    table = history(weekdays)
    table["SPX"] = 5000.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.01, len(weekdays))))
    index, vol = parse_factor("SPX", {"SPX": "USD"}), parse_factor("USDJPY_VOL")
    law = GivenLaw(vol=0.6, correlations={"USDJPY": -0.3}, source="by hand")
    factors = [vol, *JGB_AND_USDJPY, index]
    result = calibrate(table, factors, WINDOW, {"USDJPY_VOL": law})
    assert result.vols[0] == 0.6
    assert result.vols[3] == pytest.approx(0.01 * np.sqrt(252), rel=0.1)  # as above: four standard errors
    assert result.correlation[0, 2] == -0.3
    assert result.correlation[0, 3] == pytest.approx(-0.3 * result.correlation[2, 3], abs=1e-6)  # rounded to 6
    assert result.n_vol_changes[0] == 0
    assert "USDJPY_VOL given: vol 0.6, correlation -0.3 with USDJPY" in result.description
    alone = calibrate(table, [*JGB_AND_USDJPY, index], WINDOW)
    np.testing.assert_array_equal(result.correlation[1:, 1:], alone.correlation)
    with pytest.raises(InputError, match=r"no SPX column; add one of that name, or give the factor's law"):
        calibrate(history(weekdays), factors, WINDOW, {"USDJPY_VOL": law})
    with pytest.raises(InputError, match="laws are given of USDJPY_VOL, which are not among the factors"):
        calibrate(table, JGB_AND_USDJPY, WINDOW, {"USDJPY_VOL": law})


def test_a_market_takes_index_levels_from_the_history(weekdays):
    table = history(weekdays)
    table["SPX"] = 5000.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.01, len(weekdays))))
    factors = [*JGB_AND_USDJPY, parse_factor("SPX", {"SPX": "USD"})]
    market = build_market(table, date(2024, 12, 31), factors, WINDOW, {"JGB": "a", "USDJPY": "b", "SPX": "c"})
    assert market.levels == {"SPX": table["SPX"].iloc[-1]}
    assert market.usdjpy == table["USDJPY"].iloc[-1]


def test_bunds_and_the_euro_are_factors_like_others_and_bootstrapped_by_yearly_coupons(weekdays):
    table = history(weekdays)
    rng = np.random.default_rng(6)
    yields = 0.02 + np.cumsum(rng.normal(0.0, 3e-4, len(weekdays)))
    table["BUND_1Y"] = table["BUND_2Y"] = yields
    table["EURJPY"] = 1.1 * table["USDJPY"] * np.exp(np.cumsum(rng.normal(0.0, 0.004, len(weekdays))))
    factors = [*JGB_AND_USDJPY, parse_factor("BUND_2Y"), parse_factor("EURJPY")]
    day = date(2024, 12, 31)
    market = build_market(table, day, factors, WINDOW, {"JGB": "a", "USDJPY": "b"})
    assert market.fx == {"USD": table["USDJPY"].iloc[-1], "EUR": table["EURJPY"].iloc[-1]}
    # a flat yearly par curve y has the zero rates ln(1 + y); half-yearly ones would be 2 ln(1 + y / 2)
    zeros = factor_states(table, [parse_factor("BUND_2Y")], WINDOW)["BUND_2Y"]
    np.testing.assert_allclose(zeros, np.log1p(yields), rtol=0.0, atol=1e-14)
    assert float(market.curves["BUND"].zero_rate(2.0)) == pytest.approx(np.log1p(yields[-1]), abs=1e-14)
    assert market.vols[3] == pytest.approx(np.hypot(0.007, 0.004) * np.sqrt(252), rel=0.1)  # as in the first test
    kept = build_market(table, day, [*factors[:2], factors[3]], WINDOW, {"JGB": "a", "USDJPY": "b"}, exchanged=())
    assert (list(kept.fx), list(kept.levels)) == (["USD"], ["EURJPY"])  # a price, where the market has it as one


def test_indices_of_the_real_history_calibrate_beside_the_others(shared):
    days = pd.read_csv(shared / "data" / "history.csv", index_col=0, parse_dates=True)
    table = days.loc["2022":].rename(columns={"usdjpy": "USDJPY", "spx": "SPX", "nikkei225": "NIKKEI"})
    factors = [parse_factor(name, {"SPX": "USD", "NIKKEI": "JPY"}) for name in ("USDJPY", "SPX", "NIKKEI")]
    result = calibrate(table, factors, Window(start=date(2022, 1, 1), end=date(2025, 5, 28)))
    # S&P 500 and Nikkei moved 17 to 24 % a year in 2022-2025 by any count
    assert 0.15 < result.vols[1] < 0.22
    assert 0.18 < result.vols[2] < 0.28
    assert result.correlation[2, 1] > 0.3
