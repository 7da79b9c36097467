"""What all parts of packing look at: the book, its markets, their laws, and the days on which paths are seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits
from engine.conventions.currencies import HOME, currency_of
from engine.market.lookup import distinct, is_moved
from engine.market.market import Market
from engine.pack.expired_options import Settled, settle
from engine.pack.observations import Observations
from engine.pack.ranges import codes, ranges
from engine.pack.sums import SummedLaw
from engine.payoffs.balances import held_exchanges, held_flows
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates, zero_curve
from engine.payoffs.exchanges import Exchanges
from engine.payoffs.expired.fx_options import expired_fx_exchanges, expired_fx_flows
from engine.payoffs.expired.swaptions import expired_swaption_flows
from engine.payoffs.floats import float_flows
from engine.payoffs.flows import Flows
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.notes.constant_maturity import cmt_flows
from engine.payoffs.notes.linkers import linked_flows
from engine.payoffs.notes.margins import margin_flows
from engine.payoffs.payoff import currency_columns
from engine.payoffs.spot_days import SpotDays
from kernels.layout import Owned
from kernels.records import Rows
from kernels.types import F64, I64, Bools, Words

_FLOW_COLUMNS = ("position", "curve", "currency", "day", "amount")


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """One run's givens. An account is (book, currency), book-major."""

    book: CompiledBook
    market: Market  # the base
    fits: Fits  # what the base fixed
    shocked: tuple[Market, ...]  # one a scenario
    laws: tuple[SummedLaw, ...]  # one a scenario
    observed: Observations
    currency: str  # of the P&L

    @cached_property
    def names(self) -> list[str]:
        """Books, in the order of the file."""
        return list(dict.fromkeys(self.book.books))

    @cached_property
    def currencies(self) -> list[str]:
        """The home currency first, then the others in use."""
        columns = (codes for table in self.book.tables.by_class.values() for codes in currency_columns(table))
        used = {self.currency} | {name for column in columns for name in distinct(column)[0]}
        return [HOME, *sorted(used - {HOME})]

    @cached_property
    def fx(self) -> F64:
        """Return home units for one unit of each currency at the start: (n_scenarios, n_currencies)."""
        return np.stack([fx_rates(np.array(self.currencies), market) for market in self.shocked])

    @cached_property
    def _settled(self) -> Settled:
        return settle(self.book, self.fits.vol_ratio, self.observed.horizon)

    @property
    def options(self) -> tuple[FxOptions, F64]:
        """Return the options, puts among those that expire before the horizon; ratios to their vols (n_options,)."""
        return self._settled.options, self._settled.ratio

    @cached_property
    def flows(self) -> tuple[Flows, ...]:
        """Payments, cash, payoffs and projected interest among them, one table a scenario: only amounts differ."""
        own, stands, day = self.book.flows, self._settled.flows_stand, self.observed.horizon
        kept = Flows(**{name: getattr(own, name)[stands] for name in _FLOW_COLUMNS})
        beside = [
            each(self.book, self.fits.constants)
            for each in (held_flows, expired_fx_flows, expired_swaption_flows, linked_flows, margin_flows, cmt_flows)
        ]
        projected = [float_flows(self.book.floats, market, day, self.market) for market in self.shocked]
        return tuple(_joined([kept, each, *beside]) for each in projected)

    @cached_property
    def exchanges(self) -> Exchanges:
        """Deliveries of foreign currency, cash and payoffs among them, but those of options that expire on the way."""
        own, stands = self.book.exchanges, self._settled.exchanges_stand
        beside = [each(self.book, self.fits.constants) for each in (held_exchanges, expired_fx_exchanges)]
        columns = {name: [getattr(own, name)[stands], *(getattr(e, name) for e in beside)] for name in _FLOW_COLUMNS}
        return Exchanges(**{name: np.concatenate(all_of_it) for name, all_of_it in columns.items()})

    @property
    def spots(self) -> SpotDays:
        """Return the spot dates of the book's pairs."""
        return self.book.tables.of(SpotDays)

    @cached_property
    def flow_account(self) -> I64:
        """Return the account of each of `flows`: (n_flows,)."""
        return self.account_of(self.flows[0].position, self.flows[0].currency)

    @cached_property
    def is_moving(self) -> Bools:
        """Return (n_flows,) which of `flows` are after the horizon and on a curve that some factor moves."""
        flows = self.flows[0]
        return (flows.day > self.observed.horizon) & is_moved(self.market, flows.curve)

    @property
    def n_accounts(self) -> int:
        """Books times currencies."""
        return len(self.names) * len(self.currencies)

    def book_of(self, position: I64) -> I64:
        """Return the number of the book of each position (n_positions,), or the shape of `position`."""
        return codes(np.array(self.book.books), self.names)[position]

    def account_of(self, position: I64, currency: Words) -> I64:
        """Return the account of each row of a table: (n_rows,)."""
        return self.book_of(position) * len(self.currencies) + codes(currency, self.currencies)

    def owned(self, account: I64) -> Rows[Owned]:
        """Return which of rows sorted by account, (n_rows,), each account holds: (n_books, n_currencies)."""
        found = ranges(account, self.n_accounts).reshape(len(self.names), len(self.currencies), 2)
        return Owned.rows(first=found[..., 0], last=found[..., 1])

    def cash_growth(self, currency: Words, seen: I64) -> F64:
        """Return what cash received on calendar day `seen` has grown to at the horizon, at base forwards: (n,)."""
        growth = np.ones(seen.size)
        names, place = distinct(currency)
        for k, name in enumerate(names):
            mine, discount = place == k, zero_curve(currency_of(name).curves.bond, self.market).discount
            growth[mine] = discount(seen[mine] / DAYS_PER_TIME_YEAR)
            growth[mine] /= discount(self.observed.horizon / DAYS_PER_TIME_YEAR)
        return growth

    def later_factors(self, currency: Words, seen: I64) -> F64:
        """Return how much more of its spot rate a currency is worth at the horizon than on calendar day `seen`: (n,).

        Other days lie before the horizon's spot date than before that day's. Of the base market: the two lags differ by
        days, over which no move of rates counts.
        """
        asked = zip(currency.tolist(), seen.tolist(), strict=True)
        horizon = self.observed.horizon
        factor = self.spots.factor
        return np.array(
            [factor(code, self.market, horizon) / factor(code, self.market, day) for code, day in asked], np.float64
        )


def _joined(tables: Sequence[Flows]) -> Flows:
    return Flows(**{name: np.concatenate([getattr(flows, name) for flows in tables]) for name in _FLOW_COLUMNS})
