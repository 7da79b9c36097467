"""Every kind of position from a week before it begins to a week after its last payment, in a market that stands still.

From one day to the next a position's value and the cash that it paid are what the book of the day before, aged by a
day, says they are; and their sum moves by a day's interest and time value, never by a coupon.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

import engine.book.compile as compiling
from engine.book.compile import compile_book
from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.value import position_values, values_on
from engine.conventions.calendars import Calendars
from engine.conventions.currencies import HOME
from engine.inputs.book.fields import parsed
from engine.inputs.market.load import bundled_market_path, load_market
from engine.instruments.bonds import schedule_of
from engine.instruments.days import Days
from engine.instruments.registry import KINDS, family_of
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.position import Position
from engine.instruments.rows.template import example_row
from engine.market.market import Market
from engine.pack.pack import pack
from engine.payoffs.curves import discounts, fx_rates
from engine.payoffs.expired.fx_options import ExpiredFxOptions, expired_fx_exchanges, expired_fx_flows
from engine.payoffs.expired.swaptions import ExpiredSwaptions, expired_swaption_flows
from engine.payoffs.floats import float_amounts
from engine.payoffs.flows import Leg
from engine.payoffs.notes.constant_maturity import CmtLeg, cmt_coupons_of, forward_yields
from engine.payoffs.notes.linkers import linked_flows
from engine.payoffs.payoff import PartRows
from engine.payoffs.spot_days import SpotDays
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend
from tests.engine.five_currencies import five_currencies

OPTION = {"maturity": "2025-07-01", "strike": "140"}
TERM = {"start_date": "2025-06-03", "maturity": "2026-06-03"}
XCCY = TERM | {"rate": "145.04", "spread": "-0.0052"}
LIVES: dict[str, dict[str, str]] = {  # over the kinds' examples; last days of bonds are holidays where they can be
    "JGB": {"coupon": "0.03", "issue_date": "2025-06-03", "maturity": "2026-06-20"},
    "JGBI": {"coupon": "0.005", "issue_date": "2025-06-03", "maturity": "2026-06-10", "break_even": "0.015"},
    "JGB_BILL": {"issue_date": "2025-06-03", "maturity": "2025-09-15"},
    "JGB_STRIP": {"maturity": "2025-12-20"},
    "UST": {"coupon": "0.04", "issue_date": "2025-05-31", "maturity": "2026-05-31"},
    "UST_BILL": {"issue_date": "2025-06-03", "maturity": "2025-09-01"},
    "UST_STRIP": {"maturity": "2025-11-15"},
    "BUND": {"coupon": "0.04", "issue_date": "2025-06-11", "maturity": "2026-07-04"},
    "CASHFLOW": {"maturity": "2025-09-15", "curve": "TONA"},
    "REPO": {"start_date": "2025-06-03", "maturity": "2025-07-03"},
    "DEPOSIT": {"start_date": "2025-06-03", "maturity": "2025-07-21"},
    "FRN": TERM,
    "JGB_FLOATER": {"coupon": "0.01", "issue_date": "2025-06-03", "maturity": "2026-06-20", "spread": "-0.002"},
    "OIS": TERM,
    "SWAP": TERM,
    "XCCY_SWAP": XCCY,
    "XCCY_MTM_SWAP": XCCY,
    "SWAPTION_PAYER": {"maturity": "2025-07-01", "rate": "0.005", "tenor": "2Y"},
    "SWAPTION_RECEIVER": {"maturity": "2025-07-01", "rate": "0.05", "tenor": "2Y"},
    "FX_SPOT": {"maturity": "2025-06-05"},
    "FX_FORWARD": {"maturity": "2025-07-03"},
    "FX_SWAP": {"start_date": "2025-06-05", "maturity": "2025-07-03"},
    "NDF": {"maturity": "2025-07-03"},
    **dict.fromkeys(("FX_CALL", "FX_STRADDLE"), OPTION),
    "FX_PUT": OPTION | {"strike": "150"},
    "FX_STRANGLE": OPTION | {"strike_2": "150"},
    "FX_RISK_REVERSAL": OPTION | {"strike_2": "143"},
    "FX_DIGITAL_CALL": OPTION | {"strike": "132"},
    "FX_DIGITAL_PUT": OPTION | {"strike": "157"},
}
RATES = ("rate", "far_rate", "strike", "strike_2", "width")  # in units of a pair's rate
FREE = ("price", "market_yield", "premium", "vol", "fixed_so_far", "fixed_so_far_jpy", "reset_rate")  # of one day only
EVENTS = [  # days on which something begins, is fixed, paid, delivered or ends
    *("2025-05-31", "2025-06-03", "2025-06-11", "2025-06-20", "2025-07-01", "2025-07-21", "2025-09-01", "2025-09-15"),
    *("2025-09-30", "2025-11-15", "2025-11-30", "2025-12-20", "2026-03-03", "2026-05-31", "2026-06-20", "2026-07-04"),
]
# Positions whose row says the same each day: a day's interest on cash or profit of a future is no part of it.
RESTATED = ("CASH", "JGB_FUTURE", "UST_FUTURE", "INDEX_FUTURE", "ASSET")
SWAPTIONS = ("SWAPTION_PAYER", "SWAPTION_RECEIVER")
# Of notional: what has expired is worth its payoff at each day's forward until it is settled, and where paths do not
# step the spot date is another day's. It may leap eight days, over New Year: 8/365 years of 3.3 % between the two.
PAYOFF_RESTATED = 8e-4
OVERNIGHT = {
    "FRN": ("SOFR", 360),
    "OIS": ("TONA", 365),
    "SWAP": ("SOFR", 360),
    "XCCY_SWAP": ("SOFR", 360),
    "XCCY_MTM_SWAP": ("SOFR", 360),
}
QUARTERS = ("2025-06-03", "2025-09-03", "2025-12-03", "2026-03-03", "2026-06-03")
PERIODS = {
    "FRN": QUARTERS,
    "OIS": QUARTERS[::4],
    "SWAP": QUARTERS[::2],
    "XCCY_SWAP": QUARTERS,
    "XCCY_MTM_SWAP": QUARTERS,
}
HEDGED = 1e-9  # of notional: a static hedge against a coupon after a day's roll-down, 3e-6 x 1e-4: second order
A_DAY = 0.004  # of notional: more than a day's interest or time value of anything here, less than any coupon


def compounded(market: Market, curve: str, days: int) -> float:
    """What 1 becomes in so many days at the overnight rate of a market that stands still."""
    return float(market.curves[curve].discount(1 / 365)) ** -days


def running(kind: str, day: date) -> int:
    """Days since the running period of a swap began; 0 if none runs."""
    starts = [date.fromisoformat(text) for text in PERIODS[kind]]
    begun = [start for start in starts[:-1] if start < day]
    return (day - begun[-1]).days if begun and day < starts[-1] else 0


def fixed(market: Market, curve: str, days: int, year: int) -> float | None:
    return (compounded(market, curve, days) - 1.0) * year / days if days else None


def lives_of(pair: tuple[str, str], day: str, market: Market) -> dict[str, dict[str, str]]:
    """Lives of the kinds of foreign exchange in another pair, due or expiring on one day, rates to its spot rate."""
    foreign, domestic = pair
    scale = market.rate(foreign) / market.rate(domestic) / market.rate("USD")
    vols, lives = f"{foreign}{domestic}" in market.fx_vols, dict(LIVES)
    for name in KINDS if vols else ("FX_SPOT", "FX_FORWARD", "FX_SWAP", "NDF"):
        if name == "NDF" or (name.startswith("FX_") and "DIGITAL" not in name):  # a digital pays the domestic currency
            cells = {column: text for column, text in example_row(KINDS[name]).items() if column in RATES}
            rates = {column: text for column, text in (cells | LIVES[name]).items() if column in RATES}
            lives[name] = LIVES[name] | {column: f"{scale * float(text):.6g}" for column, text in rates.items()}
            lives[name] |= {"currency": foreign, "maturity": day} | ({"against": domestic} if domestic != HOME else {})
    start = date.fromisoformat(day) - timedelta(days=12)
    return lives | {"FX_SWAP": lives["FX_SWAP"] | {"start_date": start.isoformat()}}


def positions(day: date, market: Market) -> list[Position]:
    """One position of each kind that is registered, as its row stands on a day."""
    found = []
    for name, kind in KINDS.items():
        cells = {column: text for column, text in example_row(kind).items() if column not in FREE} | LIVES.get(name, {})
        values = {column: parsed(COLUMNS[column], text) for column, text in cells.items() if column != "position_id"}
        values |= {"position_id": name, "kind": kind}
        if name in SWAPTIONS:
            values["vol"] = 0.006
        if name in OVERNIGHT:
            curve, year = OVERNIGHT[name]
            days = running(name, day)
            values["fixed_so_far"] = fixed(market, curve, days, year)
            if name.startswith("XCCY"):
                values |= {"fixed_so_far_jpy": fixed(market, "TONA", days, 365)}
                values |= {"reset_rate": 145.04} if name == "XCCY_MTM_SWAP" else {}
        found.append(Position(**values))
    of_its_day = {"JGBI": indexed, "JGB_FLOATER": lambda row, _: set_today(row, market)}
    return [of_its_day.get(each.kind.name, lambda row, _: row)(each, day) for each in found]


def set_today(position: Position, market: Market) -> Position:
    """A floater whose coupon was set in a market that stands still: at the yield that it has today."""
    leg = CmtLeg(
        curve="JGB",
        currency="JPY",
        margin=0.0,
        market_vol=np.nan,
        start_days=np.array([0]),
        days=np.array([183]),
        amounts=np.array([0.5]),
    )
    today = cmt_coupons_of(PartRows(valuation_date=market.valuation_date, place=[0], parts=[leg]))
    return replace(position, coupon=float(forward_yields(today, market)[0][0]) + position.spread)


def indexed(position: Position, day: date) -> Position:
    """A linked bond with the index ratio of its settlement day: prices have grown as they were expected to."""
    settled = Days(day).date_of(schedule_of(position, Days(day)).settlement_day)
    years = (settled - date(2025, 6, 3)).days / 365
    return replace(position, index_ratio=(1.0 + position.break_even) ** years)


def books(days: Iterator[date], market: Market) -> Iterator[tuple[date, CompiledBook, Market]]:
    for day in days:
        yield day, compile_book(positions(day, market), day, sha256=""), market_on(market, day)


def market_on(market: Market, day: date) -> Market:
    return replace(market, valuation_date=day)


def paid_next_day(book: CompiledBook, market: Market, fits: Fits) -> np.ndarray:
    """Cash of the next day: (n_positions,) [JPY]. Overnight interest of swaps that telescopes is added by hand."""
    cash = np.zeros(len(book.position_ids))
    for flows in (book.flows, *(each(book, fits.constants) for each in (expired_fx_flows, linked_flows))):
        due = flows.day == 1
        np.add.at(cash, flows.position[due], flows.amount[due] * fx_rates(flows.currency[due], market))
    for dealt in (book.exchanges, expired_fx_exchanges(book, fits.constants)):
        factors = book.table(SpotDays).factors(dealt.currency, market, 1) * fx_rates(dealt.currency, market)
        due = dealt.day == 1
        np.add.at(cash, dealt.position[due], (dealt.amount * factors)[due])
    floats, due = book.floats, book.floats.day == 1
    amounts = float_amounts(floats, market, 1, market) * fx_rates(floats.currency, market)
    np.add.at(cash, floats.position[due], amounts[due])
    expired, settled = book.table(ExpiredSwaptions), expired_swaption_flows(book, fits.constants)
    begins = expired.day[expired.float_range[:, 0]] == 1
    grown = settled.amount / discounts(settled.curve, np.full(settled.day.size, 1 / 365), market)
    np.add.at(cash, settled.position[begins], (grown * fx_rates(settled.currency, market))[begins])
    return cash


def expired_in(book: CompiledBook) -> np.ndarray:
    """Which positions have expired and are not settled: (n_positions,)."""
    tables = (book.table(ExpiredFxOptions), book.table(ExpiredSwaptions))
    return np.isin(np.arange(len(book.position_ids)), np.concatenate([table.position for table in tables]))


def telescoped(day: date, market: Market) -> dict[str, float]:
    """Payments of swaps on a day that stand in no table: interest at a period's end, dollars exchanged [JPY]."""
    paid = {}
    for name, (curve, _) in OVERNIGHT.items():
        cells = example_row(KINDS[name])
        notional = float(cells["notional"]) * market.rate(cells["currency"])
        ends = [date.fromisoformat(text) for text in PERIODS[name]]
        sign = 1.0 if name.startswith(("XCCY", "FRN")) else -1.0  # who receives fixed pays overnight interest
        if day == ends[0]:
            paid[name] = -sign * notional
        elif day in ends:
            growth = compounded(market, curve, (day - ends[ends.index(day) - 1]).days)
            notional_too = day == ends[-1]
            paid[name] = sign * notional * (growth if notional_too else growth - 1.0)
    return paid


