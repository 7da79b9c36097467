"""A book at the horizon, against discounting it flow by flow from its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.run.aging import age, cash_at_horizon, horizon_day, values_at_horizon

CURRENCIES = ["JPY", "USD"]


def value(market, book, day, moves, spreads=None):
    """(n_books, n_currencies) at the horizon by the module under test, with factors moved by `moves`."""
    spreads = np.zeros(len(book.position_ids)) if spreads is None else spreads
    aged = age(book, spreads, market.factors, CURRENCIES, day)
    n_books = len(set(book.books))
    values = cash_at_horizon(aged, market, n_books, 2)
    flows = values_at_horizon(aged, market)
    assert aged.flow_range.shape == (aged.segment_factors.shape[0], 2)
    for (b, c), _ in np.ndenumerate(values):
        for g in range(*aged.segment_range[b, c]):
            mine = slice(*aged.flow_range[g])
            growth = np.exp(aged.exponents[mine] @ moves[aged.segment_factors[g]])
            values[b, c] += flows[mine] @ growth
    return values


def plain_value(market, book, day, moves, spreads=None):
    """The same from the definition: interpolate the moves, discount each flow; what was paid grows at forwards."""
    names = list(dict.fromkeys(book.books))
    values = np.zeros((len(names), 2))
    flows = book.flows
    for position, curve, currency, when, amount in zip(
        flows.position, flows.curve, flows.currency, flows.day, flows.amount, strict=True
    ):
        zeros = market.curves[curve]
        if when <= day:
            worth = amount * zeros.discount(when / 365) / zeros.discount(day / 365)
        else:
            tau = (when - day) / 365
            pillars = sorted((f.pillar, x) for f, x in zip(market.factors, moves, strict=True) if f.curve == curve)
            move = np.interp(tau, *zip(*pillars, strict=True)) if pillars else 0.0
            spread = 0.0 if spreads is None else spreads[position]
            worth = amount * np.exp(-(zeros.zero_rate(tau) + move + spread) * tau)
        values[names.index(book.books[position]), CURRENCIES.index(currency)] += worth
    for position, currency, quantity in zip(book.units.position, book.units.currency, book.units.quantity, strict=True):
        values[names.index(book.books[position]), CURRENCIES.index(currency)] += quantity
    return values


DAYS = st.one_of(
    st.sampled_from([1, 13, 14, 15, 91, 92, 730, 731, 744, 3650, 14600, 14614, 18000]), st.integers(1, 16_000)
)
FLOWS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["JGB", "UST"]), DAYS, st.floats(-1e6, 1e6)), max_size=25)
UNITS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(CURRENCIES), st.floats(-1e6, 1e6)), max_size=4)
NAME_SETS = st.sampled_from(
    [
        ("JGB_2Y", "JGB_10Y", "JGB_40Y", "UST_3M", "UST_10Y", "USDJPY"),
        ("JGB_40Y", "USDJPY", "UST_10Y", "JGB_2Y", "UST_3M", "JGB_10Y"),  # unsorted pillars
        ("JGB_10Y", "USDJPY"),  # one pillar, and a curve that does not move
        ("USDJPY",),
    ]
)


@given(
    flows=FLOWS, units=UNITS, day=st.sampled_from([0, 1, 14, 730]), names=NAME_SETS, numbers=st.integers(0, 2**32 - 1)
)
@settings(max_examples=150, deadline=None)
def test_any_book_is_worth_its_definition(hand_market, hand_book, flows, units, day, names, numbers):
    rng = np.random.default_rng(numbers)
    market = hand_market(names=names, vols=[0.01] * len(names))
    book = hand_book(flows, units, books=("one", "two", "one"))
    moves = rng.normal(0.0, 0.01, len(names))
    spreads = rng.normal(0.0, 0.01, 3)
    found = value(market, book, day, moves, spreads)
    size = sum(abs(amount) for *_, amount in (*flows, *units)) + 1.0
    # each flow is a product of a few exponentials of rounded exponents; rates below 10 % over 50 years grow 100-fold
    assert np.abs(found - plain_value(market, book, day, moves, spreads)).max() <= 1e-13 * size


def test_ten_business_days_are_fourteen_calendar_days(hand_book):
    book = hand_book(flows=[(0, "JGB", 100, 1.0)])
    assert horizon_day(book, 10) == 14
    assert horizon_day(book, 1) == 1


def test_a_horizon_beyond_the_calendar_is_refused(hand_book):
    with pytest.raises(InputError, match="up to 14 business days, got 15"):
        horizon_day(hand_book(), 15)


def test_a_coupon_within_the_horizon_grows_at_the_forward_rate_and_moves_no_more(hand_market, hand_book):
    market, book = hand_market(flat=0.05), hand_book(flows=[(0, "JGB", 4, 100.0), (0, "JGB", 379, 1000.0)])
    still, moved = (value(market, book, 14, np.full(6, move))[0, 0] for move in (0.0, 0.01))
    earned = 100.0 * np.exp(0.05 * 10 / 365)
    assert still == pytest.approx(earned + 1000.0 * np.exp(-0.05), rel=1e-14)
    assert moved == pytest.approx(earned + 1000.0 * np.exp(-0.06), rel=1e-14)


def test_a_flow_on_the_horizon_day_is_cash_and_the_day_after_is_not(hand_market, hand_book):
    market = hand_market(flat=0.05)
    book = hand_book(flows=[(0, "JGB", 14, 100.0)])
    assert value(market, book, 14, np.full(6, 0.3))[0, 0] == 100.0
    late = hand_book(flows=[(0, "JGB", 15, 100.0)])
    assert value(market, late, 14, np.full(6, 0.3))[0, 0] == pytest.approx(100 * np.exp(-0.35 / 365), rel=1e-14)


def test_a_book_whose_flows_are_all_paid_is_cash(hand_market, hand_book):
    book = hand_book(flows=[(0, "UST", 3, 5.0), (0, "UST", 14, 7.0)])
    aged = age(book, np.zeros(1), hand_market().factors, CURRENCIES, 14)
    assert aged.time.size == aged.flow_range.shape[0] == 0
    assert aged.segment_range.tolist() == [[[0, 0], [0, 0]]]
    curve = hand_market().curves["UST"]
    wanted = 5.0 * curve.discount(3 / 365) / curve.discount(14 / 365) + 7.0
    assert cash_at_horizon(aged, hand_market(), 1, 2)[0] == pytest.approx([0.0, wanted], rel=1e-14)


def test_instantaneous_revaluation_ages_nothing(hand_market, hand_book):
    book = hand_book(flows=[(0, "JGB", 1, 100.0), (0, "JGB", 379, 1000.0)], units=[(0, "JPY", 3.0)])
    market = hand_market(flat=0.05)
    wanted = 100 * np.exp(-0.05 / 365) + 1000 * np.exp(-0.05 * 379 / 365) + 3.0
    assert value(market, book, 0, np.zeros(6))[0, 0] == pytest.approx(wanted, rel=1e-14)


def test_flows_before_the_first_pillar_and_after_the_last_move_with_it(hand_market, hand_book):
    moves = np.array([0.01, 0.02, 0.03, 0.0, 0.0, 0.0])  # JGB 2, 10, 40 years
    market = hand_market(flat=0.0)
    for years, move in ((1, 0.01), (2, 0.01), (6, 0.015), (25, 0.025), (40, 0.03), (49, 0.03)):
        book = hand_book(flows=[(0, "JGB", 365 * years, 1.0)])
        assert value(market, book, 0, moves)[0, 0] == pytest.approx(np.exp(-move * years), rel=1e-14)


def test_flows_of_a_book_on_one_day_are_one(hand_market, hand_book):
    flows = [(0, "JGB", 400, 1.0), (0, "JGB", 400, 2.0), (1, "JGB", 400, 4.0), (2, "JGB", 400, 8.0)]
    aged = age(hand_book(flows, books=("a", "a", "b")), np.zeros(3), hand_market().factors, CURRENCIES, 14)
    assert aged.amount.tolist() == [7.0, 8.0]


def test_a_curve_the_market_lacks_is_refused(hand_market, hand_book):
    market, book = hand_market(names=("JGB_2Y", "USDJPY"), vols=(0.01, 0.1)), hand_book(flows=[(0, "UST", 400, 1.0)])
    aged = age(book, np.zeros(1), market.factors, CURRENCIES, 14)
    object.__setattr__(market, "curves", {"JGB": market.curves["JGB"]})
    with pytest.raises(InputError, match="no curve 'UST'"):
        cash_at_horizon(aged, market, 1, 2)
