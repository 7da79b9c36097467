"""What sales do to prices, in the law's record and by factor."""

import math

import numpy as np
import pytest

from engine.law.arrays import model_arrays
from engine.law.impact import impact_record, impact_shape
from engine.law.law import law_of
from engine.law.part import LawSetting
from engine.mechanisms.impact import Impact
from engine.mechanisms.parameters.studies import STUDIES, Study
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.scheduled_sales import Sale
from engine.mechanisms.unwind import Unwind
from kernels.law_layout import PATH_SERIES
from kernels.numba.backend import NumbaBackend
from kernels.payoffs import empty_book

ONE = Study(study="x", low_bp=50.0, high_bp=60.0)
IMPACT = Impact(
    source="x", studies=(ONE,), cap_bp=200.0, fading_per_year=25.2, shape=(("UST_3M", 0.5), ("UST_10Y", 1.5))
)
N = 100_000


@pytest.fixture
def setting(hand_market):
    market = hand_market()
    return LawSetting(market=market, base=market, dt=1 / 252, n_steps=10)


def test_a_studys_figures_are_decimal_yields_per_usd_bn(setting):
    found = impact_record(Unwind(impact=IMPACT), setting)
    assert (found["low_1"], found["high_1"]) == pytest.approx((0.0050 / 100.0, 0.0060 / 100.0), rel=1e-12)  # 100 bn
    assert found["study_1"] == 1.0  # no path draws another
    assert found["per_cap"] == pytest.approx(1.0 / 0.02, rel=1e-12)
    assert found["fading"] == pytest.approx(math.exp(-0.1), rel=1e-12)


def test_studies_are_drawn_by_their_weights_and_evenly_within_their_ranges(hand_market):
    """From 100,000 paths: one sale of 1 bn shows the impact that each has drawn."""
    market = hand_market(names=("UST_10Y", "USDJPY"), vols=(0.0, 0.0))
    unwind = Unwind(impact=Impact(source="x", cap_bp=1e4), scheduled_sales=(Sale(day=1, usd_bn=1.0),))
    _, model = model_arrays([law_of(market, 1, 1, unwind)])
    book, backend = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=2, n_steps=1), NumbaBackend()
    program = backend.prepare(model, book, seed=5, n_steps=1, float32=False, centre=np.zeros(2))
    drawn = backend.levels(program, np.arange(N, dtype=np.uint64))[0, 0, 2 + PATH_SERIES.index("impact")] * 1e6
    assert len(STUDIES) == 4
    for low, high, weight in ((40.0, 60.0, 2 / 6), (19.0, 44.0, 1 / 6), (100.0, 100.0, 1 / 6), (1.5, 1.8, 2 / 6)):
        mine = drawn[(drawn >= low * 0.999) & (drawn <= high)]  # a cap of 1e4 bp takes 1e-8 off 100
        both = {40.0: 4 / 25 / 6, 19.0: 4 / 20 * 2 / 6}.get(low, 0.0)  # 40 to 44 bp are in two ranges
        share = weight + both
        assert abs(mine.size / N - share) < 4.0 * math.sqrt(share * (1.0 - share) / N)
    middle = drawn[(drawn > 44.0) & (drawn < 60.0)]  # of one study alone: even
    assert abs(middle.mean() - 52.0) < 4.0 * 16.0 / math.sqrt(12.0 * middle.size)
    assert drawn.max() <= 100.0
    assert drawn.min() >= 1.5 * 0.999


def test_the_impact_on_usdjpy_lies_within_the_interventions_and_its_median_is_the_one_given(hand_market):
    """Holders sell 1 bn for yen on the day, whatever happens: 100,000 paths show what each has drawn."""
    names = ("JGB_1Y", "JGB_30Y", "UST_3M", "UST_10Y", "USDJPY")
    market = hand_market(names=names, vols=(0.0,) * 5)
    holders = Repatriation(source="x", stock_usd_bn=252.0, hazard=1.0, per_pickup=0.0, per_loss=0.0, unhedged=1.0)
    unwind = Unwind(impact=Impact(source="x"), repatriation=holders)
    _, model = model_arrays([law_of(market, 1, 1, unwind)])
    book, backend = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=5, n_steps=1), NumbaBackend()
    program = backend.prepare(model, book, seed=5, n_steps=1, float32=False, centre=np.zeros(2))
    drawn = -backend.levels(program, np.arange(N, dtype=np.uint64))[0, 0, 4]  # of 1 bn
    assert drawn.min() >= 0.0007
    assert drawn.max() <= 0.0012
    assert abs(np.mean(drawn < 0.0009) - 0.5) < 4.0 * 0.5 / math.sqrt(N)
    assert drawn.mean() == pytest.approx((0.000702 + 2 * 0.0009 + 0.001197) / 4.0, abs=4.0 * 1.5e-4 / math.sqrt(N))


def test_without_an_impact_nothing_is_moved_whatever_is_sold(setting):
    assert impact_record(Unwind(), setting) == {}
    assert not impact_shape(Unwind(), setting.market).any()


def test_jgbs_that_the_proceeds_buy_fall_as_treasuries_of_their_maturity_rise(setting):
    holders = Repatriation(source="x", into_jgb=0.2)
    found = dict(
        zip(setting.names, impact_shape(Unwind(impact=IMPACT, repatriation=holders), setting.market), strict=True)
    )
    assert (found["UST_3M"], found["UST_10Y"], found["USDJPY"]) == (0.5, 1.5, 0.0)
    assert found["JGB_10Y"] == found["JGB_40Y"] == pytest.approx(-0.2 * 1.5)  # flat beyond the last pillar
    assert found["JGB_2Y"] == pytest.approx(-0.2 * (0.5 + 1.75 / 9.75))  # linear from 3 months to 10 years