def sizes(day: date, market: Market) -> np.ndarray:
    """Notionals: (n_positions,) [JPY]; of futures and assets by their prices."""
    scale = {"JGB_FUTURE": 1e8, "UST_FUTURE": 1e5, "INDEX_FUTURE": 3e5, "ASSET": 6e3}
    rows = positions(day, market)
    return np.array([abs(row.notional) * market.rate(row.currency) * scale.get(row.kind.name, 1.0) for row in rows])


def is_stepped(day: date) -> bool:
    """Whether simulated paths step on a day: a business day of Tokyo and New York both."""
    days = Calendars(day).steps.days
    return bool(days[np.searchsorted(days, 0)] == 0)


def check(days: list[date], market: Market) -> int:
    """Hold each day to the one before; return how many pairs were looked at."""
    before = None
    n = 0
    size = sizes(days[0], market)
    for day, book, today in books(iter(days), market):
        fits = fit(book, today)
        value = position_values(book, today, fits)
        assert np.isfinite(value).all()
        if before is not None and (day - before[0]).days == 1:
            _, aged, cash, last, settling, dollar = before
            for name, amount in telescoped(day, today).items():
                cash[list(KINDS).index(name)] += amount * (dollar if name.startswith("XCCY") else 1.0)
            change = np.abs(value + cash - last) / size
            assert (change < A_DAY).all(), (day, [k for k, c in zip(KINDS, change, strict=True) if c >= A_DAY])
            off = np.abs(value + cash - aged) / size
            bound = np.array([A_DAY if k in RESTATED else 1e-10 for k in KINDS])  # rounding: sums of some notionals
            bound[list(KINDS).index("JGB_FLOATER")] = HEDGED
            bound[settling & expired_in(book)] = PAYOFF_RESTATED
            if not (is_stepped(day) and is_stepped(before[0])):  # a spot date is of a day on which paths step
                bound[np.unique(np.concatenate([book.exchanges.position, book.options.position]))] = PAYOFF_RESTATED
            assert (off < bound).all(), (day, [(k, o) for k, o, b in zip(KINDS, off, bound, strict=True) if o >= b])
            n += 1
        aged = values_on(book, today, fits, day=1, before=today)
        dollar = book.table(SpotDays).factor("USD", today, 1)  # over its spot rate, which is for the spot date
        before = day, aged, paid_next_day(book, today, fits), value, expired_in(book), dollar
    return n


