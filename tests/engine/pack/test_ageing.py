"""A year's horizon over a book of three months: everything becomes cash, position by position, path by path.

Each position is a book of its own. What it has paid or settled for is written out here from its terms, in numpy; dates
are those of the calendar, checked by eye. Money received grows at the base market's forward rates to the horizon.
"""

import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.instruments.registry import KINDS
from engine.instruments.rows.template import example_row
from engine.market.moved_market import shifted
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.select import select_backend

HORIZON_DAYS = 250
PATHS = np.arange(40, dtype=np.uint64)
ROOTS = {"TONA": "JGB", "XCCY_JPY": "JGB", "JGB_REPO": "JGB", "SOFR": "UST", "UST_REPO": "UST"}
START = date(2025, 5, 28)

ROWS = {
    "jgb-bill": (KINDS["JGB_BILL"], {"notional": "3e9", "maturity": "2025-08-25", "market_yield": ""}),
    "ust-bill": (KINDS["UST_BILL"], {"notional": "5e7", "maturity": "2025-08-28", "market_yield": ""}),
    "ust-note": (KINDS["UST"], {"notional": "1e8", "coupon": "0.05", "maturity": "2025-08-15", "issue_date": ""}),
    "long-ust": (KINDS["UST"], {"notional": "1e8", "coupon": "0.05", "maturity": "2027-05-31", "issue_date": ""}),
    "repo": (KINDS["REPO"], {}),  # 95 mn borrowed at 4.34 % from 2025-05-27 to 2025-06-27
    "deposit": (
        KINDS["DEPOSIT"],
        {"start_date": "2025-05-29", "maturity": "2025-08-29"},
    ),  # 1 bn lent at 0.6 % from 2025-05-29 to 2025-08-29
    "forward": (KINDS["FX_FORWARD"], {}),  # 100 mn sold at 143.5 on 2025-08-29
    "ndf": (KINDS["NDF"], {}),  # 25 mn bought at 143.9, fixed 2025-07-28, settled 2025-07-30
    "call": (KINDS["FX_CALL"], {"premium": ""}),  # 20 mn at 148, expiry 2025-08-27
    "put": (KINDS["FX_PUT"], {"vol": ""}),  # at 140
    "far-put": (KINDS["FX_PUT"], {"vol": "", "strike": "20"}),  # worthless on every path
    "strangle": (KINDS["FX_STRANGLE"], {}),  # 138, 150
    "reversal": (KINDS["FX_RISK_REVERSAL"], {}),  # the put bought, the call sold
    "digital-call": (KINDS["FX_DIGITAL_CALL"], {}),  # 500 mn yen above 150, over half a yen
    "digital-put": (KINDS["FX_DIGITAL_PUT"], {}),  # below 135
    "jgb-future": (KINDS["JGB_FUTURE"], {}),  # last traded 2025-09-12
    "ust-future": (KINDS["UST_FUTURE"], {}),  # last traded 2025-09-19
    "index-future": (KINDS["INDEX_FUTURE"], {}),  # 40 x 50 sold at 5936.5, expiry 2025-09-19
    "ois": (KINDS["OIS"], {"start_date": "2025-06-02", "maturity": "2025-09-02"}),  # 10 bn, pays 1.12 %
    "xccy": (KINDS["XCCY_SWAP"], {"start_date": "2025-05-30", "maturity": "2025-08-29"}),
    "swaption": (KINDS["SWAPTION_PAYER"], {"maturity": "2025-08-28"}),  # 10 bn, 1.25 % for 10 years
}


def day(text):
    return (date.fromisoformat(text) - START).days


