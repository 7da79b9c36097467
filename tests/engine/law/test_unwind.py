"""What a scenario holds within the paths, from its parameters to P&L, against closed forms."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.mechanisms.bridge import Bridge
from engine.mechanisms.impact import Impact
from engine.mechanisms.intervention import Intervention
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.studies import Study
from engine.mechanisms.regimes import Hazard, Regime
from engine.mechanisms.registry import is_daily
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.numpy.backend import NumpyBackend

CASES = json.loads((Path(__file__).parents[2] / "data" / "unwind.json").read_text(encoding="utf-8"))
NAMES = ("JGB_1Y", "JGB_10Y", "JGB_30Y", "UST_3M", "UST_5Y", "UST_10Y", "USDJPY")
VOLS = (0.0018, 0.0042, 0.0056, 0.0064, 0.012, 0.0107, 0.11)
N = 400_000

SALES = Repatriation(
    source="by hand",
    stock_usd_bn=800.0,
    hazard=0.1,
    per_pickup=8.0,
    per_loss=1.5,
    most=3.0,
    duration=7.0,
    unhedged=0.5,
)
IMPACT = Impact(
    source="by hand",
    fx_log_per_usd_bn=0.0009,
    fx_least=1.0,
    fx_most=1.0,
    studies=(Study(study="one", low_bp=12.8, high_bp=12.8),),
    long_run=0.4,
    fading_per_year=4.0,
    shape=(("UST_3M", 0.3), ("UST_5Y", 1.0), ("UST_10Y", 1.1)),
)
NO_STUDY = (Study(study="none", low_bp=0.0, high_bp=0.0),)
OFFICIAL = Intervention(
    source="by hand",
    rise_logit=-4.0,
    fall_logit=-4.0,
    per_move=60.0,
    median_jpy_tn=3.0,
    log_sd=0.5,
    log_move_per_jpy_tn=0.006,
)


@pytest.fixture
def market(hand_market):
    return hand_market(names=NAMES, vols=VOLS)


@pytest.fixture
def dollars(hand_book):
    """One dollar, one long JGB flow and one long Treasury flow."""
    return hand_book([(0, "JGB", 9000, 1e4), (0, "UST", 3000, 100.0)], [(0, "USD", 1.0)])


def prepared(book, market, unwind, days=10, n_steps=None, base=None, backend=NumbaBackend, seed=7):
    packed = pack(
        book,
        base or market,
        [market],
        [unwind],
        horizon_days=days,
        n_steps=n_steps or days,
        currency="JPY",
        instantaneous=True,
        direct=False,
    )
    return backend().prepare(
        packed.model, packed.book, seed=seed, n_steps=packed.n_steps, float32=False, centre=packed.shock_pnl.ravel()
    )


def pnl(*args, n=N, **settings):
    program = prepared(*args, **settings)
    return NumbaBackend().pnl(program, PathRange(first=0, n=n))[0]


def said(*args, n=1, **settings):
    """Last day's observed deviations by factor, and what PATH_SERIES names: {name: (n,)}."""
    backend = settings.get("backend", NumbaBackend)
    rows = backend().levels(prepared(*args, **settings), np.arange(n, dtype=np.uint64))[0, -1]
    return dict(zip((*NAMES, *PATH_SERIES), rows, strict=True))


def log_moves(book, market, unwind, days):
    """Of USD/JPY, from the P&L of one dollar."""
    return np.log1p(pnl(book, market, unwind, days=days) / market.usdjpy)


def is_quantile(sample, quantile, p):
    """Whether a share p lies below, within four standard errors of a binomial share."""
    return abs(np.mean(sample <= quantile) - p) < 4.0 * math.sqrt(p * (1.0 - p) / sample.size)


@pytest.mark.parametrize("case", CASES["merton"], ids=lambda case: case["id"])
def test_daily_compound_poisson_jumps_are_mertons_law(hand_market, hand_book, case):
    market = hand_market(names=("UST_10Y", "USDJPY"), vols=(0.01, case["sigma"]), mus=[0.0, case["mu"]])
    one = Jump(
        name="j",
        source="by hand",
        rates=(("*", case["lam"]),),
        mean=(("USDJPY", case["mj"]),),
        loadings=((("USDJPY", case["sj"]),),),
        is_compensated=True,
    )
    x = log_moves(hand_book([], [(0, "USD", 1.0)]), market, Unwind(jumps=(one,)), round(case["t"] * 252))
    assert abs(x.mean() - case["mean"]) < 4.0 * math.sqrt(case["variance"] / N)
    for row in case["quantiles"]:
        assert is_quantile(x, row["log_return_quantile"], row["p"])
    # E S_t = S_0: the standard error of exp(x) is that of x to first order
    assert abs(np.exp(x).mean() - 1.0) < 4.0 * math.sqrt(case["variance"] / N)


