"""What no factor moves: flows paid by the horizon, currency held among them, and flows of curves without a factor."""

import numpy as np

from engine.market.market import Market
from engine.pack.flows import DatedFlows
from engine.pack.setting import Setting
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, sums
from kernels.types import F64, I64, Words


def moving_flows(setting: Setting) -> DatedFlows:
    """Return the flows after the horizon that factors move; their legs are the accounts."""
    flows, moved = setting.flows[0], setting.is_moving
    return DatedFlows(
        leg=setting.flow_account[moved],
        curve=flows.curve[moved],
        day=flows.day[moved],
        amount=_at_horizon(setting)[:, moved],
        seen=np.full(setting.n_accounts, setting.observed.horizon),
    )


def cash_at_horizon(setting: Setting) -> F64:
    """Return the value of everything else: (n_scenarios, n_books, n_currencies), each in its currency.

    A flow paid before the horizon, or held as currency from the first, has earned the base market's forward rate since,
    in every scenario, as has what settled early; one still to come on a curve without a factor is discounted on the
    scenario's. The price that a future's profit counts from is owed.
    """
    book, flows = setting.book, setting.flows[0]
    still = ~setting.is_moving
    account = setting.flow_account[still]
    amount = _at_horizon(setting)[:, still]
    holdings = book.holdings
    owed = holdings.quantity * setting.fits.holding_reference
    owed = owed * setting.cash_growth(holdings.currency, holdings_seen(setting)[1])
    owed = sums(setting.account_of(holdings.position, holdings.currency), owed, setting.n_accounts)
    years = flows.day[still] / DAYS_PER_TIME_YEAR
    worth = [
        sums(account, due * _growth(market, flows.curve[still], years, setting), setting.n_accounts)
        for market, due in zip(setting.shocked, amount, strict=True)
    ]
    amounts = np.stack(worth) - owed
    return amounts.reshape(len(setting.shocked), len(setting.names), len(setting.currencies))


def holdings_seen(setting: Setting) -> tuple[I64, I64]:
    """Return observation and calendar day that fix each holding's worth, (n_holdings,): its expiry or the horizon."""
    expiry = setting.book.holdings.expiry_day
    when = setting.observed.when(np.where(expiry > 0, expiry, setting.observed.horizon))
    return when, setting.observed.days[when]


def _at_horizon(setting: Setting) -> F64:
    """Amounts discounted for their position's spread over the time left at the horizon: (n_scenarios, n_flows)."""
    flows = setting.flows[0]
    left = np.maximum(flows.day - setting.observed.horizon, 0) / DAYS_PER_TIME_YEAR
    amount = np.stack([of_scenario.amount for of_scenario in setting.flows])
    return amount * np.exp(-setting.fits.spreads[flows.position] * left)


def _growth(market: Market, curve: Words, years: F64, setting: Setting) -> F64:
    """What 1 due `years` from the valuation date is worth at the horizon, in the scenario of `market`: (n,)."""
    horizon = setting.observed.horizon / DAYS_PER_TIME_YEAR
    paid = years <= horizon
    growth = np.empty(years.size)
    growth[~paid] = discounts(curve[~paid], years[~paid] - horizon, market)
    growth[paid] = discounts(curve[paid], years[paid], setting.market)
    growth[paid] /= discounts(curve[paid], np.full(int(paid.sum()), horizon), setting.market)
    return growth
