"""One run from its settings to its result and what contributes to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.analysis.contributions.contributions import check_by, contributions
from engine.analysis.contributions.figures import ContributionTable
from engine.analysis.contributions.replay import replay
from engine.analysis.contributions.scene import Scene, scenes
from engine.inputs.run import RunConfig
from engine.risk.results import RunResult
from engine.run.blocks import Progress
from engine.run.load import load_inputs
from engine.run.prepared import prepare
from engine.run.start import finish


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenApart:
    """A run's result, and what it was asked to be taken apart by."""

    result: RunResult
    contributions: tuple[ContributionTable, ...]
    scenes: tuple[Scene, ...]  # whose paths can be replayed for more; none where nothing was asked for


def run_taken_apart(
    config: RunConfig, progress: Progress, say: Callable[[str], None], *, keep_scenes: bool = False
) -> TakenApart:
    """Run as `engine.run.start.run`, and take the result apart by all that `config.by` names, if anything.

    keep_scenes   also find the paths of every tail again, for what the caller makes of them

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
    if not config.by and not keep_scenes:
        return TakenApart(result=finished.result, contributions=(), scenes=())
    before = time.perf_counter()
    drawn, n_paths = prepared.drawn, finished.result.run.n_paths
    replayed = replay(drawn, n_paths, lambda: None) if drawn is not None else None
    found = contributions(finished, replayed, say)
    if found:
        say(f"taken apart by {', '.join(config.by)} in {time.perf_counter() - before:.1f} s")
    made = tuple(scenes(prepared, finished.whole, finished.result, replayed))
    timing = replace(finished.result.timing, total_s=time.perf_counter() - start)
    return TakenApart(result=replace(finished.result, timing=timing), contributions=found, scenes=made)
