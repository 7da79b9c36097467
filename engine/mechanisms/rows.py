"""Rows of past dates that a scenario brings along: a filtered law draws these in place of the market's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings, key_of
from engine.mechanisms.parameters.parameter import Form, parameter
from engine.mechanisms.parameters.sizes import Sizes

MOST_ROWS = 1000
LARGEST_RESIDUAL = 10.0  # the cap of a filtered law's rows, standard deviations
ROWS_LAW = "filtered"


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


def check_past_rows(rows: Sequence[PastRow], law: str | None, findings: Findings) -> None:
    """Refuse rows beside another law, dates that are none or come twice, and rows of different factors."""
    if rows and law != ROWS_LAW:
        findings.refuse("rows", f"rows are drawn by law = '{ROWS_LAW}', got {law or 'gaussian'!r}")
    for i, row in enumerate(rows):
        at = f"rows[{i + 1}]"
        if not _is_date(row.date):
            findings.refuse(f"{at}.date", f"must be a date as 2024-08-05, got {row.date!r}")
        if row.date in [other.date for other in rows[:i]]:
            findings.refuse(f"{at}.date", f"{row.date} comes twice")
        if (names := dict(row.residuals).keys()) != dict(rows[0].residuals).keys():
            differs = sorted(set(names) ^ set(dict(rows[0].residuals)))
            findings.refuse(f"{at}.residuals", f"all rows name the same factors; {', '.join(differs)} is not in all")


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
                key_of("rows[1].residuals", name), f"{name} has no column in the rows of the market's [law]"
            )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
