"""The keys of a scenario file about intervention, sales and what they do to prices."""

from typing import Literal

from pydantic import Field

from engine.inputs.toml.parameters import ByFactor, Source, bounded, identified_by, sizes
from engine.inputs.toml.read import Strict
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.unwind import Carry, Impact, Intervention, Repatriation
from engine.scenario.domain import LATEST_DAY

BetaSet = Literal["theory", "empirical", "calm", "flight-2024", "repatriation-2025"]


class InterventionTable(Strict):
    """Official intervention against the five-day move of USD/JPY: at most one a day, paid for with Treasuries.

    Probability on a day: 1 / (1 + exp(-(logit + per_move |move|))).
    """

    model_config = identified_by()

    source: Source
    rise_logit: float = bounded(
        "intervention",
        "rise_logit",
        "For a yen that rose. Default -10.8, 0.002 % a day: none since November 2011, half an event expected.",
        default=-10.8,
    )
    fall_logit: float = bounded(
        "intervention",
        "fall_logit",
        "For a yen that fell. Default -6.9, 0.1 % a day (assumption; seven days in 2022-2024, all after falls).",
        default=-6.9,
    )
    per_move: float = bounded(
        "intervention",
        "per_move",
        "Per 1.0 of ln USD/JPY. Default 130 (assumption): 5 % a day after a fall of the yen by 3 %.",
        default=130.0,
    )
    median_jpy_tn: float = bounded(
        "intervention",
        "median_jpy_tn",
        "Median size. Default 5.6: 5.62 (2022-10-21), 5.92 (2024-04-29), 5.53 (2024-07-11/12), Ministry of Finance.",
        default=5.6,
    )
    log_sd: float = bounded(
        "intervention", "log_sd", "Standard deviation of ln size. Default 0.4 (assumption).", default=0.4
    )
    log_move_per_jpy_tn: float = bounded(
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

    model_config = identified_by()

    source: Source
    stock_usd_bn: float = bounded(
        "carry",
        "stock_usd_bn",
        "Default 250: 40 trillion yen, 'biased down' (BIS Bulletin 90, August 2024).",
        default=250.0,
    )
    leverage: float = bounded("carry", "leverage", "Position over equity. Default 5 (assumption).", default=5.0)
    earned_per_year: float = bounded(
        "carry",
        "earned_per_year",
        "Carry that offsets the loss, in logs. Default 0.038: UST_3M less JGB_1Y on 2025-05-28.",
        default=0.038,
    )
    stop_loss: float = bounded(
        "carry",
        "stop_loss",
        "Loss, as a fraction of equity, from which stops begin. Default 0.15 (assumption).",
        default=0.15,
    )
    stop_slope: float = bounded(
        "carry",
        "stop_slope",
        "Share of the stock stopped per 1.0 of loss beyond. Default 0.6 (assumption). The loop's gain is "
        "stock * stop_slope * leverage * fx_log_per_usd_bn: 0.675 of the defaults.",
        default=0.6,
    )
    stop_most: float = bounded(
        "carry", "stop_most", "Largest share that is ever stopped. Default 0.6 (assumption).", default=0.6
    )

    def to_carry(self) -> Carry:
        """As the engine knows it."""
        return Carry(**self.model_dump())


class RepatriationTable(Strict):
    """Private Japanese holdings of Treasuries, sold at a hazard per year.

    Hazard: hazard + per_pickup * pick-up + per_loss * loss, within 0 and most. Pick-up: JGB30 - (UST10 - (UST3M -
    JGB1)) less that of the unshocked market. Loss, from there too: duration * rise of UST10 + unhedged * fall of
    ln USD/JPY, if positive.
    """

    model_config = identified_by()

    source: Source
    stock_usd_bn: float = bounded(
        "repatriation",
        "stock_usd_bn",
        "Default 450 (assumption): two fifths of Japan's 1,135 bn USD (US Treasury TIC, May 2025); the rest official.",
        default=450.0,
    )
    hazard: float = bounded(
        "repatriation",
        "hazard",
        "When nothing has moved. Default 0 (assumption): usual sales are in the history.",
        default=0.0,
    )
    per_pickup: float = bounded(
        "repatriation", "per_pickup", "Per 1.0 of pick-up. Default 50 (assumption): 0.5 for 100 bp.", default=50.0
    )
    per_loss: float = bounded(
        "repatriation", "per_loss", "Per 1.0 of loss. Default 5 (assumption): 0.5 for a loss of 10 %.", default=5.0
    )
    most: float = bounded(
        "repatriation",
        "most",
        "Largest hazard. Default 1 (assumption): 8 % a month; all Japanese holdings fell by 3.8 % in March 2026 (TIC).",
        default=1.0,
    )
    duration: float = bounded(
        "repatriation", "duration", "Years, of the holdings. Default 7 (assumption).", default=7.0
    )
    unhedged: float = bounded(
        "repatriation",
        "unhedged",
        "Share without a currency hedge, which buys yen when it is sold. Default 0.55 (assumption, from memory: "
        "insurers' reports say 0.5 to 0.6).",
        default=0.55,
    )
    into_jgb: float = bounded(
        "repatriation", "into_jgb", "Share of the proceeds that buys JGBs. Default 0 (assumption).", default=0.0
    )

    def to_repatriation(self) -> Repatriation:
        """As the engine knows it."""
        return Repatriation(**self.model_dump())


class ImpactTable(Strict):
    """What sales do to prices. The short-run impact on Treasuries is drawn per path where ust_log_sd is above 0."""

    model_config = identified_by()

    source: Source
    fx_log_per_usd_bn: float = bounded(
        "impact",
        "fx_log_per_usd_bn",
        "Fall of ln USD/JPY per USD bn sold for yen. Default 0.0009; 0.0007 to 0.0012 from the interventions of 2022 "
        "and 2024.",
        default=0.0009,
    )
    ust_bp_per_100_bn: float = bounded(
        "impact",
        "ust_bp_per_100_bn",
        "Median short-run rise of the 5-year yield per USD 100 bn sold. Default 12.8: the median of a lognormal from "
        "1.65 bp (IMF WP/17/174) to 100 bp (NBER 30476), its 5 % and 95 % points.",
        default=12.8,
    )
    ust_log_sd: float = bounded(
        "impact",
        "ust_log_sd",
        "Standard deviation of its logarithm; 0: fixed. Default 1.25, from the same two studies.",
        default=1.25,
    )
    long_run: float = bounded(
        "impact",
        "long_run",
        "Long-run over short-run impact. Default 0.4: 20 and 40 to 60 bp (Beltran et al., FRB IFDP 1041, 2012).",
        default=0.4,
    )
    fading_per_year: float = bounded(
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
        betas = BETA_SETS[named].betas if named else sizes(given["betas"])
        return Impact(**{**given, "shape": sizes(self.shape), "betas": betas, "betas_name": named})


class SaleTable(Strict):
    """Treasuries sold on a day, whatever the path."""

    day: int = Field(ge=1, le=LATEST_DAY, description="Business day after the start, 1 is the next.")
    usd_bn: float = Field(ge=0.0, le=1e4)