def around(events: list[str], width: int) -> list[date]:
    days = {date.fromisoformat(text) + timedelta(days=k) for text in events for k in range(-width, width + 1)}
    return sorted(days)


@pytest.fixture(scope="module")
def bundled_market() -> Market:
    return load_market(bundled_market_path())


@pytest.fixture(scope="module")
def still(make_market) -> Market:
    return five_currencies(make_market())


@pytest.mark.slow
def test_value_and_cash_are_continuous_around_events(still):
    assert check(around(EVENTS[1::2], 1), still) >= 16


@pytest.mark.slow  # some hundred days, each compiled anew
def test_value_and_cash_are_continuous_through_whole_lives(still):
    assert check(around(EVENTS, 12), still) > 250


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pair", "day"),  # a holiday of the foreign currency, but for the dollar's and Tokyo's
    [
        (("AUD", "JPY"), "2025-10-06"),  # Labour Day of New South Wales
        (("EUR", "USD"), "2025-12-26"),
        (("EUR", "JPY"), "2025-05-01"),
        (("MXN", "JPY"), "2025-09-16"),
        (("MXN", "USD"), "2025-11-17"),
        (("EUR", "AUD"), "2026-04-06"),  # Easter Monday of both
        (("AUD", "USD"), "2026-01-26"),
    ],
)
def test_value_and_cash_are_continuous_in_other_pairs_over_their_own_holidays(still, monkeypatch, pair, day):
    monkeypatch.setitem(globals(), "LIVES", lives_of(pair, day, still))
    assert check(around([day], 10), still) == 20


