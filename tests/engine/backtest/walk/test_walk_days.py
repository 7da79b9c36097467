"""A day of the walk: full revaluation of what came and of what was foreseen; nothing after the date is seen."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.backtest.laws.backtest_law import BacktestLaw, ForeseenMoves
from engine.backtest.laws.registry import LAWS, registered
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.parts import walk_part
from engine.backtest.walk.rolled_book import rolled_book
from engine.backtest.walk.walk_days import (
    BookWalk,
    forecasts_of,
    late_starts,
    probability_transform,
    var_and_es,
    walk_day,
)
from engine.book.fit import fit
from engine.book.value import position_values
from engine.errors import InputError
from engine.inputs.book.load import bundled_book_path, read_positions
from engine.instruments.registry import KINDS
from engine.instruments.rows.position import Position
from engine.market.moved_market import moved
from engine.risk.exact_tails import PastMoves, exact_tails
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from kernels.numba.backend import NumbaBackend
from tests.engine.backtest.synthetic import frame_of, synthetic, usual

BACKEND = NumbaBackend()


def sample_book(base):
    return rolled_book(read_positions(bundled_book_path(), base.valuation_date), base, "0" * 64)


def walk_of(found, laws=("historical-250", "ewma", "t"), book=None, n_paths=1000, horizons=(1, 10)):
    own = book or sample_book(found.base)
    return BookWalk(
        history=found.joint, pattern=found.pattern, book=own, laws=laws, horizons=horizons, n_paths=n_paths, seed=3
    )


def columns(rows):
    """Figures by date, horizon, book and law."""
    if not isinstance(rows, list):
        names = ("date", "horizon_days", "scope", "law", "pnl", "var_99", "var_975", "es_975", "pit", "factor_pnl")
        rows = list(zip(*(getattr(rows, name).tolist() for name in names), strict=True))
    return {(r[0], r[1], r[2], r[3]): r[4:] for r in rows}


def test_realised_pnl_is_that_of_the_books_revalued_in_the_moved_market():
    found = usual()
    walk, place = walk_of(found, laws=("historical-250",)), 520
    rows = walk_day(walk, forecasts_of(walk), place, BACKEND)
    market = found.pattern.on(found.joint, place)
    book = walk.book.on(found.joint.day(place), market)
    fits = fit(book, market)
    for horizon in (1, 10):
        after = moved(market, found.joint.realised(place, horizon))
        profit = position_values(book, after, fits) - position_values(book, market, fits)
        of_book = {name: profit[np.array(book.books) == name].sum() for name in set(book.books)}
        wanted = {"total": profit.sum(), **of_book}
        got = {r[2]: r[4] for r in rows if r[1] == horizon}
        # positions of 1e10 yen are summed in another order: a yen or so in a profit of 1e8
        assert got == pytest.approx(wanted, abs=1.0)


def test_nothing_after_a_date_changes_what_was_foreseen_on_it_or_came_by_its_horizon():
    frame = frame_of(640)
    cut = 560
    other = frame_of(640, seed=9)
    other.index = frame.index
    later = pd.concat([frame.iloc[:cut], other.iloc[cut:]])
    known = frame.iloc[:cut]
    results = []
    for each in (frame, later, known):
        found = synthetic(each)
        walk = walk_of(found, laws=("historical-250", "ewma", "t"))
        end = np.searchsorted(found.joint.dates, np.datetime64(frame.index[cut - 1], "D"))
        places = range(int(end) - 14, int(end) - 10)
        results.append(columns([r for p in places for r in walk_day(walk, forecasts_of(walk), p, BACKEND)]))
    assert results[0] == results[1] == results[2]  # to the last bit
    assert len(results[0]) == 4 * 2 * 3 * 3


@pytest.mark.slow
def test_no_law_sees_the_change_after_its_date():
    frame, cut = frame_of(2320, seed=3), 2300
    other = frame_of(2320, seed=4)
    later = pd.concat([frame.iloc[:cut], other.iloc[cut:]])  # holidays are the same: the calendar ahead is known
    seen = []
    for each in (frame, later):
        found = synthetic(each)
        place = int(np.searchsorted(found.joint.dates, np.datetime64(frame.index[cut - 1], "D"), side="right")) - 1
        walk = walk_of(found, laws=tuple(LAWS), n_paths=1000)
        foreseen = forecasts_of(walk)
        draws = CommonDraws(seed=1, day=1, n_paths=1000)
        seen.append({(name, h): foreseen[name](place, h, draws) for name in foreseen for h in (1, 10)})
        assert not np.array_equal(found.joint.realised(place, 1), np.zeros(17))
    assert seen[0].keys() == {(name, h) for name in LAWS for h in (1, 10)}
    for key, one in seen[0].items():
        other = seen[1][key]
        assert np.array_equal(one.moves, other.moves), key  # to the last bit
        assert (one.weights is None and other.weights is None) or np.array_equal(one.weights, other.weights), key


def test_an_outcome_that_is_not_known_yet_has_no_row():
    found = usual()
    last = found.joint.dates.size - 1
    walk = walk_of(found, laws=("historical-250",))
    assert walk_day(walk, forecasts_of(walk), last, BACKEND) == []
    assert {r[1] for r in walk_day(walk, forecasts_of(walk), last - 5, BACKEND)} == {1}


def dollars(amount):
    return Position(position_id="USD", book="main", kind=KINDS["CASH"], currency="USD", notional=amount, line=2)


def test_cash_in_dollars_in_closed_form_with_the_factor_that_made_the_exception():
    found = usual()
    factor = [each.name for each in found.joint.factors].index("USDJPY")
    size = np.zeros(len(found.joint.factors))
    size[factor] = 1e-7  # moves of nothing: every loss is an exception
    foreseen = ForeseenMoves(moves=size[:, None] * np.linspace(-1.0, 1.0, 1001))
    place = int(np.flatnonzero(found.joint.changes[1:, factor] < -0.005)[400 // 25])
    still = BacktestLaw(
        name="still",
        meaning="hardly moves",
        least_changes=1,
        prepare=lambda _: lambda place, horizon, draws: foreseen,
    )
    with registered(still):
        walk = walk_of(found, ("still",), rolled_book([dollars(1e6)], found.base, "0" * 64), horizons=(1,))
        ((day, horizon, scope, law, pnl, var_99, var_975, es, pit, n, name, alone),) = walk_day(
            walk, forecasts_of(walk), place, BACKEND
        )
    spot, move = found.joint.prices["USDJPY"][place], found.joint.realised(place, 1)[factor]
    assert (day, horizon, scope, law, n) == (found.joint.day(place), 1, "main", "still", 1001)
    # dollars are there on the spot date: the rates of two days move them by less than 1e-4 of what the yen does
    assert pnl == pytest.approx(1e6 * spot * np.expm1(move), rel=1e-3)
    assert (name, pit) == ("USDJPY", 0.0)
    assert alone == pytest.approx(pnl, rel=1e-3)
    # of 1,001 moves the 99 % tail has 10.01: the eleventh worst, -1 + 10 / 500
    assert var_99 == pytest.approx(-1e6 * spot * np.expm1(-0.98e-7), rel=1e-3)
    assert var_975 < var_99 < es * 1.01


def test_figures_are_the_engine_s_measures():
    for n in (1000, 1234):  # tails of a whole number of moves, and of 12.34
        pnl = np.random.default_rng(1).standard_normal(n)
        for confidence in (0.99, 0.975):
            at_risk, shortfall = var_and_es(pnl, confidence)
            assert at_risk == VALUE_AT_RISK.of_sample(pnl, confidence)
            assert shortfall == pytest.approx(EXPECTED_SHORTFALL.of_sample(pnl, confidence), rel=1e-12)
    assert var_and_es(-np.arange(1000.0), 0.99) == (989.0, 994.5)  # ten lose more than 989: their mean
    assert probability_transform(np.array([1.0, 2.0, 2.0, 3.0]), 2.0) == 0.5  # one below, half of two equal


@pytest.mark.parametrize("n", [1, 250, 1000, 1234])
def test_weights_that_are_all_one_change_no_bit(n):
    pnl = np.round(np.random.default_rng(n).standard_normal(n), 2)  # with ties
    for confidence in (0.99, 0.975):
        assert var_and_es(pnl, confidence, np.ones(n)) == var_and_es(pnl, confidence)
    for came in (-9.0, float(pnl[n // 2]), 0.1, 9.0):
        assert probability_transform(pnl, came, np.ones(n)) == probability_transform(pnl, came)


def test_whole_weights_are_as_many_moves_of_the_same_pnl():
    random = np.random.default_rng(2)
    pnl, copies = random.standard_normal(700), random.integers(0, 9, 700)
    many, weights = np.repeat(pnl, copies), copies * (700 / copies.sum())
    for confidence in (0.99, 0.975, 0.9):
        at_risk, shortfall = var_and_es(many, confidence)
        found = var_and_es(pnl, confidence, weights)
        assert found[0] == at_risk
        assert found[1] == pytest.approx(shortfall, rel=1e-12)  # the same sum in another order
    for came in (-9.0, float(pnl[5]), 0.3, 9.0):
        wanted = probability_transform(many, came)
        assert probability_transform(pnl, came, weights) == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    assert probability_transform(pnl, 9.0, weights) == 1.0  # no share is above one by rounding


def test_weighed_figures_are_those_of_the_exact_law_of_a_run():
    random = np.random.default_rng(3)
    pnl, weights = random.standard_normal(1000), random.gamma(2.0, size=1000)
    weights /= weights.mean()
    confidences = (0.99, 0.975)
    of_run = exact_tails(PastMoves(pnl=pnl[None], weights=weights, n_table=1000, block=1), 0, confidences, 0.0)
    for confidence, wanted in zip(confidences, of_run, strict=True):
        at_risk, shortfall = var_and_es(pnl, confidence, weights)
        assert at_risk == wanted.estimates[VALUE_AT_RISK.key].value
        assert shortfall == pytest.approx(wanted.estimates[EXPECTED_SHORTFALL.key].value, rel=1e-12)


def test_a_law_begins_where_it_has_its_memory_and_says_from_when():
    found = usual()
    walk = walk_of(found, ("historical-500", "historical-250"), horizons=(1,))
    assert late_starts(walk, [508, 509]) == ()  # 500 windows of up to ten dates end by the 509th change
    (said,) = late_starts(walk, [506, 507, 508, 509])
    assert said.startswith(f"historical-500 begins on {found.joint.day(508)}, where 509 joint changes lie before it")
    rows = walk_part(walk, [507, 508])
    assert rows.of("historical-500", "total", 1).date.tolist() == [found.joint.day(508)]
    assert rows.of("historical-250", "total", 1).pnl.size == 2


def test_a_law_that_has_its_memory_on_no_date_is_refused_with_the_first_that_has_it():
    found = usual()
    with pytest.raises(InputError, match=r"too few for: historical-500 509; the first date with it is 2016-"):
        late_starts(walk_of(found, ("historical-500",)), [300, 507])
    with pytest.raises(InputError, match="the history is shorter than that"):
        late_starts(walk_of(found, ("historical-500", "gaussian")), [600])


def test_the_same_rows_whatever_else_is_walked():
    found = usual()
    own = columns(walk_part(walk_of(found, ("t",)), [530]))
    among = columns(walk_part(walk_of(found, ("historical-250", "t", "ewma")), [529, 530]))
    assert own == {key: among[key] for key in own}


def test_the_date_of_a_forecast_is_that_on_which_it_was_made():
    found = usual()
    rows = walk_part(walk_of(found, ("historical-250",)), [530])
    assert rows.date.tolist() == [found.joint.day(530)] * rows.pnl.size
    assert isinstance(found.joint.day(530), date)
