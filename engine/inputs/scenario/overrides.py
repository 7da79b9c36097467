"""Tables of a scenario file that change vols and correlations: of the market, or within a regime."""

from pydantic import Field

from engine.inputs.toml.parameters import Glob
from engine.inputs.toml.read import Strict
from engine.scenario.scenario import LARGEST_MULTIPLIER


class VolMultiplier(Strict):
    """Factor on the calibrated vols; the last one that matches a factor counts."""

    factor: Glob
    multiplier: float = Field(ge=0.0, le=LARGEST_MULTIPLIER, description="2.0 doubles the vol; 0 stops the factor.")


class MarketVolMultiplier(VolMultiplier):
    """Factor on the vols of a market; the last one that matches a factor counts."""

    optional: bool = Field(default=False, description="Of factors that a market may lack: then it multiplies nothing.")


class CorrelationOverride(Strict):
    """Correlation of every pair that the two globs match; the last one that matches a pair counts."""

    factors: tuple[Glob, Glob] = Field(description="Two names or globs.")
    value: float = Field(ge=-1.0, le=1.0)