class World:
    """Levels on the way, and discount factors from them: zero rates linear between nodes, moves linear in pillars."""

    def __init__(self, today, market, book, deviations):
        self.today, self.market, self.book = today, market, book  # the base market; the scenario's
        self.deviations = deviations  # (n_steps, n_factors, n_paths)
        self.horizon = int(book.business_days[HORIZON_DAYS - 1])
        self.names = [factor.name for factor in market.factors]

    def base(self, curve, t_days):
        """Discount factor of today's curve."""
        t, nodes = t_days / 365.0, self.today.curves[curve]
        return np.exp(-np.interp(t, nodes.times, nodes.zero_rates) * t)

    def grown(self, curve, t_days):
        """1 received on a day, at the horizon."""
        return self.base(curve, t_days) / self.base(curve, self.horizon)

    def step(self, t_days):
        """The step on which a day is seen."""
        return int(np.searchsorted(self.book.business_days, t_days))

    def level(self, name, t_days):
        start = self.market.usdjpy if name == "USDJPY" else self.market.levels[name]
        return start * np.exp(self.deviations[self.step(t_days), self.names.index(name)])

    def disc(self, curve, seen_days, t_days):
        """Discount factor from one day to a later one, on the curve of the day: (n_paths,)."""
        root, t = ROOTS.get(curve, curve), (t_days - seen_days) / 365.0
        pillars = sorted((f.pillar, i) for i, f in enumerate(self.market.factors) if f.curve == root)
        times, numbers = zip(*pillars, strict=True)
        moves = self.deviations[self.step(seen_days)][list(numbers)]
        move = np.array([np.interp(t, times, path) for path in moves.T])
        nodes = self.market.curves[curve]
        return np.exp(-(np.interp(t, nodes.times, nodes.zero_rates) + move) * t)

    @property
    def usdjpy(self):
        return self.level("USDJPY", self.horizon)

    @property
    def usdjpy_today(self):
        """Yen for dollars that are there: the horizon, Monday 22 June 2026, has Wednesday for its spot date."""
        assert self.horizon == day("2026-06-22")
        yen, dollars = (self.disc(curve, self.horizon, self.horizon + 2) for curve in ("XCCY_JPY", "SOFR"))
        return self.usdjpy * yen / dollars

    def fixed_rate(self, expiry="2025-08-27", delivery="2025-08-29"):
        """USD/JPY on expiry, whose spot date is the delivery; and the yen discount factor to that."""
        yen = self.disc("XCCY_JPY", day(expiry), day(delivery))
        return self.level("USDJPY", day(expiry)), yen * self.grown("JGB", day(expiry))

    def future(self, row, repo, curve, first):
        """Price of the cheapest on the last trading day, and what is paid for."""
        futures, bonds = self.book.futures, self.book.deliverables
        seen, delivery = int(futures.last_trading_day[row]), int(futures.delivery_day[row])
        growth = 1.0 / self.disc(repo, seen, delivery)
        prices = []
        for d in range(*futures.basket[row]):
            flows = range(*bonds.flow_range[d])
            dirty = sum(bonds.amount[k] * self.disc(curve, seen, int(bonds.day[k])) for k in flows) * growth
            prices.append((dirty - bonds.accrued[d]) / bonds.conversion_factor[d])
        assert seen == day(first)
        return np.min(prices, axis=0), seen


def base_cheapest(w, row, repo, curve):
    """Of today's market."""
    still = World(w.today, w.today, w.book, np.zeros_like(w.deviations[:, :, :1]))
    futures, bonds = w.book.futures, w.book.deliverables
    growth = 1.0 / still.base(repo, int(futures.delivery_day[row]))
    prices = [
        (
            sum(bonds.amount[k] * still.base(curve, int(bonds.day[k])) for k in range(*bonds.flow_range[d])) * growth
            - bonds.accrued[d]
        )
        / bonds.conversion_factor[d]
        for d in range(*futures.basket[row])
    ]
    return float(np.min(prices))


def bond_future(w, row, repo, curve, last, contracts_value):
    """Profit since today: the net basis, model less market price, is fixed."""
    cheapest, seen = w.future(row, repo, curve, last)
    return contracts_value * (cheapest - base_cheapest(w, row, repo, curve)) * w.grown(curve, seen)


def overnight(w, start, end):
    """Simple interest over a period, at today's forward rates: known to the horizon."""
    return w.base("TONA", day(start)) / w.base("TONA", day(end)) - 1.0


def long_ust(w):
    """5 % on 100 mn, half-yearly at month's end: 2025-05-31 and 11-30 fall on a weekend and are paid on the Monday."""
    paid = sum(w.grown("UST", day(on)) for on in ("2025-06-02", "2025-12-01", "2026-06-01"))
    ahead = ("2026-11-30", "2027-06-01")
    assert day("2026-06-01") < w.horizon < day("2026-11-30")
    left = sum(w.disc("UST", w.horizon, day(on)) for on in ahead) * 2.5e6
    return (2.5e6 * paid + left + 1e8 * w.disc("UST", w.horizon, day("2027-06-01"))) * w.usdjpy


def swaption(w):
    """10 years from two business days after expiry, yearly, Act/365; exercised where the swap is worth something."""
    expiry, book = day("2025-08-28"), w.book.swaptions
    days = book.day[slice(*book.annuity_range[0])]
    start = day("2025-09-01")
    assert book.day[book.float_range[0, 0]] == start
    ends = [start, *days.tolist()]
    discounts = np.array([w.disc("TONA", expiry, d) for d in ends])
    annuity = (np.diff(ends) / 365.0) @ discounts[1:]
    return 1e10 * np.maximum(discounts[0] - discounts[-1] - 0.0125 * annuity, 0.0) * w.grown("JGB", expiry)


def options(payoff):
    def worth(w):
        fixed, discount = w.fixed_rate()
        return payoff(fixed) * discount

    return worth


def ndf(w):
    fixed, discount = w.fixed_rate("2025-07-28", "2025-07-30")
    return 2.5e7 * (fixed - 143.9) * discount