def _lost(position: Position, days: Days) -> list[object]:
    return [replace(leg, amounts=np.where(leg.days == 1, 0.0, leg.amounts)) for leg in _legs(position, days)]


def _doubled(position: Position, days: Days) -> list[object]:
    yesterday = Days(days.valuation_date - timedelta(days=1))
    return [replace(leg, days=leg.days - 1) for leg in _legs(position, yesterday)]  # what was paid today is still there


def _legs(position: Position, days: Days) -> list[Leg]:
    return [part for part in family_of(position.kind).parts(position, days) if isinstance(part, Leg)]


@pytest.mark.parametrize("wrong", [_lost, _doubled])
@pytest.mark.parametrize("kind", ["JGB", "UST", "BUND"])
def test_a_coupon_that_is_lost_or_counted_twice_is_seen(kind, wrong, still, monkeypatch):
    parts_of = compiling._parts_of

    def parts(position: Position, days: Days) -> object:
        return wrong(position, days) if position.kind.name == kind else parts_of(position, days)

    monkeypatch.setattr(compiling, "_parts_of", parts)
    coupon = {"JGB": date(2025, 12, 22), "UST": date(2025, 12, 1), "BUND": date(2025, 7, 4)}[kind]
    with pytest.raises(AssertionError, match=kind):
        check([coupon + timedelta(days=k) for k in (-2, -1, 0, 1)], still)


