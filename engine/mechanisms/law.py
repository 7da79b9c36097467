"""Which law moves the factors: normal moves by the market's vols and correlations, or its own history, filtered."""

from typing import Any, Literal

from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import parameter

Kind = Literal["gaussian", "filtered", "historical-250", "historical-500", "historical-1000"]
GAUSSIAN, FILTERED = "gaussian", "filtered"
HISTORICAL = {"historical-250": 250, "historical-500": 500, "historical-1000": 1000}  # windows of joint dates
MOST_DAYS = 10  # of a window
KIND: Any = parameter(
    doc="gaussian, or left out: normal moves by the market's vols and correlations; filtered: past days' residuals"
    " drawn whole, by variances that go along with the path, from the market's [law]; historical-500: the last 500"
    " joint dates' moves, or overlapping windows of them, as they were.",
    default=None,
)


def is_filtered(unwind: Any) -> bool:
    """Return whether a scenario's moves are drawn from its market's filtered history."""
    return bool(unwind.law == FILTERED)


def is_historical(unwind: Any) -> bool:
    """Return whether a scenario's moves are windows of the past as they were."""
    return unwind.law in HISTORICAL


def check_law(kind: str | None, others: tuple[str, ...], findings: Findings) -> None:
    """Refuse mechanisms, by their keys in a scenario file, that a law of past days has no place for."""
    if kind is not None:
        for key in others:
            findings.refuse(
                key,
                f"law {kind!r} goes with shocks and vol multipliers, not with {key}: leave {key} out, or take"
                " law = 'gaussian'" + (" (shocks with a `day` are jumps)" if key == "jumps" else ""),
            )


def check_law_on_market(kind: str | None, market: Market, findings: Findings) -> None:
    """Refuse a law of past days on a market that has none, or whose law does not say how some factor moves."""
    if kind is None:
        return
    state = market.filtered
    if state is None:
        findings.refuse(
            "law",
            f"the market of {market.valuation_date} has no law of past days: {market.no_filtered}; `unwind calibrate"
            f" HISTORY --date {market.valuation_date}` writes one, or take --scenario base, the normal law by the"
            " market's vols (in a file, law = 'gaussian')",
        )
        return
    if kind in HISTORICAL and len(state.moves) < HISTORICAL[kind] + MOST_DAYS - 1:
        wanted, held = HISTORICAL[kind] + MOST_DAYS - 1, len(state.moves)
        findings.refuse("law", f"law {kind!r} needs the last {wanted:,} joint changes; the market's [law] has {held:,}")
    names = [factor.name for factor in market.factors]
    if missing := [name for name in state.leaders if name not in names]:
        findings.refuse("law", f"{', '.join(missing)} lead others in the market's [law] and are none of its factors")
    unknown = [f.name for f in market.factors if f.name not in state.factors and f.name not in state.given]
    if unknown:
        findings.refuse("law", f"the market's [law] does not say how {', '.join(unknown)} moves: add [law.given.NAME]")
