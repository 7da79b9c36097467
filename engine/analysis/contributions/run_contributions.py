"""A finished run, and what contributes to its result."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.analysis.contributions.contributions import contributions
from engine.analysis.contributions.figures import ContributionTable
from engine.analysis.contributions.replay import replay
from engine.analysis.contributions.scene import Scene, scenes
from engine.risk.results import RunResult
from engine.run.sampling.sampler_checks import check_plain
from engine.run.start import FinishedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenApart:
    """A run's result, and what it was asked to be taken apart by."""

    result: RunResult
    contributions: tuple[ContributionTable, ...]
    scenes: tuple[Scene, ...]  # whose paths can be replayed for more; none where nothing was asked for


def taken_apart(finished: FinishedRun, say: Callable[[str], None], *, keep_scenes: bool = False) -> TakenApart:
    """Take a finished run apart by all that its settings name, if anything.

    keep_scenes   also find the paths of every tail again, for what the caller makes of them

    Raises RiskError where the device failed, InputError where a sampler drew the run.
    """
    prepared = finished.prepared
    if not prepared.config.by and not keep_scenes:
        return TakenApart(result=finished.result, contributions=(), scenes=())
    check_plain(prepared.config)
    before = time.perf_counter()
    drawn, n_paths = prepared.drawn, finished.result.run.n_paths
    replayed = replay(drawn, n_paths, lambda: None) if drawn is not None else None
    found = contributions(finished, replayed, say)
    if found:
        say(f"taken apart by {', '.join(prepared.config.by)} in {time.perf_counter() - before:.1f} s")
    made = tuple(scenes(prepared, finished.whole, finished.result, replayed))
    timing = finished.result.timing
    timing = replace(timing, total_s=timing.total_s + time.perf_counter() - before)
    return TakenApart(result=replace(finished.result, timing=timing), contributions=found, scenes=made)
