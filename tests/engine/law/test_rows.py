"""What moves with a scenario's own rows: equities and the peso in the stresses of past days."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.law.law import law_of
from engine.run.walk import walk_of
from engine.scenario.apply import apply
from kernels.numpy.backend import NumpyBackend

MARKET = load_market(bundled_market_path())
EQUITIES = load_market(bundled_market_path().parent / "equities" / "2025-05-28.toml")
NAMES = [factor.name for factor in EQUITIES.factors]
STRESSES = {"flight-2024": (0.66, 58.4, 0.0159), "repatriation-2025": (-0.06, 27.1, 0.0205)}
WINDOWS = {"flight-2024": ("2024-07-10", "2024-08-09"), "repatriation-2025": ("2025-04-01", "2025-05-30")}
COLUMNS = {
    "SPX": "spx",
    "NASDAQ": "nasdaq",
    "NIKKEI225": "nikkei225",
    "XLK": "xlk_adj",
    "XLU": "xlu_adj",
    "XLP": "xlp_adj",
}


@pytest.fixture(scope="module", params=STRESSES)
def walked(request):
    """Name, deviations of ten days (n_days, n_factors, 4,000 paths) and the weekdays that each step spans."""
    walk = walk_of(load_scenario(request.param), EQUITIES, n_days=10, seed=3, backend=NumpyBackend())
    deviations = walk.deviations(np.arange(4_000, dtype=np.uint64))
    days = np.array([EQUITIES.valuation_date, *walk.dates], "datetime64[D]")
    return request.param, deviations, np.busday_count(days[:-1], days[1:])


def test_a_follower_moves_by_its_betas_times_what_the_path_moved_and_by_its_noise(walked):
    """By the path's own moves alone: whatever the vols of the day, leads and rows are, they are in these."""
    name, deviations, spans = walked
    on_dollar, on_yield, noise = STRESSES[name]
    moves = np.diff(deviations, axis=0, prepend=np.zeros_like(deviations[:1]))
    index, dollar, ten = (moves[:, NAMES.index(each)] for each in ("NIKKEI225", "USDJPY", "JGB_10Y"))
    left = (index - on_dollar * dollar - on_yield * ten) / np.sqrt(spans)[:, None]
    # 40,000 normals: their deviation is known to 0.35 %, their mean to 0.5 % of it; four errors. The index drifts by
    # half its market's variance, some 1e-4 a day.
    assert left.std() == pytest.approx(noise, rel=0.015)
    assert abs(left.mean()) < 0.02 * noise + 2e-4
    for other in (dollar, ten):
        assert abs(np.corrcoef(left.ravel(), other.ravel())[0, 1]) < 4.0 / np.sqrt(left.size)


def test_the_nikkei_falls_as_it_did(walked):
    """-20.6 % over the ten days to 2024-08-05; -16.1 % from 2025-03-28 to 04-07, in a window in which it then rose.

    From today's vols, so that only signs and orders can be asked for: both are losses of the tail, and a flight
    goes down in its middle.
    """
    name, deviations, _ = walked
    worst, low, middle = np.expm1(np.quantile(deviations[-1, NAMES.index("NIKKEI225")], [0.01, 0.05, 0.5]))
    if name == "flight-2024":
        assert -0.16 < middle < -0.05  # what it did over ten days from any start in the window: -5 to -21 %, mid -8
        assert low < -0.206
    else:
        assert abs(middle) < 0.02  # over the whole window it rose by 6 %; over ten days of it it fell by 5 % at worst
        assert -0.25 < worst < -0.12


def test_the_peso_goes_half_as_far_again_as_the_dollar(walked):
    _, deviations, _ = walked
    peso, dollar = (deviations[-1, NAMES.index(each)] for each in ("MXNJPY", "USDJPY"))
    slope = np.cov(peso, dollar)[0, 1] / dollar.var(ddof=1)
    assert slope == pytest.approx(1.5, abs=0.15)  # 4,000 paths with as much noise again: an error of 0.03


@pytest.mark.parametrize("name", STRESSES)
def test_on_a_market_without_them_nothing_changes_by_a_bit(name):
    unwind = load_scenario(name).unwind
    assert unwind.row_followers
    alone = replace(unwind, row_followers=())
    assert law_of(MARKET, 10, 10, unwind).key() == law_of(MARKET, 10, 10, alone).key()


