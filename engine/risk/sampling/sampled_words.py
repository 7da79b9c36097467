"""What a sampled run's paths are worth, in words."""

from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import RunResult


def sampled_words(result: RunResult) -> str:
    """Return how many paths were sampled and how, and how many plain ones have the same error.

    That is of VaR at the highest confidence, of the scenario's total that gains least.
    """
    run, key = result.run, VALUE_AT_RISK.key
    tails = [max(row.measures, key=lambda each: each.confidence) for row in result.results if row.scope == "total"]
    worth = min(((tail.plain_paths[key], tail.confidence) for tail in tails if key in tail.plain_paths), default=None)
    words = f"{run.n_paths:,} paths by {run.sampler}"
    if worth is None:
        return words
    n, confidence = worth
    figure = f"{VALUE_AT_RISK.label} {100.0 * confidence:.10g} % of the total"
    return f"{words} (worth some {float(f'{n:.2g}'):,.0f} plain ones for {figure})"
