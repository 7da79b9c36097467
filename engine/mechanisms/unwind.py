"""The unwind as dynamics: regimes, jumps, fat tails, intervention, and sales that move prices. Data alone.

Sizes are in the units of the factors' states: decimal rates, natural logarithms of prices and vols. Every part says
where its figures come from, or that they are assumptions.
"""

from dataclasses import dataclass

Sizes = tuple[tuple[str, float], ...]  # (factor or glob, size); later ones win


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A state of markets: what it changes of the scenario's vols, correlations and drifts."""

    name: str  # "CALM", "FLIGHT", "REPATRIATION"
    source: str
    initial: float  # probability at the start
    drifts: Sizes = ()  # per year, of the state; of a price's expectation: its logarithm's less half the variance
    vol_multipliers: Sizes = ()
    correlations: tuple[tuple[str, str, float], ...] = ()  # (glob, glob, value), later ones win
    repair_correlation: bool = False  # nearest correlation matrix (Higham) instead of a refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """How often a regime gives way to another."""

    start: str
    end: str
    per_year: float  # of a continuous-time chain
    per_year_per_fall: float = 0.0  # added for each 1.0 that ln USD/JPY fell over the last five days, if it fell
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Moves of many factors at once: N mean + sqrt(N) sum of loading_k xi_k, with N jumps in a day."""

    name: str
    source: str
    rates: Sizes = ()  # (regime, or "*"; jumps per year); none of a dated jump
    day: int | None = None  # business day after the start, 1 is the next: a jump that may come on this day alone
    probability: float = 1.0  # of a dated jump
    mean: Sizes = ()
    loadings: tuple[Sizes, ...] = ()  # up to four common normals' standard deviations
    is_compensated: bool = False  # the drift of prices takes the jump's mean back, as in Merton (1976); not if dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """The Ministry of Finance leaning against the 5-day move of USD/JPY. At most one a day.

    Its probability on a day is 1 / (1 + exp(-(logit + per_move |move|))), by the direction of the move. Buying yen it
    sells the Treasuries that pay for them; selling yen it buys some.
    """

    source: str
    rise_logit: float  # for a yen that rose over five days
    fall_logit: float  # for a yen that fell
    per_move: float  # per 1.0 of ln USD/JPY
    median_jpy_tn: float
    log_sd: float
    log_move_per_jpy_tn: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Leveraged yen-funded positions: stopped out as their worst loss grows."""

    source: str
    stock_usd_bn: float
    leverage: float
    earned_per_year: float  # carry that offsets the loss, in logs of USD/JPY
    stop_loss: float  # loss, as a fraction of equity, from which stops begin
    stop_slope: float  # share of the stock stopped per 1.0 of loss beyond it
    stop_most: float  # largest share


@dataclass(frozen=True, slots=True, kw_only=True)
class Repatriation:
    """Japanese private holdings of Treasuries, sold at a hazard that falls with the pick-up and rises with losses."""

    source: str
    stock_usd_bn: float
    hazard: float  # per year, when nothing has moved
    per_pickup: float  # hazard per 1.0 (decimal) of JGB30 - (UST10 - (UST3M - JGB1Y)) above the unshocked market's
    per_loss: float  # hazard per 1.0 of loss from there: duration times the rise of UST10, and the unhedged FX loss
    most: float  # largest hazard per year
    duration: float  # years
    unhedged: float  # share of the stock, 0 to 1
    into_jgb: float = 0.0  # share of the proceeds that buys JGBs


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What sales do to prices. The short-run impact on the 5-year yield is drawn per path where log_sd > 0."""

    source: str
    fx_log_per_usd_bn: float  # ln USD/JPY per USD bn of dollars sold for yen
    ust_bp_per_100_bn: float  # median short-run impact
    ust_log_sd: float
    long_run: float  # as a fraction of the short run
    fading_per_year: float
    shape: Sizes  # (UST factor, impact relative to that on the 5-year yield)
    betas: Sizes = ()  # (PRICE factor, log move per 1.0 of the 10-year Treasury yield): by impact alone
    betas_name: str | None = None  # the named set that they are; of it, prices that a market lacks are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwind:
    """Everything that a scenario has beyond constant vols and correlations. Parts that are None or empty are off."""

    regimes: tuple[Regime, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    nu: float | None = None  # degrees of freedom of the multivariate t at the horizon
    jumps: tuple[Jump, ...] = ()
    drifts: Sizes = ()  # per year, as a regime's, in every regime: the central bank's run-off
    bridge: tuple[str, float] | None = None  # (PRICE factor, level): drifts that lead its median there at the horizon
    intervention: Intervention | None = None
    carry: Carry | None = None
    repatriation: Repatriation | None = None
    impact: Impact | None = None
    scheduled_sales: tuple[tuple[int, float], ...] = ()  # (business day from 1, USD bn of Treasuries sold)

    @property
    def is_daily(self) -> bool:
        """Whether paths must be walked day by day: all parts but drifts, a bridge and the t are seen by day."""
        parts = (self.intervention, self.carry, self.repatriation, self.impact)
        return bool(self.regimes or self.jumps or self.scheduled_sales) or any(part is not None for part in parts)
