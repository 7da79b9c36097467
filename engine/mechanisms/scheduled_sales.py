"""Treasuries sold by schedule, whatever the path."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import DAYS, LATEST_DAY, parameter

MAX_SALES = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Treasuries sold on a day, whatever the path."""

    day: int = parameter(
        doc="Business day after the start, 1 is the next.",
        low=1,
        high=LATEST_DAY,
        unit=DAYS,
        is_name=True,
    )
    usd_bn: float = parameter(doc="Treasuries sold on it.", low=0.0, high=1e4, unit="USD bn")


def check_sales(sales: Sequence[Sale], findings: Findings) -> None:
    """Refuse a day that comes twice."""
    for i, sale in enumerate(sales):
        if sale.day in [other.day for other in sales[:i]]:
            where = f"scheduled_sales[{i + 1}].day"
            findings.refuse(
                where, f"must be a business day from 1 to {LATEST_DAY:,}, each once, got {sale.day} a second time"
            )
