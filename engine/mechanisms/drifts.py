"""Drifts in every regime, such as those of a central bank's run-off."""

from typing import Any

from engine.mechanisms.parameters.parameter import Form, parameter
from engine.mechanisms.regimes import LARGEST_DRIFT

DRIFTS: Any = parameter(
    doc="Factor -> drift per year, as a regime's, in every regime: the central bank's run-off.",
    default=(),
    unit="per year",
    form=Form.BY_FACTOR,
    largest=LARGEST_DRIFT,
    one="a drift per year",
)