def test_one_day_ahead_a_follower_has_a_row_s_own_move():
    unwind = load_scenario("flight-2024").unwind
    rows = law_of(EQUITIES, 1, 1, unwind).rows
    index, dollar, ten = (NAMES.index(each) for each in ("NIKKEI225", "USDJPY", "JGB_10Y"))
    vols = dict(zip(EQUITIES.filtered.factors, np.sqrt(EQUITIES.filtered.variances), strict=True))
    for k, row in enumerate(unwind.rows):
        residual = dict(row.residuals)
        expected = 0.66 * vols["USDJPY"] * residual["USDJPY"] + 58.4 * vols["JGB_10Y"] * residual["JGB_10Y"]
        assert rows.weekday_move[index] * rows.residuals[k, index] == pytest.approx(expected, rel=1e-12)
    expected = 0.66 * vols["USDJPY"] * rows.lead[dollar] + 58.4 * vols["JGB_10Y"] * rows.lead[ten]
    assert rows.weekday_move[index] * rows.lead[index] == pytest.approx(expected, rel=1e-12)


HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
NIKKEI = '[[row_followers]]\nfactor = "NIKKEI225"\nusdjpy = 0.7\nsource = "s"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'law = "filtered"\n{NIKKEI}', "there are none; give `followers` instead"),
        (f'extends = ["flight-2024"]\n{NIKKEI.replace("NIKKEI225", "USDJPY")}', "the rows name USDJPY themselves"),
        (f'extends = ["flight-2024"]\n{NIKKEI.replace("NIKKEI225", "NIKKEI")}', "did you mean 'NIKKEI225'"),
        (
            f'extends = ["flight-2024"]\n{NIKKEI}jgb_10y = 2e3\n',
            "jgb_10y: must be a number of at most 1000.0, got 2000",
        ),
        (
            f'extends = ["flight-2024"]\n{NIKKEI}noise = 0.6\n',
            "[3].noise: must be a number of at most 0.5",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_text(f"{HEAD}{text}", encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        apply(load_scenario(str(path)), EQUITIES)
    assert said in str(refusal.value)


def test_a_rival_set_takes_the_place_of_the_scenario_s_own(tmp_path):
    path = tmp_path / "rival.toml"
    path.write_text(f'{HEAD}extends = ["flight-2024", "parts/calm-followers"]\n', encoding="utf-8")
    found = {each.factor: each for each in load_scenario(str(path)).unwind.row_followers}
    assert (found["NIKKEI225"].usdjpy, found["NIKKEI225"].jgb_10y, found["NIKKEI225"].noise) == (0.65, 7.3, 0.0117)
    assert len(found) == 7


@pytest.mark.slow  # the history is read and bootstrapped
def test_the_betas_are_those_of_the_history(shared, tmp_path):
    from engine.calibration.zero_rates import joint_changes
    from engine.inputs.history.load import read_history

    factors = [factor for factor in MARKET.factors if factor.name in MARKET.filtered.factors]
    path = shared / "data" / "history.csv"
    joint = joint_changes(read_history([path]), factors, date(2025, 5, 30))
    days, roots = pd.DatetimeIndex(joint.days), np.sqrt(joint.spans)
    names = [factor.name for factor in factors]
    both = joint.changes[:, [names.index("USDJPY"), names.index("JGB_10Y")]] / roots[:, None]
    closes = pd.read_csv(path, parse_dates=["date"], index_col=0)
    inside = {name: np.asarray((days >= first) & (days <= last)) for name, (first, last) in WINDOWS.items()}
    calm = np.asarray(((days >= "2013") & (days < "2020")) | (days >= "2022")) & ~sum(inside.values()).astype(bool)
    rival = tmp_path / "calm.toml"
    rival.write_text(f'{HEAD}extends = ["flight-2024", "parts/calm-followers"]\n', encoding="utf-8")
    for name in (*WINDOWS, str(rival)):
        mine = inside.get(name, calm)
        for each in load_scenario(name).unwind.row_followers:
            if each.factor == "MXNJPY":
                continue  # by assumption
            moves = np.log(closes[COLUMNS[each.factor]].reindex(days)).diff().to_numpy() / roots
            there = mine & np.isfinite(moves)
            slopes = np.linalg.lstsq(both[there], moves[there], rcond=None)[0]
            left = moves[there] - both[there] @ slopes
            # Figures stand rounded to 0.01, 0.1 and 0.0001.
            assert [each.usdjpy, each.jgb_10y] == pytest.approx(slopes, abs=0.06), (name, each.factor)
            assert each.noise == pytest.approx(np.sqrt((left**2).mean()), abs=6e-5), (name, each.factor)