def spread(fixed, strike):
    """What half a yen of call spread pays of 1."""
    return (np.maximum(fixed - strike + 0.25, 0.0) - np.maximum(fixed - strike - 0.25, 0.0)) / 0.5


WORTH = {
    "jgb-bill": lambda w: 3e9 * w.grown("JGB", day("2025-08-25")),
    "ust-bill": lambda w: 5e7 * w.grown("UST", day("2025-08-28")) * w.usdjpy,
    "ust-note": lambda w: 1e8 * 1.025 * w.grown("UST", day("2025-08-15")) * w.usdjpy,
    "long-ust": long_ust,
    "repo": lambda w: -95e6 * (1 + 0.0434 * 31 / 360) * w.grown("UST", day("2025-06-27")) * w.usdjpy,
    "deposit": lambda w: (
        1e9 * ((1 + 0.006 * 92 / 365) * w.grown("JGB", day("2025-08-29")) - w.grown("JGB", day("2025-05-29")))
    ),
    "forward": lambda w: (
        -1e8 * (w.grown("SOFR", day("2025-08-29")) * w.usdjpy_today - 143.5 * w.grown("XCCY_JPY", day("2025-08-29")))
    ),
    "ndf": ndf,
    "call": options(lambda f: 2e7 * np.maximum(f - 148.0, 0.0)),
    "put": options(lambda f: 2e7 * np.maximum(140.0 - f, 0.0)),
    "far-put": options(lambda f: 0.0 * f),
    "strangle": options(lambda f: 2e7 * (np.maximum(138.0 - f, 0.0) + np.maximum(f - 150.0, 0.0))),
    "reversal": options(lambda f: -2e7 * (np.maximum(f - 150.0, 0.0) - np.maximum(138.0 - f, 0.0))),
    "digital-call": options(lambda f: 5e8 * spread(f, 150.0)),
    "digital-put": options(lambda f: 5e8 * (1.0 - spread(f, 135.0))),
    "jgb-future": lambda w: bond_future(w, 0, "JGB_REPO", "JGB", "2025-09-12", -50 * 1e8),
    "ust-future": lambda w: bond_future(w, 1, "UST_REPO", "UST", "2025-09-19", -200 * 1e5) * w.usdjpy,
    "index-future": lambda w: (
        -40 * 50 * (w.level("SPX", day("2025-09-19")) - 5936.5) * w.grown("UST", day("2025-09-19")) * w.usdjpy
    ),
    "ois": lambda w: (
        -1e10 * (0.0112 * 92 / 365 - overnight(w, "2025-06-02", "2025-09-02")) * w.grown("TONA", day("2025-09-02"))
    ),
    "swaption": swaption,
}


@pytest.fixture(scope="module")
def book(csv_book, index_market):
    rows = [example_row(kind) | fields | {"position_id": name, "book": name} for name, (kind, fields) in ROWS.items()]
    return csv_book(rows, index_market)


@pytest.fixture(scope="module", params=["numba", "numpy", pytest.param("cuda on the host", marks=pytest.mark.slow)])
def world(request, book, index_market):
    """P&L of each book and what was drawn, in the base market, and with the yen at 125 and rates 150 bp higher."""
    found, higher = {}, shifted(replace(index_market, fx={"USD": 125.0}), 0.015, "JGB", "UST")
    for name, shocked in (("base", index_market), ("shocked", higher)):
        packed = pack(
            book,
            index_market,
            [shocked],
            horizon_days=HORIZON_DAYS,
            n_steps=HORIZON_DAYS,
            currency="JPY",
            instantaneous=False,
            direct=False,
        )
        backend = _backend(request.param)
        program = backend.prepare(
            packed.model,
            packed.book,
            seed=6,
            n_steps=HORIZON_DAYS,
            float32=False,
            centre=packed.shock_pnl.ravel(),
        )
        pnl = backend.pnl(program, PathRange(first=0, n=PATHS.size))
        values = dict(zip(packed.books, pnl[1:] + packed.base_values[1:, None], strict=True))
        found[name] = World(index_market, shocked, book, backend.levels(program, PATHS)[0]), values
    return found


def _backend(name):
    if name != "cuda on the host":
        return select_backend(name)
    if not shutil.which("g++"):
        pytest.skip("needs g++, to build the CUDA sources for the CPU")
    return CudaBackend([HostDevice()])


@pytest.mark.parametrize("scenario", ["base", "shocked"])
@pytest.mark.parametrize("name", list(WORTH))
def test_a_position_of_three_months_is_the_cash_it_made(world, name, scenario):
    market, values = world[scenario]
    wanted = WORTH[name](market)
    largest = max(np.abs(wanted).max(), 1e9)  # yen; the polynomials of the long bond keep 1e-10 of it
    np.testing.assert_allclose(values[name], wanted, rtol=0.0, atol=1e-9 * largest)
