"""Which broad risk class a factor belongs to, and how long it takes to exit or hedge it: MAR33.12.

Source: Basel Committee on Banking Supervision, Basel Framework, chapter MAR33, in force from 1 January 2023.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from engine.errors import InputError, did_you_mean
from engine.market.factors import Factor, FactorKind, is_exchange_rate

HORIZONS = (10, 20, 40, 60, 120)  # business days, MAR33.4
CROSS_CURRENCY = "XCCY"  # how curves of a cross-currency basis are called
BASE = HORIZONS[0]  # whose shocks are simulated; the others are scaled from it


class RiskClass(Enum):
    """The broad regulatory risk classes of MAR33.14 that a market of rates, currencies and prices can have."""

    RATES = "interest rate"
    FX = "foreign exchange"
    EQUITY = "equity"


def risk_class(factor: Factor) -> RiskClass:
    """Return the class of a factor: a vol's is that of what it is the vol of; any other price counts as an equity."""
    match factor.kind:
        case FactorKind.RATE | FactorKind.SPREAD:
            return RiskClass.RATES
        case FactorKind.VOL | FactorKind.SKEW:
            return RiskClass.RATES if factor.pair is None else RiskClass.FX
        case FactorKind.PRICE:
            return RiskClass.FX if is_exchange_rate(factor) else RiskClass.EQUITY


def liquidity_horizon(factor: Factor) -> int:
    """Return the business days of a factor: 10, but 40 for vols and skews of exchange rates, 60 for vols of rates.

    Rates of the yen and the dollar, exchange rates between currencies that MAR33.12 lists, or crosses of them, and
    large-capitalisation equity prices have 10 days there. An index counts as a large capitalisation. Swap and repo
    curves of these currencies are their rates; a cross-currency basis counts as another type of interest rate: 60.
    """
    if factor.kind is FactorKind.SPREAD and (factor.curve or "").startswith(CROSS_CURRENCY):
        return 60
    if factor.kind not in (FactorKind.VOL, FactorKind.SKEW):
        return BASE
    return 60 if risk_class(factor) is RiskClass.RATES else 40


def horizons_of(factors: Sequence[Factor], given: Mapping[str, int]) -> dict[str, int]:
    """Return the liquidity horizon of each factor by its name, those `given` in place of the table's.

    Raises
    ------
    InputError
        A given factor is none of the market's, or its days are none of the five horizons.
    """
    names = [factor.name for factor in factors]
    for name, days in given.items():
        if name not in names:
            raise InputError(f"liquidity: the market has no factor {name!r}{did_you_mean(name, names)}")
        if days not in HORIZONS:
            wanted = ", ".join(map(str, HORIZONS))
            raise InputError(f"liquidity of {name}: must be one of {wanted} business days (MAR33.4), got {days}")
    return {factor.name: given.get(factor.name, liquidity_horizon(factor)) for factor in factors}
