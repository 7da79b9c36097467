"""Which factors are in a law's table, dates that share one walk, and markets that have no law."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.filtered import filtered_state
from engine.calibration.filtered_markets import quiet_notes, table_factors, with_filtered_laws
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from tests.engine.calibration.made_histories import gaussian_changes, history_of, with_filtered_law

BUNDLED = load_market(bundled_market_path())
EQUITIES = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
ARRAYS = ("averages", "gamma", "gamma_se", "last", "rows", "moves")


@pytest.fixture(scope="module")
def made():
    """2,300 weekdays of five series, with an index that begins in time and one that begins late."""
    history = history_of(gaussian_changes(2299, 1))
    rng = np.random.default_rng(2)
    history["SPX"] = 4000.0 * np.exp(0.01 * rng.standard_normal(2300).cumsum())
    history.loc[history.index[:100], "SPX"] = np.nan
    return history


def market(day, *names, prices=()):
    """A market of some factors whose levels and law nobody looks at."""
    factors = [parse_factor(name, {each: "USD" for each in prices}) for name in (*names, *prices)]
    n = len(factors)
    return replace(
        BUNDLED,
        valuation_date=day,
        factors=tuple(factors),
        correlation=np.eye(n),
        levels={name: 100.0 for name in prices},
        fx={"USD": 120.0, "EUR": 130.0},
        spreads={},
        fx_vols={},
        filtered=None,
        sampling=None,
        **{name: np.full(n, 0.1) for name in ("vols", "kappas", "thetas", "mus")},
    )


CORE = ("JGB_2Y", "JGB_10Y", "UST_2Y", "UST_10Y", "USDJPY")


@pytest.mark.slow
def test_dates_that_share_a_walk_have_the_bits_that_each_has_alone(made):
    days = [made.index[k].date() for k in (2250, 2275, 2299)]
    found = with_filtered_laws([market(day, *CORE, prices=["SPX"]) for day in days], made)
    for day, each in zip(days, found, strict=True):
        alone, _ = filtered_state(made.loc[: str(day)], each.market.factors, day, beside=["SPX"])
        for name in ARRAYS:
            assert getattr(each.market.filtered, name).tobytes() == getattr(alone, name).tobytes(), (day, name)
        for name in ("transitions", "tonight", "memberships"):
            mine, its = (getattr(state.regimes, name) for state in (each.market.filtered, alone))
            assert mine.tobytes() == its.tobytes(), (day, name)


def test_an_index_that_begins_in_time_has_a_column_and_its_own_start(made):
    day = made.index[-1].date()
    found, notes = with_filtered_law(market(day, *CORE, prices=["SPX"]), made)
    assert found.filtered.factors[-1] == "SPX"
    moves = np.diff(np.log(made["SPX"].to_numpy()[100:]))
    slowest = (moves[:120] ** 2).mean()
    for move in moves:
        slowest = 0.999 * slowest + 0.001 * move * move
    assert found.filtered.averages[-1, 3] == pytest.approx(slowest, rel=1e-12)
    assert found.filtered.n_dates == 2299
    assert notes == ()


def test_a_factor_with_too_little_history_moves_by_assumption_and_is_named(made):
    late = made.assign(SPX=made["SPX"].where(made.index >= made.index[300]))
    found, notes = with_filtered_law(market(made.index[-1].date(), *CORE, prices=["SPX"]), late)
    assert "SPX" not in found.filtered.factors
    assert list(found.filtered.given) == ["SPX"]
    assert any("SPX begins on 2003-02-25: 2,000 joint dates, and 2,121 are needed: it moves with" in n for n in notes)
    assert any("give files that reach further back" in note for note in notes)
    gaps = made.assign(SPX=made["SPX"].where(np.arange(2300) % 10 != 5))
    gaps.loc[gaps.index[-1], "SPX"] = 4000.0
    table = table_factors(market(made.index[-1].date(), *CORE, prices=["SPX"]), gaps)
    assert [factor.name for factor in table.factors] == list(CORE)
    assert table.notes[0].startswith("SPX has no value on 220 of 2,200 joint dates since 2002-05-21: it moves with")


def test_a_market_with_too_few_dates_has_no_law_and_says_why(made):
    day = made.index[2000].date()
    (found,) = with_filtered_laws([market(day, *CORE)], made)
    assert found.market.filtered is None
    assert found.market.no_filtered.startswith(
        f"the filtered law of {day} needs 2,120 changes between joint dates, and"
    )
    assert found.notes == (f"{day}: no law of past days in the market: {found.market.no_filtered}",)
    with pytest.raises(InputError, match="and the history has 2,000, from 2002-01-02 on: give files"):
        with_filtered_law(market(day, *CORE), made)


def test_one_date_without_a_law_costs_the_others_nothing(made):
    days = [made.index[k].date() for k in (2000, 2299)]
    short, whole = with_filtered_laws([market(day, *CORE) for day in days], made)
    assert short.market.filtered is None
    assert whole.market.filtered is not None


def test_vols_that_are_held_down_are_pointed_out(made):
    held = gaussian_changes(2299, 1)
    held[1500:, 1] *= 0.02
    held[1200:1500, 1] *= 0.3  # the slowest average goes down with them
    factors, day = [parse_factor(name) for name in CORE], made.index[-1].date()
    found = filtered_state(history_of(held), factors, day)
    (note,) = quiet_notes(*found)
    usual = np.sqrt((held[:, 1] ** 2).mean())
    share = 100.0 * np.sqrt(found[0].variances[1]) / usual
    assert note.startswith(
        f"{day}: vols of the day are far below those since 2002-01-02: JGB_10Y {share:.0f} % of them;"
    )
    assert list(quiet_notes(*filtered_state(made, factors, day))) == []


def test_bonds_and_an_exchange_rate_from_abroad_take_no_date_away(made):
    rng = np.random.default_rng(3)
    walk = 1e-4 * rng.standard_normal((2300, 2)).cumsum(axis=0)
    abroad = made.assign(BUND_2Y=0.02 + walk[:, 0], BUND_10Y=0.025 + walk[:, 1], EURJPY=130.0)
    abroad["EURJPY"] *= np.exp(0.005 * rng.standard_normal(2300).cumsum())
    shut = abroad.index[500]
    abroad.loc[shut, ["BUND_2Y", "BUND_10Y"]] = np.nan
    day = made.index[-1].date()
    found, notes = with_filtered_law(market(day, *CORE, "BUND_2Y", "BUND_10Y", "EURJPY"), abroad)
    assert found.filtered.n_dates == 2299
    assert found.filtered.factors == (*CORE, "BUND_2Y", "BUND_10Y", "EURJPY")
    assert notes == ("BUND stands still on 1 of 2,300 joint dates: it has no whole curve there",)
    # BUND pays yearly: at two years the zero rate moves nearly as the yield, at 2.5 % by 1 part in 40 less
    last = np.log1p(abroad["BUND_2Y"].to_numpy()[-2:])
    assert found.filtered.moves[-1, 5] == pytest.approx(np.diff(last)[0], rel=0.03)
    ended = abroad.assign(BUND_2Y=abroad["BUND_2Y"].where(abroad.index < abroad.index[2200]))
    (refused,) = with_filtered_laws([market(day, *CORE, "BUND_10Y", "EURJPY")], ended)
    assert "BUND_2Y ends on 2010-06-07, before the others of BUND: leave it out" in refused.market.no_filtered


@pytest.fixture(scope="module")
def history(shared):
    return read_history([shared / "data" / "history.csv"])


def test_a_market_without_some_factors_history_says_how_they_move(history):
    made, notes = with_filtered_law(replace(BUNDLED, filtered=None), history)
    assert made.filtered is not None
    assert made.filtered.given["USDJPY_VOL"].loadings == {"USDJPY": -0.3}
    assert made.filtered.given["USDJPY_VOL"].source.startswith("assumption")
    assert any(note.startswith("UST_3Y begins on 2016-01-04 and takes no part") for note in notes)
    assert BUNDLED.filtered is not None
    # BLAS adds in another order on another machine
    assert made.filtered.rows == pytest.approx(BUNDLED.filtered.rows, rel=1e-9, abs=1e-9)
    assert made.filtered.averages == pytest.approx(BUNDLED.filtered.averages, rel=1e-9)


def test_prices_of_which_there_is_no_history_are_named(history):
    made, notes = with_filtered_law(EQUITIES, history)
    assert {"SPX", "NIKKEI225"} <= set(made.filtered.factors)
    assert list(made.filtered.given) == ["USDJPY_VOL", "XLK", "XLU", "XLP", "MXNJPY"]
    for name in ("XLK", "XLU", "XLP", "MXNJPY"):
        assert f"{name} has no history: it moves with the factor that it depends on most, by assumption" in notes


@pytest.mark.slow
def test_on_a_date_of_yield_curve_control_the_vols_that_were_held_are_named(history):
    """In July 2018 the ten-year JGB moved by under 0.6 bp a day, a quarter of 2002 to 2018; other markets did not."""
    _, notes = with_filtered_law(replace(BUNDLED, filtered=None, valuation_date=date(2018, 7, 20)), history)
    (quiet,) = (note for note in notes if "far below" in note)
    assert all(f" JGB_{tenor}Y " in quiet for tenor in (5, 7, 10, 20))
    assert not any(f" {name} " in quiet for name in ("UST_5Y", "UST_10Y", "UST_30Y", "USDJPY"))
    _, notes = with_filtered_law(replace(BUNDLED, filtered=None), history)
    assert not any("far below" in note for note in notes)
