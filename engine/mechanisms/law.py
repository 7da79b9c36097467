"""Which law moves the factors: normal moves by the market's vols and correlations, or its own history, filtered."""

from typing import Any, Literal

from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import parameter

Kind = Literal["gaussian", "filtered"]
GAUSSIAN, FILTERED = "gaussian", "filtered"
KIND: Any = parameter(
    doc="gaussian: normal moves by the market's vols and correlations; filtered: past days' residuals drawn whole, by"
    " variances that go along with the path, from the market's [law].",
    default=GAUSSIAN,
)


def is_filtered(unwind: Any) -> bool:
    """Return whether a scenario's moves are drawn from its market's filtered history."""
    return bool(unwind.law == FILTERED)


def check_law(kind: str, others: tuple[str, ...], findings: Findings) -> None:
    """Refuse mechanisms, by their keys in a scenario file, that the filtered law has no place for."""
    if kind == FILTERED:
        for key in others:
            findings.refuse(
                key,
                f"law 'filtered' goes with shocks and vol multipliers, not with {key}: leave {key} out, or take"
                " law = 'gaussian'" + (" (shocks with a `day` are jumps)" if key == "jumps" else ""),
            )


def check_law_on_market(kind: str, market: Market, findings: Findings) -> None:
    """Refuse a filtered law on a market that has none, or whose law does not say how some factor moves."""
    if kind != FILTERED:
        return
    state = market.filtered
    if state is None:
        findings.refuse(
            "law",
            f"the market of {market.valuation_date} has no filtered law: {market.no_filtered}; `unwind calibrate`"
            " writes a market with one, or take law = 'gaussian'",
        )
        return
    names = [factor.name for factor in market.factors]
    if missing := [name for name in state.leaders if name not in names]:
        findings.refuse("law", f"{', '.join(missing)} lead others in the market's [law] and are none of its factors")
    unknown = [f.name for f in market.factors if f.name not in state.factors and f.name not in state.given]
    if unknown:
        findings.refuse("law", f"the market's [law] does not say how {', '.join(unknown)} moves: add [law.given.NAME]")