@pytest.mark.parametrize("start", ["calm_today", "stress_today"])
@pytest.mark.parametrize("case", CASES["regimes"], ids=lambda case: case["id"])
def test_two_regimes_are_hamiltons_mixture(hand_market, hand_book, case, start):
    market = hand_market(names=("UST_10Y", "USDJPY"), vols=(0.01, 0.1))
    (_, to_stress), (to_calm, _) = case["transition"]
    total = -252.0 * math.log1p(-to_stress - to_calm)  # P = exp(Q / 252) of two states
    names = ("calm_today", "stress_today")
    regimes = tuple(
        Regime(
            name=name,
            source="by hand",
            initial=float(name == start),
            vol_multipliers=(("USDJPY", sd * math.sqrt(252.0) / 0.1),),
            drifts=(("USDJPY", 252.0 * (mu + 0.5 * sd * sd)),),  # the mean of the logarithm is mu a day
        )
        for name, mu, sd in zip(names, case["mu"], case["sd"], strict=True)
    )
    share = total / (to_stress + to_calm)
    hazards = (
        Hazard(start=names[0], end=names[1], per_year=share * to_stress, source="by hand"),
        Hazard(start=names[1], end=names[0], per_year=share * to_calm, source="by hand"),
    )
    unwind = Unwind(regimes=regimes, hazards=hazards)
    x = log_moves(hand_book([], [(0, "USD", 1.0)]), market, unwind, case["days"])
    wanted = case["by_start"][start]
    kurtosis = 3.0 + wanted["excess_kurtosis"]
    assert abs(x.mean() - wanted["mean"]) < 4.0 * math.sqrt(wanted["variance"] / N)
    assert abs(x.var() / wanted["variance"] - 1.0) < 4.0 * math.sqrt((kurtosis - 1.0) / N)
    for p, row in wanted["lower_quantiles"].items():
        assert is_quantile(x, row["quantile"], float(p))


@pytest.mark.parametrize("n_steps", [1, 10])
def test_a_t_has_its_closed_var_in_one_step_and_in_ten(market, hand_book, n_steps):
    case = CASES["student"][2]  # nu = 6
    x = np.log1p(pnl(hand_book([], [(0, "USD", 1.0)]), market, Unwind(nu=6.0), n_steps=n_steps) / market.usdjpy)
    variance = VOLS[-1] ** 2 * 10 / 252
    assert abs(np.exp(x).mean() - 1.0) < 4.0 * math.sqrt(variance / N)
    for level in case["levels"]:
        value = level["VaR_vols_are_std_dev"] / case["pnl_scale"]  # in standard deviations
        p = np.mean(x <= -value * math.sqrt(variance) - 0.5 * variance)
        # the table's quantiles are within 4e-4, times nu in probability; half the variance is q^2 times that
        assert abs(p - 1.0 + level["level"]) < 4.0 * math.sqrt((1.0 - level["level"]) / N) + 0.01 * (
            1.0 - level["level"]
        )


OFF = {
    "nothing": Unwind(),
    "one regime": Unwind(regimes=(Regime(name="CALM", source="by hand", initial=1.0),)),
    "two regimes that are one": Unwind(
        regimes=(Regime(name="A", source="by hand", initial=0.3), Regime(name="B", source="by hand", initial=0.7)),
        hazards=(Hazard(start="A", end="B", per_year=50.0, per_year_per_fall=1e3, source="by hand"),),
    ),
    "jumps that never come": Unwind(jumps=(Jump(name="j", source="by hand", mean=(("*", 1.0),), rates=(("*", 0.0),)),)),
    "interventions of no size": Unwind(intervention=replace(OFFICIAL, log_move_per_jpy_tn=0.0)),
    "sales without an impact": Unwind(repatriation=SALES, scheduled_sales=(Sale(day=2, usd_bn=119.0),)),
    "sales of zero impact": Unwind(
        repatriation=SALES,
        scheduled_sales=(Sale(day=2, usd_bn=119.0),),
        impact=replace(IMPACT, fx_log_per_usd_bn=0.0, studies=NO_STUDY),
    ),
}


