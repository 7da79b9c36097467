"""The picture of `unwind scenario show --plot`."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli import render
from engine.risk.standing import STRESS_LABEL

if TYPE_CHECKING:
    from engine.run.walk import Walk
    from engine.scenario.scenario import Scenario

N_PATHS = 10_000  # the 1 % quantile is then known to some 4 % of a standard deviation: a line's width
SEED = 1


def plot(scenario: "Scenario", market: Path | None, n_days: int, out: Path) -> None:
    """Simulate the scenario and draw its fans."""
    from cli import progress
    from engine.inputs.history.recent_weeks import RECENT_SOURCE, recent_history
    from engine.inputs.market.load import bundled_market_path, load_market
    from engine.inputs.outputs import check_out
    from engine.levels.fans import fans
    from engine.levels.picture import check_picture, draw, font_warning
    from engine.run.backend import choose_backend
    from engine.run.walk import walk_of

    read = [market or bundled_market_path()]
    out = check_out(out, inputs=[*read, *([Path(scenario.origin.path)] if scenario.origin else [])], flag="--plot")
    check_picture(out)
    levels = load_market(read[0])
    backend = choose_backend("auto", lambda _: None)
    walk = walk_of(scenario, levels, n_days=n_days, seed=SEED, backend=backend, whole=True)
    history = recent_history(levels.valuation_date)
    with progress.on_stderr() as report:
        drawn = fans(walk, walk.paths(0, N_PATHS), history, report)
    published = f" Published: {RECENT_SOURCE}." if history is not None else ""
    title = f"{scenario.name}: {scenario.title}"
    draw(walk, drawn, title, _caption(walk) + published, out)
    for note in filter(None, (*walk.notes, font_warning(title, out))):
        render.warn(note)
    render.say(f"drawn to {out}")


def _caption(walk: "Walk") -> str:
    paths, seed = f"{N_PATHS:,} paths", f", seed {SEED}"
    if walk.n_moves is not None:
        paths, seed = f"All {walk.n_moves:,} equally likely paths", ""
    span = f"over {walk.dates.size} business days from {walk.base.valuation_date}"
    label = f" {STRESS_LABEL.capitalize()}." if walk.standing.is_stress else ""
    return f"{paths} {span}{seed}.{label} Figures: 1 %, median, 99 %."
