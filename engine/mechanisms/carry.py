"""The carry trade: leveraged positions funded in yen, stopped out as losses grow, sold on the dates after."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from engine.market.factors import FactorKind
from engine.market.loop_record import StopShape
from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.globs import refuse_other_factors
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes, values
from kernels.law_layout import MAX_COHORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Leveraged positions funded in yen, of many entry levels: stopped out as the worst loss of each grows.

    Of a cohort is stopped stop_slope * (loss - stop_loss), within 0 and stop_most; it is sold on the joint dates after
    the close that stops it, limit_per_day at most. Goes on laws "filtered", "filtered-regimes" and "mixture", and needs
    the market's [law.loop].
    """

    source: str = source_text()
    stock_usd_bn: float = parameter(
        doc="Positions at the start.",
        default=250.0,
        low=0.0,
        high=1e4,
        unit="USD bn",
        source="40 trillion yen, 'biased down' (BIS Bulletin 90, August 2024)",
        kernel="carry_stock",
    )
    leverage: float = parameter(
        doc="Position over equity.",
        default=5.0,
        above=0.0,
        high=100.0,
        unit="multiple",
        source="assumption",
    )
    stop_loss: float = parameter(
        doc="Loss, as a fraction of equity, from which stops begin.",
        default=0.15,
        low=0.0,
        high=10.0,
        unit="fraction",
        source="assumption",
        hint="a loss as a fraction of equity: 0.15 is 15 %",
    )
    stop_slope: float = parameter(
        doc="Share of a cohort stopped per 1.0 of loss beyond. The feedback strength is stock * stop_slope * "
        "leverage * fx_log_per_usd_bn: 0.675 of the defaults.",
        default=0.6,
        low=0.0,
        high=1e3,
        unit="fraction",
        source="assumption",
    )
    stop_most: float = parameter(
        doc="Largest share of a cohort that is ever stopped.",
        default=0.6,
        low=0.0,
        high=1.0,
        unit="fraction",
        source="assumption",
        kernel="stop_most",
    )
    limit_per_day: float = parameter(
        doc="Share of the stock that is sold on one joint date at most.",
        default=0.05,
        above=0.0,
        high=1.0,
        unit="fraction",
        source="assumption",
        kernel="stop_limit",
    )
    cohorts: int = parameter(
        doc="Joint dates on which positions entered, the last ones before the start: after as many they are renewed.",
        default=60,
        low=1,
        high=MAX_COHORTS,
        unit="joint dates",
        source="assumption: a quarter",
        kernel="n_cohorts",
    )
    holdings: Sizes = parameter(
        doc="Price -> share of each cohort that is held in it in place of dollars, SPX or MXNJPY: losses count its log "
        "move in yen from the start on; before it the record has USD/JPY alone.",
        default=(),
        low=0.0,
        high=1.0,
        unit="fraction",
        form=Form.BY_FACTOR,
    )


def shape_of(carry: Carry) -> StopShape:
    """Return the shape of a desk's parameters: leverage is in start and slope, and found nowhere else."""
    return StopShape(
        start=carry.stop_loss / carry.leverage,
        slope=carry.stop_slope * carry.leverage,
        most=carry.stop_most,
        limit=carry.limit_per_day,
        cohorts=carry.cohorts,
    )


def check_carry(carry: Carry | None, law: str | None, *, has_rows: bool, findings: Findings) -> None:
    """Refuse carry trades on moves that cannot be had net of what was sold: it would count twice.

    has_rows  whether the scenario brings rows of its own
    """
    if carry is not None and (law is None or has_rows):
        given = "rows of the scenario's own" if has_rows else f"law {law or 'gaussian'!r}"
        findings.refuse(
            "carry",
            f"carry trades go on the market's past days, net of what they sold on them, and {given} is not these: take"
            " law = 'filtered', 'filtered-regimes' or 'mixture', without rows, or leave carry out",
        )


def check_carry_on_market(carry: Carry | None, law: str | None, market: Market, findings: Findings) -> None:
    """Refuse holdings that are none, and a market whose law has no record of USD/JPY that trades could be found in."""
    _check_holdings(carry, market, findings)
    if carry is None or law is None or market.filtered is None or market.filtered.loop is not None:
        return
    findings.refuse(
        "carry",
        f"needs [law.loop] and the file that it names, and the market of {market.valuation_date} has not both: `unwind"
        f" calibrate HISTORY --date {market.valuation_date} --loop --out FOLDER` writes them",
    )


def _check_holdings(carry: Carry | None, market: Market, findings: Findings) -> None:
    """Refuse holdings of what is no price, of dollars themselves, and of more than the whole."""
    holdings = carry.holdings if carry else ()
    for glob, _ in holdings:
        where = key_of("carry.holdings", glob)
        refuse_other_factors(glob, FactorKind.PRICE, None, where, market, findings)
        if fnmatchcase(USDJPY, glob):
            findings.refuse(where, f"{glob!r} matches {USDJPY}, in which the rest of a cohort is held anyway")
    held = float(values(holdings, [factor.name for factor in market.factors]).sum())
    if held > 1.0:
        findings.refuse("carry.holdings", f"these shares add up to {held:g}, and a cohort is held once: 1 at most")
