"""Interest rate swaps: fixed payments against overnight interest that telescopes.

| kind | fixed leg | floating leg | calendar |
|---|---|---|---|
| OIS | yearly; JPY Act/365F, USD, EUR Act/360 | TONA, SOFR, ESTR compounded | of the currency |
| SWAP | half-yearly, JPY Act/365F, USD 30/360; EUR yearly, 30/360 | the same | the same |

Periods run back from the maturity, a short one in front, and end on modified-following business days. Interest is
paid at its period's end: the market's two days of delay shift both legs alike and are left out. Overnight interest
compounded from s to e and discounted on its own curve is worth D(s) - D(e), whatever its periods; of a running period,
what has been fixed so far is worth itself, a payment on day 0.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, EVERY, HOME, currency_of
from engine.conventions.currency import SwapAccrual
from engine.errors import Fault
from engine.instruments.family import Family, Part, Values, fault
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import KindRule
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates
from engine.payoffs.exchanges import Exchanges
from engine.payoffs.floats import Floats
from engine.payoffs.flows import Flows, Leg
from engine.payoffs.payoff import Book, Caution
from kernels.types import I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

ODD_SWAP = 0.03  # per year of life: the value of a swap, as a part of its notional, beyond which it is pointed out
NOT_RUNNING = "`fixed_so_far` although no interest period runs: not used"

_RULE = KindRule(
    currencies=EVERY,
    required=("start_date", "maturity", "rate"),
    optional=("fixed_so_far",),
    interest=("rate",),
)
OIS = Kind(
    name="OIS",
    meaning="swap of a yearly fixed rate for overnight interest, TONA, SOFR, ESTR; positive receives fixed",
    rule=_RULE,
    example={
        "currency": HOME,
        "notional": "-10000000000",
        "rate": "0.0112",
        "start_date": "2025-06-02",
        "maturity": "2035-06-02",
    },
)
SWAP = Kind(
    name="SWAP",
    meaning="swap of a fixed rate, half-yearly (JPY, USD) or as the currency's market pays, for overnight interest;"
    " positive receives fixed",
    rule=_RULE,
    example={
        "currency": DOLLAR,
        "notional": "50000000",
        "rate": "0.0405",
        "start_date": "2025-03-14",
        "maturity": "2030-03-14",
        "fixed_so_far": "0.0433",
    },
)
OIS_MONTHS = 12  # of a fixed period


def _ends(position: Position, days: "Days") -> I64:
    assert position.start_date is not None
    assert position.maturity is not None
    calendar = days.centre(position.currency, "swap")
    months = OIS_MONTHS if position.kind is OIS else currency_of(position.currency).swaps.months
    return days.period_ends(calendar, position.start_date, position.maturity, months)


def _parts(position: Position, days: "Days") -> list[Part]:
    assert position.rate is not None
    ends = _ends(position, days)
    if ends[-1] < 1:
        return []
    notional, currency = position.notional, position.currency
    if position.kind is SWAP and currency_of(currency).swaps.accrual is SwapAccrual.THIRTY_360:
        fractions = days.thirty_360(ends[:-1], ends[1:])
    else:
        fractions = np.diff(ends) / currency_of(currency).year_days
    fixed_so_far = -notional * growth(position.fixed_so_far, ends, currency)
    amounts = np.concatenate([[fixed_so_far], notional * position.rate * fractions])
    amounts[-1] += notional
    paid = ends.copy()
    paid[0] = max(paid[0], 0)
    return [Leg(curve=currency_of(currency).curves.swap, currency=currency, days=paid, amounts=amounts)]


def growth(fixed_so_far: float | None, ends: I64, currency: str) -> float:
    """Return what 1 has become by the valuation date since the start of the running period.

    Parameters
    ----------
    fixed_so_far : overnight rate compounded since then, decimal per year
    ends : (n + 1,) days, the start of the running period first
    """
    return 1.0 + (fixed_so_far or 0.0) * running_days(ends) / currency_of(currency).year_days


def running_days(ends: I64) -> int:
    """Return the days since the running period began, from its start and the periods' ends (n + 1,); 0 if none has."""
    return max(-int(ends[0]), 0)


def fixing_faults(position: Position, ends: I64, *columns: str) -> Iterator[Fault]:
    """Yield columns that are empty although an interest period runs; `ends` (n + 1,) as in `running_days`."""
    running = running_days(ends)
    for name in columns:
        if running and getattr(position, name) is None:
            yield fault(
                position,
                name,
                f"is {running} {'day' if running == 1 else 'days'} into an interest period; give the overnight rate"
                " compounded since then, decimal per year",
            )


def off_market(book: Book, position: I64, market: Market, values: Values) -> Iterator[Caution]:
    """Yield those of the swaps (n,) that are far off-market. The largest payment, on its last day, is the notional."""
    n = len(book.position_ids)
    sizes, lives = np.zeros(n), np.zeros(n)
    for table in (book.table(Flows), book.table(Floats), book.table(Exchanges)):
        np.maximum.at(sizes, table.position, np.abs(table.amount) * fx_rates(table.currency, market))
        np.maximum.at(lives, table.position, table.day / DAYS_PER_TIME_YEAR)
    limit = ODD_SWAP * np.maximum(lives[position], 1.0) * sizes[position]
    text = (
        f"a swap worth over {ODD_SWAP:.0%} of its notional per year of life; check its rate, a decimal per year"
        " (1.12 % is 0.0112), and the direction of its notional"
    )
    yield text, position[np.abs(values()[position]) > limit]


def _last_day(position: Position, days: "Days") -> int:
    return int(_ends(position, days)[-1])


def _faults(position: Position, days: "Days") -> Iterator[Fault]:
    yield from fixing_faults(position, _ends(position, days), "fixed_so_far")


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if position.fixed_so_far and not running_days(_ends(position, days)):
        yield NOT_RUNNING


SWAPS = Family(
    name="swaps",
    kinds=(OIS, SWAP),
    parts=_parts,
    last_day=_last_day,
    faults=_faults,
    cautions=_cautions,
    market_cautions=off_market,
)
