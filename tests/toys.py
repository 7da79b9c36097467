"""One of everything that can be added, from outside: nothing of this is known to the program.

A *currency*, the crown. A *payoff*, the square of a currency's rate over a strike, with a function in each wing of the
kernels and the packer between. An *instrument* that pays it. A *mechanism* that makes moves larger. A *measure* of the
tail. Each costs one registration on each floor that it has a part on: `everything_registered`, at the end.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from numba import njit

from engine.conventions import currencies
from engine.conventions.currencies import CURRENCIES, FOREIGN, fx_quote
from engine.conventions.currencies_file import read_currencies
from engine.instruments import registry as instruments
from engine.instruments.family import Family
from engine.instruments.registry import FAMILIES, KINDS
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.rule import KindRule
from engine.law.part import LawPart
from engine.law.registry import LAWS
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes, values
from engine.mechanisms.registry import MECHANISMS, Mechanism
from engine.pack.draft import Draft, Packer, RowBounds
from engine.pack.payoffs import PACKERS
from engine.payoffs import registry as payoffs
from engine.payoffs.payoff import PartRows, Payoff
from engine.payoffs.stored import plain
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import estimate_var
from engine.risk.ranks import exact_confidence
from kernels import payoffs as kernels
from kernels.layout import Owned
from kernels.numba.draws.normal import exp_f64
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE
from kernels.records import Field, Record, Rows
from kernels.types import F64, I64, Words

# --- A currency: a table of conventions. ISO 4217 reserves the code for tests.

CROWN = """
[currencies.XTS]
name = "Test crown"
unit = "crown"
written = []
year_days = 365
calendars = { bond = "TARGET", swap = "TARGET", fx = "TARGET" }
curves = { bond = "CROWN", repo = "CROWN", swap = "CROWN", fx = "CROWN" }
bonds = { coupons_per_year = 1, accrual = "actual/actual-icma", end_of_month = false, first_coupon = "full", \
settlement_days = 2 }
swaps = { months = 12, accrual = "30/360" }
interest = { yields = [-0.05, 0.3], contract = [-0.1, 0.25] }
fx = { factor = "XTSJPY", spot_days = 2, level_range = [1.0, 100.0], contract_range = [2.0, 50.0], small_move = 0.05 }
"""

# --- A payoff: the table of a compiled book, and its value in a market.


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPart:
    """What a position pays: `quantity` times the square of its currency's rate over `strike`, in the currency."""

    currency: str
    quantity: float
    strike: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PowerTable:
    """The same of all positions, a row each."""

    position: I64
    currency: Words
    quantity: F64
    strike: F64


def tabulate(rows: PartRows[PowerPart]) -> PowerTable:
    return PowerTable(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        quantity=rows.real(lambda part: part.quantity),
        strike=rows.real(lambda part: part.strike),
    )


def amounts(table, market):
    """What the rows are worth in a market, (n_rows,) each in its currency."""
    rates = np.array([market.fx[code] for code in table.currency.tolist()])
    return table.quantity * (rates / table.strike) ** 2


def worth(book, at):
    table = book.table(PowerTable)
    return table.position, table.currency, amounts(table, at.market)


POWER_PAYOFF = Payoff(
    part=PowerPart, table=PowerTable, tabulate=tabulate, stored=plain("powers", PowerTable), value=worth
)


# Its kernels: the tables that they read, and a function in each wing.


class Power(Record):
    """amount * exp(2 * deviation of a factor)."""

    factor: Annotated[int, Field("factor")]
    when: Annotated[int, Field("observation")]


class Powers(NamedTuple):
    """The rows of all accounts."""

    owned: Annotated[Rows[Owned], Field("powers of each account", shape="n_books n_currencies")]
    powers: Annotated[Rows[Power], Field("by account", shape="n_powers")]
    amount: Annotated[F64, Field("with no deviation", "currency", "n_scenarios n_powers")]


def add_in_numpy(tables, run, points, scenario, book, currency, observed, legs, total):
    owned = tables.owned[book, currency]
    for k in range(owned.first, owned.last):
        power = tables.powers[k]
        total += tables.amount[scenario, k] * np.exp(2.0 * observed[power.when, power.factor])


@njit(**INLINE)
def add_in_numba(tables, run, points, scenario, book, currency, observed, legs, scratch, total):
    owned, powers, amounts = tables.owned[book, currency], tables.powers, tables.amount[scenario]
    for k in range(owned.first, owned.last):
        amount, x = amounts[k], observed[powers[k].when, powers[k].factor]
        for i in range(BLOCK):
            total[i] = fma(amount, exp_f64(2.0 * x[i]), total[i])


