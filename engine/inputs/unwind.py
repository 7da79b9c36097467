"""The keys of a scenario file that say how an unwind goes on within the paths."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from engine.dynamics.betas import BETA_SETS
from engine.dynamics.domain import LEAST_NU, MAX_JUMPS, MAX_LOADINGS, MAX_REGIMES, RANGES
from engine.dynamics.unwind import Carry, Hazard, Impact, Intervention, Jump, Regime, Repatriation, Sizes, Unwind
from engine.inputs.toml import Strict

Glob = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="A factor's name, or a glob over names: JGB_10Y, UST_*, JGB_[234]0Y.",
        examples=["USDJPY", "JGB_*"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Source = Annotated[str, Field(min_length=1, description="Where the figures come from, or 'assumption: ...'.")]
ByFactor = dict[Glob, float]
BetaSet = Literal["theory", "empirical", "calm", "flight-2024", "repatriation-2025"]


def _identified_by(*keys: str) -> ConfigDict:
    """Schema of a table that a file may give in part: the rest may stand in a file that it extends."""

    def fewer(schema: dict[str, Any]) -> None:
        if "required" in schema:
            schema["required"] = [key for key in schema["required"] if key in keys]

    return ConfigDict(json_schema_extra=fewer)


def _bounded(part: str, name: str, description: str, default: Any = ...) -> Any:
    low, high = RANGES[part][name]
    return Field(default, ge=low, le=high, description=description)


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

    model_config = _identified_by("name")

    name: Name = Field(description="CALM, FLIGHT, REPATRIATION.")
    source: Source
    initial: float = _bounded("regimes", "initial", "Probability at the start; over all regimes they add up to 1.")
    drifts: ByFactor = Field(
        default={}, description="Factor -> drift per year of its mean: decimal rates, logarithms of prices and vols."
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
            drifts=_sizes(self.drifts),
            vol_multipliers=tuple((v.factor, v.multiplier) for v in self.vol_multipliers),
            correlations=tuple((*c.factors, c.value) for c in self.correlations),
            repair_correlation=self.repair_correlation,
        )


class HazardTable(Strict):
    """How often a regime gives way to another."""

    model_config = _identified_by("start", "end")

    start: Name = Field(description="The regime that is left.")
    end: Name = Field(description="The regime that begins.")
    source: Source
    per_year: float = _bounded("hazards", "per_year", "Arrivals per year: 12 is once a month on average.")
    per_year_per_fall: float = _bounded(
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

    model_config = _identified_by("name")

    name: Name
    source: Source
    rates: dict[str, float] = Field(default={}, description="Regime, or '*' for all -> jumps per year.")
    day: int | None = Field(
        default=None, ge=1, description="Business day after the start on which it may come; without rates."
    )
    probability: float = _bounded("jumps", "probability", "That it comes on its day.", default=1.0)
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
            rates=_sizes(self.rates),
            day=self.day,
            probability=self.probability,
            mean=_sizes(self.mean),
            loadings=tuple(_sizes(loading) for loading in self.loadings),
            is_compensated=self.is_compensated,
        )


class BridgeTable(Strict):
    """Drifts that lead the median of a price to a level at the horizon, the other factors by their regression on it."""

    model_config = _identified_by()

    factor: Name = Field(description="A price: USDJPY.")
    level: float = Field(gt=0.0, description="In the price's own units: 125.0 yen for one dollar.")


class InterventionTable(Strict):
    """Official intervention against the five-day move of USD/JPY: at most one a day, paid for with Treasuries.

    Probability on a day: 1 / (1 + exp(-(logit + per_move |move|))).
    """

    model_config = _identified_by()

    source: Source
    rise_logit: float = _bounded(
        "intervention",
        "rise_logit",
        "For a yen that rose. Default -9.2, 0.01 % a day (assumption: none since November 2011).",
        default=-9.2,
    )
    fall_logit: float = _bounded(
        "intervention",
        "fall_logit",
        "For a yen that fell. Default -6.9, 0.1 % a day (assumption; seven days in 2022-2024, all after falls).",
        default=-6.9,
    )
    per_move: float = _bounded(
        "intervention",
        "per_move",
        "Per 1.0 of ln USD/JPY. Default 130 (assumption): 5 % a day after a fall of the yen by 3 %.",
        default=130.0,
    )
    median_jpy_tn: float = _bounded(
        "intervention",
        "median_jpy_tn",
        "Median size. Default 5.6: 5.62 (2022-10-21), 5.92 (2024-04-29), 5.53 (2024-07-11/12), Ministry of Finance.",
        default=5.6,
    )
    log_sd: float = _bounded(
        "intervention", "log_sd", "Standard deviation of ln size. Default 0.4 (assumption).", default=0.4
    )
    log_move_per_jpy_tn: float = _bounded(
        "intervention",
        "log_move_per_jpy_tn",
        "Of ln USD/JPY. Default 0.006: 0.0082 (2022-10-21), 0.0055 (2024-04-29), 0.0050 (2024-07-11/12), computed "
        "from sizes and noon rates.",
        default=0.006,
    )

    def to_intervention(self) -> Intervention:
        """As the engine knows it."""
        return Intervention(**self.model_dump())


class CarryTable(Strict):
    """Leveraged positions funded in yen: stopped out as their worst loss grows.

    Share of the stock sold: stop_slope * (loss - stop_loss), within 0 and stop_most.
    """

    model_config = _identified_by()

    source: Source
    stock_usd_bn: float = _bounded(
        "carry",
        "stock_usd_bn",
        "Default 250: 40 trillion yen, 'biased down' (BIS Bulletin 90, August 2024).",
        default=250.0,
    )
    leverage: float = _bounded("carry", "leverage", "Position over equity. Default 5 (assumption).", default=5.0)
    earned_per_year: float = _bounded(
        "carry",
        "earned_per_year",
        "Carry that offsets the loss, in logs. Default 0.038: UST_3M less JGB_1Y on 2025-05-28.",
        default=0.038,
    )
    stop_loss: float = _bounded(
        "carry",
        "stop_loss",
        "Loss, as a fraction of equity, from which stops begin. Default 0.15 (assumption).",
        default=0.15,
    )
    stop_slope: float = _bounded(
        "carry",
        "stop_slope",
        "Share of the stock stopped per 1.0 of loss beyond. Default 0.6 (assumption). The loop's gain is "
        "stock * stop_slope * leverage * fx_log_per_usd_bn: 0.675 of the defaults.",
        default=0.6,
    )
    stop_most: float = _bounded(
        "carry", "stop_most", "Largest share that is ever stopped. Default 0.6 (assumption).", default=0.6
    )

    def to_carry(self) -> Carry:
        """As the engine knows it."""
        return Carry(**self.model_dump())


class RepatriationTable(Strict):
    """Private Japanese holdings of Treasuries, sold at a hazard per year.

    Hazard: hazard + per_pickup * pick-up + per_loss * loss, within 0 and most. Pick-up: JGB30 - (UST10 - (UST3M -
    JGB1)) less its start. Loss: duration * rise of UST10 + unhedged * fall of ln USD/JPY, if positive.
    """

    model_config = _identified_by()

    source: Source
    stock_usd_bn: float = _bounded(
        "repatriation",
        "stock_usd_bn",
        "Default 450 (assumption): two fifths of Japan's 1,135 bn USD (US Treasury TIC, May 2025); the rest official.",
        default=450.0,
    )
    hazard: float = _bounded(
        "repatriation",
        "hazard",
        "When nothing has moved. Default 0 (assumption): usual sales are in the history.",
        default=0.0,
    )
    per_pickup: float = _bounded(
        "repatriation", "per_pickup", "Per 1.0 of pick-up. Default 50 (assumption): 0.5 for 100 bp.", default=50.0
    )
    per_loss: float = _bounded(
        "repatriation", "per_loss", "Per 1.0 of loss. Default 5 (assumption): 0.5 for a loss of 10 %.", default=5.0
    )
    most: float = _bounded(
        "repatriation",
        "most",
        "Largest hazard. Default 1 (assumption): 8 % a month; all Japanese holdings fell by 3.8 % in March 2026 (TIC).",
        default=1.0,
    )
    duration: float = _bounded(
        "repatriation", "duration", "Years, of the holdings. Default 7 (assumption).", default=7.0
    )
    unhedged: float = _bounded(
        "repatriation",
        "unhedged",
        "Share without a currency hedge, which buys yen when it is sold. Default 0.55 (assumption, from memory: "
        "insurers' reports say 0.5 to 0.6).",
        default=0.55,
    )
    into_jgb: float = _bounded(
        "repatriation", "into_jgb", "Share of the proceeds that buys JGBs. Default 0 (assumption).", default=0.0
    )

    def to_repatriation(self) -> Repatriation:
        """As the engine knows it."""
        return Repatriation(**self.model_dump())


class ImpactTable(Strict):
    """What sales do to prices. The short-run impact on Treasuries is drawn per path where ust_log_sd is above 0."""

    model_config = _identified_by()

    source: Source
    fx_log_per_usd_bn: float = _bounded(
        "impact",
        "fx_log_per_usd_bn",
        "Fall of ln USD/JPY per USD bn sold for yen. Default 0.0009; 0.0007 to 0.0012 from the interventions of 2022 "
        "and 2024.",
        default=0.0009,
    )
    ust_bp_per_100_bn: float = _bounded(
        "impact",
        "ust_bp_per_100_bn",
        "Median short-run rise of the 5-year yield per USD 100 bn sold. Default 12.8: the median of a lognormal from "
        "1.65 bp (IMF WP/17/174) to 100 bp (NBER 30476), its 5 % and 95 % points.",
        default=12.8,
    )
    ust_log_sd: float = _bounded(
        "impact",
        "ust_log_sd",
        "Standard deviation of its logarithm; 0: fixed. Default 1.25, from the same two studies.",
        default=1.25,
    )
    long_run: float = _bounded(
        "impact",
        "long_run",
        "Long-run over short-run impact. Default 0.4: 20 and 40 to 60 bp (Beltran et al., FRB IFDP 1041, 2012).",
        default=0.4,
    )
    fading_per_year: float = _bounded(
        "impact", "fading_per_year", "Rate at which the rest fades. Default 4, a quarter (assumption).", default=4.0
    )
    shape: ByFactor = Field(
        default={"UST_*": 1.0},
        description="Treasury factor -> impact relative to that on the 5-year yield. Default: parallel (assumption).",
    )
    betas: ByFactor | BetaSet = Field(
        default={},
        description="Price -> log move per 1.0 of the 10-year Treasury yield, by impact alone; or the name of a set: "
        + "; ".join(f"{name}: {betas.meaning}" for name, betas in BETA_SETS.items()),
    )

    def to_impact(self) -> Impact:
        """As the engine knows it, a named set of betas written out."""
        given = self.model_dump()
        named = self.betas if isinstance(self.betas, str) else None
        betas = BETA_SETS[named].betas if named else _sizes(given["betas"])
        return Impact(**{**given, "shape": _sizes(self.shape), "betas": betas, "betas_name": named})


class SaleTable(Strict):
    """Treasuries sold on a day, whatever the path."""

    day: int = Field(ge=1, description="Business day after the start, 1 is the next.")
    usd_bn: float = Field(ge=0.0, le=1e4)


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
        default={}, description="Factor -> drift per year of its mean in every regime: the central bank's run-off."
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
            drifts=_sizes(self.drifts),
            bridge=(self.bridge.factor, self.bridge.level) if self.bridge else None,
            intervention=self.intervention.to_intervention() if self.intervention else None,
            carry=self.carry.to_carry() if self.carry else None,
            repatriation=self.repatriation.to_repatriation() if self.repatriation else None,
            impact=self.impact.to_impact() if self.impact else None,
            scheduled_sales=tuple((sale.day, sale.usd_bn) for sale in self.scheduled_sales),
        )
        return None if unwind == Unwind() else unwind


def _sizes(given: dict[str, float]) -> Sizes:
    return tuple(given.items())
