"""What sales do to prices: to USD/JPY, to Treasury yields, and through these to equities."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.carry import Carry
from engine.mechanisms.factor_names import TEN_YEARS, USDJPY, UST_CURVE
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.globs import refuse_other_factors
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes
from engine.mechanisms.parameters.studies import STUDIES, Study, check_studies, law_of_studies
from engine.mechanisms.repatriation import Repatriation
from kernels.law_layout import MAX_STUDIES

MOST_MOVED = 5.0  # of ln USD/JPY, by all that may ever be sold, or by one intervention: e^5 is 148


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What sales do to prices; the impact on USD/JPY and that of a study on Treasuries are drawn once a path.

    Yields: I = J / sqrt(1 + (J / cap)^2), J = impact * (long_run * sales + (1 - long_run) * sales that fade).
    """

    source: str = source_text()
    fx_log_per_usd_bn: float = parameter(
        doc="Median fall of ln USD/JPY per USD bn sold for yen.",
        default=0.0009,
        low=0.0,
        high=0.1,
        unit="log per USD bn",
        source="0.0007 to 0.0012 from the interventions of 2022 and 2024",
        kernel="fx_per_bn",
    )
    fx_least: float = parameter(
        doc="The least of them over the median; below it paths draw one as likely as the other. 1: it is fixed.",
        default=0.78,
        low=0.0,
        high=1.0,
        unit="multiple",
        source="0.0007 over 0.0009",
    )
    fx_most: float = parameter(
        doc="The most over the median, likewise above it.",
        default=1.33,
        low=1.0,
        high=10.0,
        unit="multiple",
        source="0.0012 over 0.0009",
    )
    studies: tuple[Study, ...] = parameter(
        doc="Short-run rise of the 5-year yield per USD 100 bn sold, by study. Default: four figures of three papers.",
        default=STUDIES,
        most=MAX_STUDIES,
    )
    cap_bp: float = parameter(
        doc="Rise of the 5-year yield that no sales reach.",
        default=150.0,
        above=0.0,
        high=1e4,
        unit="bp",
        source="a year without any foreign purchases, on the 10-year (Warnock and Warnock, NBER 12560); that it is a"
        " cap: assumption",
    )
    long_run: float = parameter(
        doc="Long-run over short-run impact.",
        default=0.4,
        low=0.0,
        high=1.0,
        unit="fraction",
        source="20 and 40 to 60 bp (Beltran et al., FRB IFDP 1041, 2012)",
        hint="it is the long-run impact as a fraction of the short-run one, which is never the smaller",
        kernel="long_run",
    )
    fading_per_year: float = parameter(
        doc="Rate at which the rest fades.",
        default=4.0,
        low=0.0,
        high=252.0,
        unit="per year",
        source="assumption: a quarter",
    )
    shape: Sizes = parameter(
        doc="Treasury factor -> impact relative to that on the 5-year yield. Default: parallel (assumption).",
        default=(("UST_*", 1.0),),
        low=0.0,
        high=100.0,
        unit="multiple",
        form=Form.BY_FACTOR,
    )
    betas: Sizes = parameter(
        doc="Price -> log move per 1.0 of the 10-year Treasury yield, by impact alone; or the name of a set: "
        + "; ".join(f"{name}: {betas.meaning}" for name, betas in BETA_SETS.items()),
        default=(),
        unit="log per 1.0 of yield",
        form=Form.NAMED,
        sets={name: each.betas for name, each in BETA_SETS.items()},
    )
    followers: Sizes = ()  # price or vol -> log move per 1.0 of ln USD/JPY by sales for yen; a scenario's `followers`
    betas_name: str | None = None  # the named set that they are; of it, prices that a market lacks are left out


def at_median(impact: Impact) -> Impact:
    """Return an impact at its medians on every path."""
    median = law_of_studies(impact.studies).quantile(0.5)
    study = Study(study="the median of the others", low_bp=median, high_bp=median)
    return replace(impact, studies=(study,), fx_least=1.0, fx_most=1.0)


def check_impact(
    impact: Impact | None, carry: Carry | None, repatriation: Repatriation | None, findings: Findings
) -> None:
    """Refuse an impact and stocks that lie in their ranges one by one, and together move USD/JPY as no market does."""
    if impact is not None and not impact.studies:
        findings.refuse("impact.studies", "must name a study; leave it out for the default ones")
    check_studies(impact.studies if impact else (), "impact.studies", findings)
    stopped = carry.stock_usd_bn * carry.stop_most if carry else 0.0
    bought = repatriation.stock_usd_bn * repatriation.unhedged if repatriation else 0.0
    moved = (stopped + bought) * (impact.fx_log_per_usd_bn * impact.fx_most if impact else 0.0)
    if moved > MOST_MOVED:
        findings.refuse(
            "impact.fx_log_per_usd_bn",
            f"all that may be sold, {stopped + bought:,.6g} USD bn, would move ln USD/JPY by {moved:.3g}, and"
            f" {MOST_MOVED:g} is the most; lower this or the stocks",
        )


def check_impact_on_market(impact: Impact | None, market: Market, findings: Findings) -> None:
    """Refuse a market without the 10-year Treasury, shapes of what is no Treasury and betas of what is no price."""
    if impact is None:
        return
    names = [factor.name for factor in market.factors]
    if TEN_YEARS not in names:
        findings.refuse("impact", f"needs the factor {TEN_YEARS}, which the market lacks")
    for glob, _ in impact.shape:
        refuse_other_factors(glob, FactorKind.RATE, UST_CURVE, key_of("impact.shape", glob), market, findings)
    for glob, _ in impact.betas:
        where = key_of("impact.betas", glob)
        refuse_other_factors(glob, FactorKind.PRICE, None, where, market, findings)
        if fnmatchcase(USDJPY, glob):
            findings.refuse(where, f"{glob!r} matches {USDJPY}, which sales move by `fx_log_per_usd_bn`")
