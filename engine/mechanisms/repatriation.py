"""Repatriation: Japanese private holders who sell Treasuries as the pick-up falls and losses rise."""

from dataclasses import dataclass

from engine.market.factors import DAYS_PER_YEAR
from engine.market.market import Market
from engine.mechanisms.factor_names import LONG_JGB, SHORT_JGB, SHORT_UST, TEN_YEARS, pickup_factors
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import parameter, source_text

MONTH_DAYS = 21  # business days
RECORD_USD_BN = 47.7  # by which Japan's holdings fell in March 2026, from 1,239.3 (TIC, table 5): the most in a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Repatriation:
    """Private Japanese holdings of Treasuries, sold at a hazard per year.

    Hazard: hazard + per_pickup * pick-up + per_loss * loss, within 0 and most. Pick-up: JGB30 - (UST10 - (UST3M -
    JGB1)) less that of the unshocked market. Loss, from there too: duration * rise of UST10 + unhedged * fall of
    ln USD/JPY, if positive.
    """

    source: str = source_text()
    stock_usd_bn: float = parameter(
        doc="Holdings at the start.",
        default=450.0,
        low=0.0,
        high=1e5,
        unit="USD bn",
        source="assumption: two fifths of Japan's 1,135 bn USD (US Treasury TIC, May 2025); the rest official",
        kernel="ust_stock",
    )
    hazard: float = parameter(
        doc="When nothing has moved.",
        default=0.0,
        low=0.0,
        high=100.0,
        unit="per year",
        source="assumption: usual sales are in the history",
    )
    per_pickup: float = parameter(
        doc="Per 1.0 of pick-up.",
        default=50.0,
        low=0.0,
        high=1e4,
        unit="per year",
        source="assumption: 0.5 for 100 bp",
        kernel="hazard_per_pickup",
    )
    per_loss: float = parameter(
        doc="Per 1.0 of loss.",
        default=30.0,
        low=0.0,
        high=1e3,
        unit="per year",
        source="assumption: the largest hazard from a loss of 4.5 % on, as that from 1 to 11 April 2025 was",
        kernel="hazard_per_loss",
    )
    most: float = parameter(
        doc="Largest hazard.",
        default=1.34,
        low=0.0,
        high=100.0,
        unit="per year",
        source="sells 47.7 bn of 450 in 21 days, by which Japan's holdings fell in March 2026 (TIC, revaluation in it)",
        kernel="hazard_most",
    )
    duration: float = parameter(
        doc="Years, of the holdings.",
        default=7.0,
        low=0.0,
        high=40.0,
        unit="years",
        source="assumption",
        kernel="duration",
    )
    unhedged: float = parameter(
        doc="Share without a currency hedge, which buys yen when it is sold.",
        default=0.55,
        low=0.0,
        high=1.0,
        unit="fraction",
        source="assumption: from memory, insurers' reports say 0.5 to 0.6",
        kernel="unhedged",
    )
    into_jgb: float = parameter(
        doc="Share of the proceeds that buys JGBs.",
        default=0.0,
        low=0.0,
        high=1.0,
        unit="fraction",
        source="assumption",
    )


def sold_in_a_month(repatriation: Repatriation, hazard: float, step_years: float = 1.0 / DAYS_PER_YEAR) -> float:
    """Return what is sold in a month at a hazard per year that stays, in steps of `step_years`, USD bn."""
    steps = MONTH_DAYS / DAYS_PER_YEAR / step_years
    return float(repatriation.stock_usd_bn * (1.0 - (1.0 - hazard * step_years) ** steps))


def check_repatriation(repatriation: Repatriation | None, findings: Findings) -> None:
    """Refuse a largest hazard below the usual one."""
    if repatriation is not None and repatriation.most < repatriation.hazard:
        findings.refuse("repatriation.most", f"must be at least `hazard`, {repatriation.hazard!r}")


def check_repatriation_on_market(
    repatriation: Repatriation | None, market: Market, findings: Findings, *, officials_sell: bool
) -> None:
    """Refuse a market without the factors of the pick-up; note that officials' sales buy JGBs too."""
    if repatriation is None:
        return
    if pickup_factors(market.factors) is None:
        names = [factor.name for factor in market.factors]
        wanted = f"{LONG_JGB}, {TEN_YEARS}, {SHORT_UST} or another short Treasury, {SHORT_JGB}"
        missing = ", ".join(name for name in (LONG_JGB, TEN_YEARS, SHORT_JGB) if name not in names)
        findings.refuse("repatriation", f"its pick-up needs the factors {wanted}; the market lacks {missing}")
    if repatriation.into_jgb > 0.0 and officials_sell:
        bought = "JGBs are bought with this share of what officials sell too: their impact is one with the private"
        findings.note("repatriation.into_jgb", f"{bought} sales'")
