"""A scenario that is being written: checked, walked with tonight's books, and where the worst paths end."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.analysis.whatif.pnl_vectors import Scopes, pnl_vectors
from engine.errors import Fault, FileFaults
from engine.inputs.run import RunConfig
from engine.inputs.scenario.load import read_scenario
from engine.inputs.toml.read import parse_toml
from engine.levels.fans import QUANTILES, figures, starts, titles, units
from engine.run.backend import choose_backend
from engine.run.load import Inputs
from engine.run.prepared import prepared_by
from engine.run.walk import Walk, walk_of
from engine.scenario.scenario import Scenario
from kernels.base import PathRange
from kernels.law_layout import PATH_SERIES
from kernels.types import I64
from unwind_risk.serve.fan_pictures import DayFan

N_PATHS = 10_000
WORST = 0.01  # of the paths
MOST_TEXT = 100_000  # characters of a scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeEnd:
    """How many paths end in a regime."""

    regime: str
    of_all: float
    in_tail: float | None  # None: the book's P&L is not known


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScenarioFans:
    """What a scenario's paths do."""

    title: str
    n_paths: int
    fans: tuple[DayFan, ...]
    regimes: tuple[RegimeEnd, ...]
    notes: tuple[str, ...]


def parsed(text: str, name: str) -> Scenario:
    """Return a scenario from the text of such a file.

    Raises FileFaults with every error of the text. It may extend bundled scenarios alone: a path would be one on the
    server's disk.
    """
    path = Path(f"{name}.toml")
    if len(text) > MOST_TEXT:
        raise FileFaults(path, [Fault(message=f"a scenario has {MOST_TEXT:,} characters at most, got {len(text):,}")])
    extended = parse_toml(path, text).get("extends", ())
    for each in extended if isinstance(extended, tuple) else (extended,):
        if not isinstance(each, str) or each.endswith(".toml"):
            message = (
                f"extends: bundled scenarios alone by their names here, got {each!r}; `unwind scenario` reads files"
            )
            raise FileFaults(path, [Fault(message=message)])
    return read_scenario(path, text)


def scenario_fans(scenario: Scenario, config: RunConfig, inputs: Inputs) -> ScenarioFans:
    """Walk a scenario of a run's horizon and seed, and find where its books lose most.

    Raises InputError where the scenario does not fit the market.
    """
    settings = config.model_copy(update={"n_paths": N_PATHS, "steps": "daily"})
    walk = _walk(scenario, settings, inputs)
    worst = _worst(scenario, settings, inputs)
    return ScenarioFans(
        title=scenario.title,
        n_paths=N_PATHS,
        fans=_fans(walk, worst),
        regimes=_regimes(walk, worst),
        notes=walk.notes,
    )


def _walk(scenario: Scenario, config: RunConfig, inputs: Inputs) -> Walk:
    return walk_of(
        scenario,
        inputs.market,
        n_days=config.horizon_days,
        seed=config.seed,
        backend=choose_backend(config.backend, lambda _: None),
        precision=config.precision,
    )


def _worst(scenario: Scenario, config: RunConfig, inputs: Inputs) -> I64 | None:
    """Return the paths on which the books lose most, (n_worst,); None where the law's moves are valued, not drawn."""
    mine = replace(inputs.with_scenarios([scenario], [scenario.name]), warnings=())
    backend = choose_backend(config.backend, lambda _: None)
    prepared = prepared_by(config, mine, backend, config.horizon_days)
    if prepared.drawn is None:
        return None
    pnl = pnl_vectors(prepared, Scopes.TOTAL, N_PATHS, _ignore)[scenario.name]
    if pnl.size != N_PATHS:
        return None
    found: I64 = np.argsort(pnl, kind="stable")[: round(WORST * N_PATHS)]
    return found


def _fans(walk: Walk, worst: I64 | None) -> tuple[DayFan, ...]:
    """Return a fan for each yield and rate, with the mean over the worst paths, (n_worst,), on the last day."""
    found = figures(walk, PathRange(first=0, n=N_PATHS), _ignore)  # (n_figures, n_days, n_paths)
    levels = np.quantile(found, QUANTILES, axis=2, method="inverted_cdf")  # (n_quantiles, n_figures, n_days)
    made = []
    for k, (title, unit, start) in enumerate(zip(titles(walk), units(walk), starts(walk), strict=True)):
        is_yield = "decimal" in unit
        scale = 100.0 if is_yield else 1.0
        made.append(
            DayFan(
                title=title,
                unit="% a year" if is_yield else unit,
                start=scale * start,
                quantiles=scale * levels[:, k],
                tail=None if worst is None else scale * float(found[k, -1, worst].mean()),
            )
        )
    return tuple(made)


def _regimes(walk: Walk, worst: I64 | None) -> tuple[RegimeEnd, ...]:
    if len(walk.regimes) < 2:
        return ()
    series = len(walk.factors) + PATH_SERIES.index("regime")
    ends = walk.deviations(np.arange(N_PATHS, dtype=np.uint64))[-1, series].astype(np.int64)
    return tuple(
        RegimeEnd(
            regime=name,
            of_all=float((ends == k).mean()),
            in_tail=None if worst is None else float((ends[worst] == k).mean()),
        )
        for k, name in enumerate(walk.regimes)
    )


def _ignore(done: int, total: int) -> None:
    """Take no notice of how far it is."""
