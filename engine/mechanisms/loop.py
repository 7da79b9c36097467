"""What the sales of the loop add to a mean path: to be taken out of a regime's drifts where the loop is on."""

import math
from collections.abc import Mapping, Sequence

from engine.market.factors import DAYS_PER_YEAR
from engine.mechanisms.carry import Carry
from engine.mechanisms.factor_names import LONG_JGB, SHORT_JGB, SHORT_UST, TEN_YEARS, USDJPY
from engine.mechanisms.impact import Impact
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.studies import law_of_studies
from kernels.types import F64


def flow_drifts(
    mean: F64, names: Sequence[str], days: int, carry: Carry, repatriation: Repatriation, impact: Impact
) -> F64:
    """Return the drifts per year that the sales along a mean path make themselves, over so many days: (n_factors,).

    `mean` (n_factors,) per year is the whole drift. The path goes on evenly, since a regime is known by its mean; the
    impact is the median one. Sales as in `Carry` and `Repatriation`, day by day.
    """
    place = {name: i for i, name in enumerate(names)}
    at = {name: float(mean[i]) / DAYS_PER_YEAR for name, i in place.items()}
    carry_sold = _stopped(-at[USDJPY] * days, days, carry)
    private, pressure = 0.0, 0.0  # sold; the part of its impact that fades, in the same units
    fading = math.exp(-impact.fading_per_year / DAYS_PER_YEAR)
    for day in range(1, days + 1):
        sold = min(_hazard(at, day, repatriation) / DAYS_PER_YEAR, 1.0) * (repatriation.stock_usd_bn - private)
        private, pressure = private + sold, fading * pressure + sold
    per_usd_bn = law_of_studies(impact.studies).quantile(0.5) * 1e-6
    level = per_usd_bn * (impact.long_run * private + (1.0 - impact.long_run) * pressure)
    found: F64 = values(impact.shape, names) * level
    found[place[USDJPY]] = -impact.fx_log_per_usd_bn * (carry_sold + repatriation.unhedged * private)
    return found * (DAYS_PER_YEAR / days)


def loop_gain(carry: Carry, impact: Impact) -> float:
    """Return how much of a fall of USD/JPY stopped positions add to it while stops go on; from 1 it feeds itself."""
    return carry.stock_usd_bn * carry.stop_slope * carry.leverage * impact.fx_log_per_usd_bn


def _stopped(fall: float, days: int, carry: Carry) -> float:
    """Return what is sold of the carry stock, USD bn."""
    loss = carry.leverage * max(0.0, fall - carry.earned_per_year * days / DAYS_PER_YEAR)
    return carry.stock_usd_bn * min(max(carry.stop_slope * (loss - carry.stop_loss), 0.0), carry.stop_most)


def _hazard(at: Mapping[str, float], day: int, repatriation: Repatriation) -> float:
    """Return the hazard per year, after `day` days of moves `at` a day."""
    pickup = at[LONG_JGB] - (at[TEN_YEARS] - (at[SHORT_UST] - at[SHORT_JGB]))
    loss = max(0.0, repatriation.duration * at[TEN_YEARS] - repatriation.unhedged * at[USDJPY])
    hazard = repatriation.hazard + (repatriation.per_pickup * pickup + repatriation.per_loss * loss) * day
    return min(max(hazard, 0.0), repatriation.most)