def test_what_is_over_is_worth_nothing_a_week_later(still):
    day = date(2026, 7, 13)
    book = compile_book(positions(day, still), day, sha256="")
    values = dict(zip(KINDS, position_values(book, market_on(still, day)), strict=True))
    assert {name for name, value in values.items() if value} == {"CASH", "ASSET"}


ENDS = ("2025-06-10", "2025-06-11", "2025-06-12")  # the horizon of ten business days from 28 May is 11 June
ENDING = {  # positions that end on one of these days; those of optional value near the money, whose payoff is in doubt
    "JGB_BILL": {},
    "UST": {"coupon": "0.04", "issue_date": ""},
    "DEPOSIT": {},
    "REPO": {},
    "FX_FORWARD": {},
    "FX_SWAP": {},
    "NDF": {},
    "FX_CALL": {"strike": "145"},
    "FX_PUT": {"strike": "145"},
    "FX_STRANGLE": {"strike": "142", "strike_2": "147"},
    "FX_DIGITAL_CALL": {"strike": "146", "width": "1"},
    "SWAPTION_PAYER": {"tenor": "10Y", "vol": "0.006"},
    "OIS": {"start_date": "2025-05-30"},
}


def pnl_of_ends(kind: str, market: Market) -> np.ndarray:
    """P&L over ten business days of positions that end on each of `ENDS`: (3, n_paths), as parts of their notional."""
    rows = []
    for end in ENDS:
        cells = {name: text for name, text in example_row(KINDS[kind]).items() if name not in FREE} | ENDING[kind]
        cells |= {"maturity": end, "book": end}
        values = {name: parsed(COLUMNS[name], text) for name, text in cells.items() if text and name != "position_id"}
        rows.append(Position(**values | {"position_id": end, "kind": KINDS[kind]}))
    book = compile_book(rows, market.valuation_date, sha256="")
    given = {"horizon_days": 10, "n_steps": 10, "currency": "JPY", "instantaneous": False, "direct": True}
    packed = pack(book, market, [market], **given)
    backend = NumbaBackend()
    program = backend.prepare(packed.model, packed.book, seed=5, n_steps=10, float32=False, centre=np.zeros(4))
    pnl = np.asarray(backend.pnl(program, PathRange(first=0, n=8192)))[1:]
    return pnl / (abs(rows[0].notional) * market.rate(rows[0].currency))


@pytest.mark.parametrize("kind", ENDING)
def test_what_ends_inside_the_horizon_has_the_distribution_of_what_ends_just_after_it(kind, bundled_market):
    inside, at, after = pnl_of_ends(kind, bundled_market)
    for one, next_day in ((inside, at), (at, after)):
        # A tenth of the horizon's variance is a twentieth of its deviation; a payoff in doubt also loses a day of time
        # value, and a digital's all or nothing a tenth of its payout. Neither a coupon nor a principal fits in 2e-5.
        wide = max(one.std(), next_day.std())
        room = (0.12 if kind != "FX_DIGITAL_CALL" else 0.15) * wide + 2e-5
        assert abs(one.mean() - next_day.mean()) < room
        assert abs(one.std() - next_day.std()) < room
        assert (
            np.abs(np.quantile(one, (0.01, 0.99)) - np.quantile(next_day, (0.01, 0.99))).max() < 3.0 * room
        )  # of 82 paths beyond
