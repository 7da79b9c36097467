"""One run from its settings to its result and what contributes to it."""

import time
from collections.abc import Callable

from engine.analysis.contributions.contributions import check_by, contributions
from engine.analysis.contributions.figures import ContributionTable
from engine.analysis.contributions.replay import replay
from engine.inputs.run import RunConfig
from engine.risk.results import RunResult
from engine.run.blocks import Progress
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish


def run_with_contributions(
    config: RunConfig, progress: Progress, say: Callable[[str], None]
) -> tuple[RunResult, tuple[ContributionTable, ...]]:
    """Run as `engine.run.start.run`, and take the result apart by all that `config.by` names; none where it names none.

    Raises
    ------
    InputError
        As a run's; no scenario has regimes, or a tail is too thin, where these are asked for.
    RiskError
        The run failed.
    """
    start = time.perf_counter()
    prepared = prepare(config, load_inputs(config), say)
    check_by(prepared)
    finished = finish(prepared, progress, say, start)
    before = time.perf_counter()
    drawn, n_paths = prepared.drawn if config.by else None, finished.result.run.n_paths
    replayed = replay(drawn, n_paths, lambda: None) if drawn is not None else None
    found = contributions(finished, replayed, say)
    if found:
        say(f"taken apart by {', '.join(config.by)} in {time.perf_counter() - before:.1f} s")
    return finished.result, found
