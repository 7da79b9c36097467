"""Rows of past dates that a scenario brings along, in place of the market's own, and what else moves with them."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from engine.errors import did_you_mean
from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.parameters.findings import Findings, key_of, refuse_unmatched
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes

MOST_ROWS = 1000
LARGEST_RESIDUAL = 10.0  # the cap of a filtered law's rows, standard deviations
ROWS_LAW = "filtered"
MOST_FOLLOWERS = 64
LARGEST_BETA = 1000.0  # log per 1.0 of a yield: ten times a price that lasts a century
LARGEST_NOISE = 0.5  # of a weekday: a price that halves or doubles every other day
_JGB_10Y = "JGB_10Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """One joint date's residuals, drawn whole by law 'filtered' in place of the market's own rows.

    Variances, leads and the calendar are the market's of the valuation date, and variances stay so to the horizon.
    `unwind data rows` writes them.
    """

    date: str = parameter(doc="Joint date on which the moves ended, 2024-08-05.", most=10, is_name=True)
    residuals: Sizes = parameter(
        doc="Factor -> residual less its leads. Factors of the market's rows that are not named move by their "
        "regression on those that are, over the market's rows, and by noise of their own.",
        unit="standard deviations of the date",
        form=Form.BY_FACTOR,
        low=-LARGEST_RESIDUAL,
        high=LARGEST_RESIDUAL,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFollower:
    """A price or vol that the rows do not name: it moves with them by these betas, and by noise of its own.

    Neither its vol in the market nor a multiplier of that counts, nor its loadings on the market's own rows.
    """

    factor: str = parameter(doc="The price or vol.", most=40, is_name=True)
    usdjpy: float = parameter(
        doc="Log move per 1.0 of ln USD/JPY.", default=0.0, low=-LARGEST_BETA, high=LARGEST_BETA, unit="log per 1.0"
    )
    jgb_10y: float = parameter(
        doc="Log move per 1.0 of the ten-year JGB yield.",
        default=0.0,
        low=-LARGEST_BETA,
        high=LARGEST_BETA,
        unit="log per 1.0",
    )
    noise: float | None = parameter(
        doc="Standard deviation of a weekday's move beside these. Left out: what the market's law leaves the factor.",
        default=None,
        low=0.0,
        high=LARGEST_NOISE,
        unit="log",
    )
    optional: bool = parameter(doc="Of a factor that a market may lack: then nothing moves.", default=False)
    source: str = source_text()

    def betas(self) -> tuple[tuple[str, float], ...]:
        """Return the factors on which it has a beta, with these."""
        both = ((USDJPY, self.usdjpy), (_JGB_10Y, self.jgb_10y))
        return tuple((name, beta) for name, beta in both if beta != 0.0)


def check_past_rows(rows: Sequence[PastRow], law: str | None, findings: Findings) -> None:
    """Refuse rows beside another law, dates that are none or come twice, and rows of different factors."""
    if rows and law != ROWS_LAW:
        findings.refuse("rows", f"rows are drawn by law = '{ROWS_LAW}', got {law or 'gaussian'!r}")
    sets = Counter(frozenset(name for name, _ in row.residuals) for row in rows)
    usual = sets.most_common(1)[0][0] if sets else frozenset()
    for i, row in enumerate(rows):
        at = f"rows[{i + 1}]"
        if not _is_date(row.date):
            findings.refuse(f"{at}.date", f"must be a date as 2024-08-05, got {row.date!r}")
        if row.date in [other.date for other in rows[:i]]:
            findings.refuse(f"{at}.date", f"{row.date} comes twice")
        if message := _unlike(dict(row.residuals).keys(), usual):
            findings.refuse(f"{at}.residuals", f"all rows name the same factors: {message}")


def _unlike(names: AbstractSet[str], usual: AbstractSet[str]) -> str:
    """Return in words how the factors of a row are not those that most rows name; "" where they are."""
    lacking, others = sorted(usual - names), sorted(names - usual)
    said = [f"{', '.join(others)} is not in the other rows"] if others else []
    said += [f"{', '.join(lacking)} is missing"] if lacking else []
    return ", and ".join(said) + (did_you_mean(others[0], lacking) if others else "")


def check_past_rows_on_market(rows: Sequence[PastRow], market: Market, findings: Findings) -> None:
    """Refuse rows without a residual of a leader of the market's law, or of a factor that the law has no column of."""
    if not rows or market.filtered is None:
        return
    state, names = market.filtered, [name for name, _ in rows[0].residuals]
    if missing := [name for name in state.leaders if name not in names]:
        findings.refuse("rows", f"{', '.join(missing)} lead others in the market's [law]: give their residuals")
    for name in names:
        if name not in state.factors:
            findings.refuse(
                key_of("rows[1].residuals", name),
                f"{name} has no column in the rows of the market's [law]{did_you_mean(name, state.factors)}",
            )


def check_row_followers(followers: Sequence[RowFollower], rows: Sequence[PastRow], findings: Findings) -> None:
    """Refuse what rows name themselves, and a factor that follows twice."""
    named = {name for row in rows for name, _ in row.residuals}
    for i, each in enumerate(followers):
        at = f"row_followers[{i + 1}].factor"
        if each.factor in named:
            findings.refuse(at, f"the rows name {each.factor} themselves: leave it out here or there")
        if each.factor in [other.factor for other in followers[:i]]:
            findings.refuse(at, f"{each.factor} comes twice")


def check_row_followers_on_market(
    followers: Sequence[RowFollower], rows: Sequence[PastRow], market: Market, findings: Findings
) -> None:
    """Refuse what follows no rows, is no price or vol, or has a beta on a factor that the market lacks."""
    if followers and not rows:
        findings.refuse("row_followers", "they follow [[rows]], and there are none; give `followers` instead")
    kinds = {factor.name: factor.kind for factor in market.factors}
    wanted = [(f"row_followers[{i + 1}].factor", each.factor) for i, each in enumerate(followers) if not each.optional]
    refuse_unmatched(wanted, list(kinds), findings)
    for i, each in enumerate(followers):
        at, kind = f"row_followers[{i + 1}]", kinds.get(each.factor)
        if kind in (FactorKind.RATE, FactorKind.SPREAD):
            findings.refuse(f"{at}.factor", f"{each.factor} is a {kind.value}: prices and vols follow rows by betas")
        lacking = [name for name, _ in each.betas() if name not in kinds]
        if kind is not None and lacking:
            findings.refuse(f"{at}.{lacking[0].lower()}", f"the market has no factor {lacking[0]}")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
