"""Reference cases of swaps, as tests/data/derivatives.json has them, and what values their legs."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from engine.conventions.calendars import Calendar
from engine.market.curve import ZeroCurve

CASES = json.loads((Path(__file__).parents[2] / "data" / "derivatives.json").read_text())["swaps"]


def every_day(valuation_date: date) -> SimpleNamespace:
    """Calendars on which every day is a business day: the reference cases are not adjusted for holidays."""
    calendar = Calendar("Tokyo", valuation_date)
    calendar.days = np.arange(-800, 15_000)
    return SimpleNamespace(
        valuation_date=valuation_date, of=lambda *_: calendar, common=lambda *_: calendar, steps=calendar
    )


def curve_of(given, key, currency, spread=0.0) -> ZeroCurve:
    times = np.array(given["zero_node_days"][1:]) / 365.0
    first, *zeros = given[key]
    start = 1e-9  # the cases' node on the valuation date
    return ZeroCurve(
        name=key, currency=currency, times=np.append(start, times), zero_rates=np.append(first, zeros) + spread
    )


def worth(leg, curve) -> float:
    return float((leg.amounts * curve.discount(leg.days / 365.0)).sum())
