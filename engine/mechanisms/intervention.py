"""Official intervention: the Ministry of Finance leaning against the five-day move of USD/JPY."""

import math
from dataclasses import dataclass

from engine.mechanisms.impact import MOST_MOVED
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import parameter, source_text

_FAR = 6.0  # standard deviations of an intervention's size, one in 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """Official intervention against the five-day move of USD/JPY: at most one a day, paid for with Treasuries.

    Probability on a day: 1 / (1 + exp(-(logit + per_move |move|))).
    """

    source: str = source_text()
    rise_logit: float = parameter(
        doc="For a yen that rose.",
        default=-8.5,
        low=-50.0,
        high=50.0,
        unit="logit",
        source="fitted: 0.04 days a year along the filtered law; none since November 2011, half an event",
        kernel="rise_logit",
    )
    fall_logit: float = parameter(
        doc="For a yen that fell.",
        default=-6.0,
        low=-50.0,
        high=50.0,
        unit="logit",
        source="fitted: 0.52 days a year along the filtered law; seven days in 2012-2025",
        kernel="fall_logit",
    )
    per_move: float = parameter(
        doc="Per 1.0 of ln USD/JPY.",
        default=38.0,
        low=0.0,
        high=1e4,
        unit="logit",
        source="most likely for the four purchases after five-day falls of the yen, standard error 40",
        kernel="logit_per_move",
    )
    median_jpy_tn: float = parameter(
        doc="Median size.",
        default=5.6,
        low=1e-3,
        high=100.0,
        unit="JPY tn",
        source="5.62 (2022-10-21), 5.92 (2024-04-29), 5.53 (2024-07-11/12), Ministry of Finance",
    )
    log_sd: float = parameter(
        doc="Standard deviation of ln size.",
        default=0.4,
        low=0.0,
        high=2.0,
        unit="log",
        source="assumption",
        kernel="size_sd",
    )
    log_move_per_jpy_tn: float = parameter(
        doc="Of ln USD/JPY.",
        default=0.006,
        low=0.0,
        high=0.1,
        unit="log per JPY tn",
        source="0.0082 (2022-10-21), 0.0055 (2024-04-29), 0.0050 (2024-07-11/12), computed from sizes and noon rates",
        kernel="fx_per_tn",
    )


def check_intervention(intervention: Intervention | None, findings: Findings) -> None:
    """Refuse sizes that lie in their ranges one by one, and together move USD/JPY as no market does."""
    if intervention is None:
        return
    one = intervention.log_move_per_jpy_tn * intervention.median_jpy_tn * math.exp(_FAR * intervention.log_sd)
    if one > MOST_MOVED:
        findings.refuse(
            "intervention.log_move_per_jpy_tn",
            f"with these sizes one intervention may move ln USD/JPY by {one:.3g}, and {MOST_MOVED:g} is the most;"
            " lower this, `median_jpy_tn` or `log_sd`",
        )