CUDA = """
#pragma once
#include "draws/normal.cuh"
#include "observed.cuh"

__device__ __forceinline__ Lanes add_powers(i64 scenario, i64 account, const Observed& observed, Lanes total) {
    const Owned& owned = book.powers.owned[account];
#pragma unroll 1
    for (i64 k = owned.first; k < owned.last; ++k) {
        const double amount = book.powers.amount[scenario * book.powers.n_powers + k];
        const Lanes x = deviation(observed, book.powers.powers[k].when, book.powers.powers[k].factor);
        EACH_LANE(p) total.of[p] = fma(amount, exp_f64(2.0 * x.of[p]), total.of[p]);
    }
    return total;
}
"""


def kernels_of(folder: Path) -> kernels.Payoff:
    source = folder / "powers.cuh"
    source.write_text(CUDA, "utf-8")
    return kernels.Payoff(
        name="powers",
        tables=Powers,
        rows="powers",
        numpy=lambda: add_in_numpy,
        numba=lambda: add_in_numba,
        cuda=source,
    )


# What lies between: the book's table laid out as the kernels' tables, with its bound.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaidPowers:
    tables: Powers

    def bounds(self, scene):
        rows = self.tables.powers
        pairs = np.repeat(rows["factor"][:, None], 2, axis=1)
        size = np.abs(self.tables.amount[scene.s]) * scene.highest(rows["when"], pairs, np.array([[2.0, 0.0]]))
        return RowBounds(error=np.zeros(size.size), size=size, part=0.0)  # nothing is compressed


def draft(setting, points):
    table, names = setting.book.table(PowerTable), [factor.name for factor in setting.market.factors]
    account = setting.account_of(table.position, table.currency)
    order = np.argsort(account, kind="stable")
    factors = np.array([names.index(fx_quote(code).factor) for code in table.currency.tolist()], np.int64)
    laid = Powers(
        owned=setting.owned(account[order]),
        powers=Power.rows(factor=factors[order], when=setting.observed.steps.size - 1),
        amount=np.stack([amounts(table, market)[order] for market in setting.shocked]),
    )
    return Draft(lay=lambda ground, first_leg: LaidPowers(tables=laid))


PACKER = Packer(name="powers", draft=draft, tables=(PowerTable,))

# --- An instrument: a kind of position that pays it.

POWER_KIND = Kind(
    name="POWER",
    meaning="`notional` times the square of the currency's rate over `strike`",
    rule=KindRule(currencies=FOREIGN, required=("strike",)),
    example={"currency": "USD", "notional": "1000000", "strike": "145"},
)
POWERS = Family(
    name="powers",
    kinds=(POWER_KIND,),
    parts=lambda position, _: [
        PowerPart(currency=position.currency, quantity=position.notional, strike=position.strike)
    ],
    last_day=lambda position, _: None,
)

# --- A mechanism: some factors move more than the market's vols say.


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Moves of some factors stretched."""

    source: str = source_text()
    stretch: float = parameter(
        doc="Factor on the moves.", default=1.0, low=0.0, high=3.0, unit="multiple", source="assumption"
    )
    reach: Sizes = parameter(doc="Factor -> 1 where it is stretched.", default=(), form=Form.BY_FACTOR)


def stretched(unwind, setting, steps):
    storm = unwind.part("storm")
    if storm is None:
        return steps
    by_factor = np.where(values(storm.reach, setting.names) == 1.0, storm.stretch, 1.0)
    return replace(steps, chol=steps.chol * by_factor[:, None])


STORM = Mechanism(key="storm", part=Storm, is_daily=False)
STORM_LAW = LawPart(key="storm", change_steps=stretched)

# --- A measure: the loss that half as many paths exceed as exceed VaR.


def further_out(confidence):
    return float(1 - (1 - exact_confidence(confidence)) / 2)


FAR_LOSS = TailMeasure(
    key="far_loss",
    label="FAR",
    name="far loss",
    definition="Median loss beyond VaR.",
    meaning="loss that half of those {odds} of paths exceed",
    is_cash_invariant=True,
    quantiles=lambda confidence: (confidence, further_out(confidence)),
    estimate=lambda tail, confidence: estimate_var(tail, further_out(confidence)),
    contribution=None,
)

# --- All of it registered.


@contextmanager
def everything_registered(folder: Path) -> Iterator[None]:
    """Have all of it in the lists for a while: each floor's list once."""
    with ExitStack() as stack:
        for registration in (
            currencies.registered(read_currencies(CROWN)["XTS"]),
            instruments.registered(POWERS),
            payoffs.registered(POWER_PAYOFF),
            PACKERS.registered(PACKER),
            kernels.PAYOFFS.registered(kernels_of(folder)),
            MECHANISMS.registered(STORM),
            LAWS.registered(STORM_LAW),
            MEASURES.registered(FAR_LOSS),
        ):
            stack.enter_context(registration)
        yield


def lists():
    """Every list that something can be added to, as it is now."""
    own = (CURRENCIES, KINDS, PACKERS, kernels.PAYOFFS, MECHANISMS, LAWS, MEASURES)
    return [*(dict(each) for each in own), list(FAMILIES), list(payoffs.PAYOFFS)]