@pytest.mark.parametrize("name", OFF)
def test_a_mechanism_that_does_nothing_leaves_every_bit(market, dollars, name):
    assert pnl(dollars, market, OFF[name], n=5000).tobytes() == pnl(dollars, market, None, n=5000).tobytes()


def still(hand_market, usdjpy=145.04):
    """A market without vol: only what the unwind does moves it."""
    return hand_market(names=NAMES, vols=(0.0,) * len(NAMES), usdjpy=usdjpy)


def capped(level, cap=150e-4):
    """An impact on the 5-year yield as its cap leaves it."""
    return level / math.sqrt(1.0 + (level / cap) ** 2)


@pytest.mark.parametrize("backend", [NumbaBackend, NumpyBackend])
def test_holders_sell_by_the_close_before_their_own_impact_in_it(hand_market, hand_book, backend):
    shock = Jump(name="auction", source="by hand", day=1, mean=(("UST_10Y", 0.004), ("JGB_30Y", 0.006)))
    unwind = Unwind(repatriation=SALES, impact=replace(IMPACT, fx_log_per_usd_bn=0.0), jumps=(shock,))
    book, held, short = hand_book([], [(0, "USD", 1.0)]), 800.0 / 252, 12.8e-6
    first = held * 0.1  # before the auction nothing has moved
    found = said(book, still(hand_market), unwind, days=1, backend=backend)
    assert found["private_sold"][0] == pytest.approx(first, rel=1e-12)
    level = capped(short * first)
    pickup, loss = (0.006 - 0.004) + (0.3 - 1.1) * level, 7.0 * (0.004 + 1.1 * level)
    second = (800.0 - first) / 252 * (0.1 + 8.0 * pickup + 1.5 * loss)
    found = said(book, still(hand_market), unwind, days=2, backend=backend)
    assert found["private_sold"][0] == pytest.approx(first + second, rel=1e-12)
    level = capped(short * (0.4 * (first + second) + 0.6 * (math.exp(-4.0 / 252) * first + second)))
    assert found["impact"][0] == pytest.approx(level, rel=1e-12)
    assert found["UST_10Y"][0] == pytest.approx(0.004 + 1.1 * level, rel=1e-12)
    assert found["JGB_30Y"][0] == 0.006


@pytest.mark.parametrize("backend", [NumbaBackend, NumpyBackend])
def test_a_shock_at_once_makes_holders_sell_on_the_first_day_what_one_of_that_day_does_on_the_next(
    hand_market, hand_book, backend
):
    base = still(hand_market)
    ust, jgb = base.curves["UST"], base.curves["JGB"]
    higher = replace(ust, zero_rates=ust.zero_rates + 0.004)
    lower = replace(jgb, zero_rates=jgb.zero_rates - 0.001)
    market = replace(base, curves={"JGB": lower, "UST": higher}, fx={"USD": base.usdjpy * math.exp(-0.08)})
    unwind = Unwind(repatriation=replace(SALES, hazard=0.0), impact=replace(IMPACT, fx_log_per_usd_bn=0.0))
    found = said(hand_book([], [(0, "USD", 1.0)]), market, unwind, days=1, base=base, backend=backend)
    pickup = -0.001 - (0.004 - (0.004 + 0.001))
    first = 800.0 / 252 * (8.0 * pickup + 1.5 * (7.0 * 0.004 + 0.5 * 0.08))
    assert found["private_sold"][0] == pytest.approx(first, rel=1e-12)
    names = {"JGB_1Y": -0.001, "JGB_10Y": -0.001, "JGB_30Y": -0.001, "UST_3M": 0.004, "UST_5Y": 0.004, "UST_10Y": 0.004}
    dated = Jump(name="the same", source="by hand", day=1, mean=(*names.items(), ("USDJPY", -0.08)))
    later = said(hand_book([], [(0, "USD", 1.0)]), base, replace(unwind, jumps=(dated,)), days=2, backend=backend)
    assert later["private_sold"][0] == pytest.approx(first, rel=1e-12)


