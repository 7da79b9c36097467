"""August 2024 and spring 2025 against the stresses named after them; the signs that tell the two unwinds apart."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.backtest.events import business_days, horizon_moves, realised_moves, replay, with_repairs
from engine.calibration.diffusion import Window, build_market
from engine.calibration.filtered_markets import with_filtered_laws
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.market.factors import FactorKind
from engine.run.walk import walk_of
from kernels.numba.backend import NumbaBackend

MARKET = load_market(bundled_market_path())
FACTORS = [factor for factor in MARKET.factors if factor.kind is not FactorKind.VOL]
NAMES = [factor.name for factor in FACTORS]
N_PATHS = 20_000
FLIGHT = (date(2024, 7, 22), date(2024, 8, 5))
APRIL = (  # from the eve of the tariffs, from their Friday, from the Monday after; New York is shut on 2025-04-18
    (date(2025, 4, 1), date(2025, 4, 15)),
    (date(2025, 4, 4), date(2025, 4, 17)),
    (date(2025, 4, 7), date(2025, 4, 21)),
    (date(2025, 5, 7), date(2025, 5, 21)),
)


@pytest.fixture(scope="module")
def history(shared):
    return read_history([shared / "data" / "history.csv"])


@pytest.fixture(scope="module")
def replayed(history):
    """A replay from the market of that day: its levels, and vols and correlations from 2022 to then."""

    def run(scenario, start, end):
        window = Window(start=date(2022, 1, 1), end=start)
        market = build_market(history, start, FACTORS, window, dict.fromkeys(("JGB", "UST", "USDJPY"), "history"))
        scenario = load_scenario(scenario)
        if scenario.unwind is not None:
            market = with_filtered_laws([market], history)[0].market
        return replay(scenario, market, history, end, n_paths=N_PATHS, seed=1, backend=NumbaBackend())

    return run


@pytest.mark.slow
def test_august_2024_lies_within_flights_law_one_by_one_and_together(replayed):
    found = replayed("flight-2024", *FLIGHT)
    assert found.n_days == 10
    # data/README.md: USD/JPY -8.7 %, JGB 10y -28 bp, UST 10y -48 bp in par yields; zero rates are near
    assert found.of("USDJPY")[0] == pytest.approx(-0.0873, abs=0.0005)
    assert found.of("JGB_10Y")[0] == pytest.approx(-0.0028, abs=0.0002)
    assert ((found.below > 0.01) & (found.below < 0.98)).all()
    assert found.below[NAMES.index("UST_30Y")] == pytest.approx(0.035, abs=0.006)  # se 0.0013
    assert found.farther < 0.001  # JGB vols doubled within those days, and the stress holds those of the eve


def test_august_2024_was_out_of_reach_of_the_market_before_it(replayed):
    found = replayed("base", *FLIGHT)
    assert found.of("USDJPY")[1] < 0.0005
    assert found.of("JGB_10Y")[1] < 0.0005
    assert found.farther == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(("start", "end"), APRIL)
def test_april_and_may_2025_lie_within_repatriations_law(replayed, start, end):
    found = replayed("repatriation-2025", start, end)
    assert ((found.below > 0.005) & (found.below < 0.99)).all()
    assert found.farther > 0.1 or (start, end) == APRIL[0]  # 0.001 from the eve of the first; else 0.46, 0.72, 0.97


def test_april_2025_was_out_of_reach_of_the_market_before_it(replayed):
    found = replayed("base", *APRIL[2])
    assert found.of("JGB_40Y")[1] > 0.9995
    assert found.farther < 0.0005


@pytest.fixture(scope="module")
def moves():
    """Moves over ten days from the bundled market: (n_names, n_paths)."""

    def of(scenario):
        walk = walk_of(load_scenario(scenario), MARKET, n_days=10, seed=1, backend=NumbaBackend())
        return horizon_moves(walk, NAMES, 100_000)

    return of


def means(drawn, chosen):
    """Mean and standard error of each factor's move over the chosen paths."""
    picked = drawn[:, chosen]
    ses = picked.std(axis=1) / np.sqrt(picked.shape[1])
    return {name: (float(mean), float(se)) for name, mean, se in zip(NAMES, picked.mean(axis=1), ses, strict=True)}


def test_in_flight_all_yields_fall_with_the_dollar_the_more_the_farther(moves):
    drawn = moves("flight-2024")
    usdjpy = drawn[NAMES.index("USDJPY")]
    on_average = means(drawn, usdjpy < np.inf)
    in_tail = means(drawn, usdjpy <= np.quantile(usdjpy, 0.05))
    for name in ("JGB_10Y", "JGB_30Y", "JGB_40Y", "UST_2Y", "UST_10Y", "UST_30Y", "USDJPY"):
        assert on_average[name][0] < -4.0 * on_average[name][1], name
    for name in ("UST_2Y", "UST_10Y", "UST_30Y", "USDJPY"):  # Tokyo follows a date later, and falls whatever the dollar
        assert in_tail[name][0] < 1.5 * on_average[name][0], name


def test_in_repatriation_super_long_yields_rise_while_the_dollar_falls(moves):
    drawn = moves("repatriation-2025")
    usdjpy = drawn[NAMES.index("USDJPY")]
    on_average = means(drawn, usdjpy < np.inf)
    assert on_average["USDJPY"][0] < -4.0 * on_average["USDJPY"][1]
    for name in ("JGB_30Y", "JGB_40Y", "UST_10Y", "UST_20Y", "UST_30Y"):
        assert on_average[name][0] > 4.0 * on_average[name][1], name
    in_falls = means(drawn, usdjpy < 0.0)
    # where the dollar falls the long end of either curve rises against its short end
    assert in_falls["UST_2Y"][0] < 0.0 < in_falls["UST_30Y"][0]
    assert in_falls["JGB_10Y"][0] < 0.0 < in_falls["JGB_30Y"][0] < in_falls["JGB_40Y"][0]


def test_business_days_leave_out_the_holidays_of_either_city():
    assert business_days(date(2025, 4, 7), date(2025, 4, 21)) == 9  # 2025-04-18, Good Friday
    with pytest.raises(InputError, match="1 to 250 business days"):
        business_days(date(2025, 4, 7), date(2025, 4, 7))


def test_a_day_without_a_value_is_refused_by_name():
    days = pd.DatetimeIndex(["2025-05-26", "2025-05-27"], name="date")
    usdjpy = [factor for factor in FACTORS if factor.name == "USDJPY"]
    holiday = pd.DataFrame({"USDJPY": [np.nan, 144.37]}, index=days)
    with pytest.raises(InputError, match="no USDJPY on 2025-05-26"):
        realised_moves(holiday, usdjpy, date(2025, 5, 26), date(2025, 5, 27))


def test_a_scenario_without_regimes_needs_no_repair():
    base = load_scenario("base")
    assert with_repairs(base) is base
