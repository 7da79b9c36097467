"""Fat tails: moves to the horizon are a multivariate t in place of a normal."""

from typing import Any

from engine.mechanisms.parameters.parameter import parameter

NU: Any = parameter(
    doc="Degrees of freedom of a multivariate t at the horizon, with the same variances; else normal.",
    default=None,
    above=2.0,
    high=1e6,
    hint="at 2 degrees of freedom or below, a t has no variance",
)