def test_scheduled_sales_move_yields_by_the_two_speed_impact(hand_market, hand_book):
    unwind = Unwind(
        impact=IMPACT, scheduled_sales=(Sale(day=1, usd_bn=40.0), Sale(day=3, usd_bn=79.0), Sale(day=11, usd_bn=1e3))
    )
    found = said(hand_book([], [(0, "USD", 1.0)]), still(hand_market), unwind)
    fading = [math.exp(-4.0 * age / 252) for age in (9, 7)]
    level = capped(12.8e-6 * (0.4 * 119.0 + 0.6 * (40.0 * fading[0] + 79.0 * fading[1])))
    assert found["official_sold"][0] == 119.0
    assert found["UST_5Y"][0] == pytest.approx(level, rel=1e-12)
    assert found["UST_10Y"][0] == pytest.approx(1.1 * level, rel=1e-12)
    assert found["USDJPY"][0] == 0.0


@pytest.mark.parametrize("backend", [NumbaBackend, NumpyBackend])
@pytest.mark.parametrize("impact", [None, replace(IMPACT, fx_log_per_usd_bn=0.0, studies=NO_STUDY)])
def test_sales_that_move_no_yield_have_no_impact_to_tell_of(hand_market, hand_book, backend, impact):
    unwind = Unwind(repatriation=SALES, impact=impact, scheduled_sales=(Sale(day=1, usd_bn=119.0),))
    found = said(hand_book([], [(0, "USD", 1.0)]), still(hand_market), unwind, days=1, backend=backend)
    assert found["official_sold"][0] == 119.0
    assert found["private_sold"][0] == pytest.approx(800.0 * 0.1 / 252, rel=1e-12)  # a hazard of 0.1 a year
    assert found["impact"][0] == 0.0  # a decimal yield, not USD bn
    assert found["UST_5Y"][0] == 0.0


def test_a_compensated_jump_takes_its_mean_back_from_prices_alone(hand_market, hand_book):
    jump = Jump(
        name="j",
        source="by hand",
        rates=(("*", 50.0),),
        mean=(("UST_10Y", 0.001), ("USDJPY", -0.02)),
        is_compensated=True,
    )
    n = 100_000
    found = said(hand_book([], [(0, "USD", 1.0)]), still(hand_market), Unwind(jumps=(jump,)), n=n, days=20)
    count = 50.0 * 20 / 252  # a Poisson number's mean and variance
    assert abs(found["UST_10Y"].mean() - 0.001 * count) < 4.0 * 0.001 * math.sqrt(count / n)
    assert abs(np.exp(found["USDJPY"]).mean() - 1.0) < 4.0 * 0.02 * math.sqrt(count / n)


def test_an_intervention_sells_the_treasuries_that_pay_for_it(hand_market, hand_book):
    certain = replace(OFFICIAL, rise_logit=-50.0, fall_logit=50.0, per_move=0.0, log_sd=0.0)
    weak_yen = replace(still(hand_market), previous_usdjpy=(140.0,) * 5)  # the yen fell: it is bought
    found = said(hand_book([], [(0, "USD", 1.0)]), weak_yen, Unwind(intervention=certain, impact=IMPACT), days=1)
    assert found["USDJPY"][0] == pytest.approx(-0.006 * 3.0, rel=1e-12)
    assert found["official_sold"][0] == pytest.approx(3e12 / 145.04 / 1e9, rel=1e-12)
    assert found["UST_5Y"][0] == pytest.approx(capped(12.8e-6 * 3e3 / 145.04), rel=1e-12)


def test_a_drift_without_a_day_keeps_one_step(market):
    assert not is_daily(Unwind(drifts=(("JGB_30Y", 0.002),), bridge=Bridge(factor="USDJPY", level=125.0), nu=5.0))


@pytest.mark.parametrize("nu", [None, 4.0])
def test_a_bridge_leads_the_median_to_its_level_and_the_others_by_regression(market, hand_book, nu):
    unwind = Unwind(bridge=Bridge(factor="USDJPY", level=125.0), nu=nu)
    x = np.log1p(pnl(hand_book([], [(0, "USD", 1.0)]), market, unwind, n_steps=1) / market.usdjpy)
    assert is_quantile(x, math.log(125.0 / 145.04), 0.5)
    found = said(hand_book([], [(0, "USD", 1.0)]), market, unwind, n=20_000, n_steps=1)
    gap = math.log(125.0 / 145.04) + 0.5 * VOLS[-1] ** 2 * 10 / 252
    wanted = 0.9 * VOLS[5] / VOLS[6] * gap  # UST_10Y is next to USDJPY: correlation 0.9
    assert abs(found["UST_10Y"].mean() - wanted) < 4.0 * VOLS[5] * math.sqrt(10 / 252 / 20_000)
