"""The keys of a scenario file that say how an unwind goes on within the paths."""

from pydantic import Field

from engine.inputs.scenario.sales import CarryTable, ImpactTable, InterventionTable, RepatriationTable, SaleTable
from engine.inputs.toml.parameters import ByFactor, Glob, Name, Source, bounded, identified_by, sizes
from engine.inputs.toml.read import Strict
from engine.mechanisms.unwind import Hazard, Jump, Regime, Unwind
from engine.scenario.domain import LATEST_DAY, LEAST_NU, MAX_JUMPS, MAX_LOADINGS, MAX_REGIMES


class VolMultiplier(Strict):
    """Factor on the calibrated vols; the last one that matches a factor counts."""

    factor: Glob
    multiplier: float = Field(ge=0.0, le=100.0, description="2.0 doubles the vol; 0 stops the factor.")


class CorrelationOverride(Strict):
    """Correlation of every pair that the two globs match; the last one that matches a pair counts."""

    factors: tuple[Glob, Glob] = Field(description="Two names or globs.")
    value: float = Field(ge=-1.0, le=1.0)


class RegimeTable(Strict):
    """A state of markets. What it changes comes on top of the scenario's own vols and correlations."""

    model_config = identified_by("name")

    name: Name = Field(description="CALM, FLIGHT, REPATRIATION.")
    source: Source
    initial: float = bounded("regimes", "initial", "Probability at the start; over all regimes they add up to 1.")
    drifts: ByFactor = Field(
        default={},
        description="Factor -> drift per year: of decimal rates, of logarithms of vols, of prices' expectations, whose "
        "logarithms drift by half the variance less.",
    )
    vol_multipliers: tuple[VolMultiplier, ...] = Field(default=(), max_length=1000)
    correlations: tuple[CorrelationOverride, ...] = Field(default=(), max_length=1000)
    repair_correlation: bool = Field(
        default=False, description="Take the nearest correlation matrix (Higham) when the overrides make none."
    )

    def to_regime(self) -> Regime:
        """As the engine knows it."""
        return Regime(
            name=self.name,
            source=self.source,
            initial=self.initial,
            drifts=sizes(self.drifts),
            vol_multipliers=tuple((v.factor, v.multiplier) for v in self.vol_multipliers),
            correlations=tuple((*c.factors, c.value) for c in self.correlations),
            repair_correlation=self.repair_correlation,
        )


class HazardTable(Strict):
    """How often a regime gives way to another."""

    model_config = identified_by("start", "end")

    start: Name = Field(description="The regime that is left.")
    end: Name = Field(description="The regime that begins.")
    source: Source
    per_year: float = bounded("hazards", "per_year", "Arrivals per year: 12 is once a month on average.")
    per_year_per_fall: float = bounded(
        "hazards",
        "per_year_per_fall",
        "Arrivals per year that 1.0 of fall of ln USD/JPY over the last five days adds: 100 adds 5 after 5 %.",
        default=0.0,
    )

    def to_hazard(self) -> Hazard:
        """As the engine knows it."""
        return Hazard(
            start=self.start,
            end=self.end,
            source=self.source,
            per_year=self.per_year,
            per_year_per_fall=self.per_year_per_fall,
        )


class JumpTable(Strict):
    """Moves of many factors at once, at random or on a day: mean plus common normals times their loadings."""

    model_config = identified_by("name")

    name: Name
    source: Source
    rates: dict[str, float] = Field(default={}, description="Regime, or '*' for all -> jumps per year.")
    day: int | None = Field(
        default=None,
        ge=1,
        le=LATEST_DAY,
        description="Business day after the start on which it may come; without rates.",
    )
    probability: float = bounded("jumps", "probability", "That it comes on its day.", default=1.0)
    mean: ByFactor = Field(default={}, description="Factor -> mean move: decimal rates, logarithms of prices, vols.")
    loadings: tuple[ByFactor, ...] = Field(
        default=(), max_length=MAX_LOADINGS, description="For each common normal: factor -> standard deviation."
    )
    is_compensated: bool = Field(
        default=False, description="The drift of prices takes the mean back, as in Merton (1976); not with a day."
    )

    def to_jump(self) -> Jump:
        """As the engine knows it."""
        return Jump(
            name=self.name,
            source=self.source,
            rates=sizes(self.rates),
            day=self.day,
            probability=self.probability,
            mean=sizes(self.mean),
            loadings=tuple(sizes(loading) for loading in self.loadings),
            is_compensated=self.is_compensated,
        )


class BridgeTable(Strict):
    """Drifts that lead the median of a price to a level at the horizon, the other factors by their regression on it."""

    model_config = identified_by()

    factor: Name = Field(description="A price: USDJPY.")
    level: float = Field(gt=0.0, description="In the price's own units: 125.0 yen for one dollar.")


class UnwindKeys(Strict):
    """Regimes, jumps, fat tails, intervention, and sales that move prices. What is left out is off."""

    regimes: tuple[RegimeTable, ...] = Field(default=(), max_length=MAX_REGIMES)
    hazards: tuple[HazardTable, ...] = Field(default=(), max_length=MAX_REGIMES * (MAX_REGIMES - 1))
    nu: float | None = Field(
        default=None,
        gt=LEAST_NU,
        le=1e6,
        description="Degrees of freedom of a multivariate t at the horizon, with the same variances; else normal.",
    )
    jumps: tuple[JumpTable, ...] = Field(default=(), max_length=MAX_JUMPS)
    drifts: ByFactor = Field(
        default={}, description="Factor -> drift per year, as a regime's, in every regime: the central bank's run-off."
    )
    bridge: BridgeTable | None = None
    intervention: InterventionTable | None = None
    carry: CarryTable | None = None
    repatriation: RepatriationTable | None = None
    impact: ImpactTable | None = None
    scheduled_sales: tuple[SaleTable, ...] = Field(default=(), max_length=250)

    def to_unwind(self) -> Unwind | None:
        """As the engine knows it; None when the file has nothing of it."""
        unwind = Unwind(
            regimes=tuple(regime.to_regime() for regime in self.regimes),
            hazards=tuple(hazard.to_hazard() for hazard in self.hazards),
            nu=self.nu,
            jumps=tuple(jump.to_jump() for jump in self.jumps),
            drifts=sizes(self.drifts),
            bridge=(self.bridge.factor, self.bridge.level) if self.bridge else None,
            intervention=self.intervention.to_intervention() if self.intervention else None,
            carry=self.carry.to_carry() if self.carry else None,
            repatriation=self.repatriation.to_repatriation() if self.repatriation else None,
            impact=self.impact.to_impact() if self.impact else None,
            scheduled_sales=tuple((sale.day, sale.usd_bn) for sale in self.scheduled_sales),
        )
        return None if unwind == Unwind() else unwind
