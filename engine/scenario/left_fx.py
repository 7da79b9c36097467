"""Exchange rates that a scenario leaves where they are while it moves USD/JPY, so that their dollar rates jump."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from engine.conventions.currencies import DOLLAR, currency_of, fx_quote
from engine.market.market import Market
from engine.mechanisms.factor_names import USDJPY
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.sizes import Sizes
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario


def note_left_fx(scenario: Scenario, market: Market, shocked: Market, findings: Findings) -> None:
    """Note once that a scenario moves USD/JPY beyond the diffusion and says nothing of another exchange rate.

    `market` before and `shocked` after the scenario's shocks at once: figures are given where these move USD/JPY.
    """
    unwind = scenario.unwind or Unwind()
    where = next(where_dollar_moves(scenario, unwind), None)
    others = [code for code in map(market.exchanged, market.factors) if code is not None and code != DOLLAR]
    left = [code for code in others if not any(where_moved(scenario, unwind, fx_quote(code).factor))]
    if where is None or not left:
        return
    names = ", ".join(fx_quote(code).factor for code in left)
    units = " and the ".join(currency_of(code).unit for code in left)
    figures = ", ".join(
        f"{code}/{DOLLAR} from {market.cross_rate(code, DOLLAR):.4g} to {shocked.cross_rate(code, DOLLAR):.4g}"
        for code in left
        if shocked.usdjpy != market.usdjpy
    )
    go = f"{'moves' if len(left) == 1 else 'move'} by as much{f', {figures}' if figures else ''}"
    findings.note(
        where,
        f"it moves {USDJPY} and not {names}: the {units} against the dollar {go}; give {names} a shock, or"
        " `[impact] betas`",
    )


def where_dollar_moves(scenario: Scenario, unwind: Unwind) -> Iterator[str]:
    """Yield the places that move USD/JPY beside its diffusion: by name, by sales for yen, by intervention."""
    yield from where_moved(scenario, unwind, USDJPY)
    if unwind.impact is not None and unwind.impact.fx_log_per_usd_bn > 0.0:
        if unwind.carry is not None and unwind.carry.stock_usd_bn > 0.0:
            yield "carry"
        if unwind.repatriation is not None and unwind.repatriation.unhedged > 0.0:
            yield "repatriation"
    if unwind.intervention is not None:
        yield "intervention"


def where_moved(scenario: Scenario, unwind: Unwind, factor: str) -> Iterator[str]:
    """Yield the places of shocks, jumps, drifts, betas and caps that name a factor."""
    # Not of a bridge: it moves the other rates with its own, by their regression on it.
    yield from (f"shocks[{i + 1}]" for i, shock in enumerate(scenario.shocks) if fnmatchcase(factor, shock.factor))
    for i, jump in enumerate(unwind.jumps):
        if any(_names(sizes, factor) for sizes in (jump.mean, *jump.loadings)):
            yield f"jumps[{i + 1}]"
    for i, row in enumerate(unwind.rows):
        if _names(row.residuals, factor):
            yield f"rows[{i + 1}].residuals"
    for i, follower in enumerate(unwind.row_followers):
        if follower.factor == factor:
            yield f"row_followers[{i + 1}]"
    for i, regime in enumerate(unwind.regimes):
        if _names(regime.drifts, factor):
            yield f"regimes[{i + 1}].drifts"
    if _names(unwind.drifts, factor):
        yield "drifts"
    if unwind.impact is not None and _names(unwind.impact.betas, factor):
        yield "impact.betas"
    if unwind.cap is not None and _names((*unwind.cap.shape, (unwind.cap.factor, 1.0), *unwind.cap.spill), factor):
        yield "cap"


def _names(sizes: Sizes, factor: str) -> bool:
    return any(size != 0.0 and fnmatchcase(factor, glob) for glob, size in sizes)
