"""A replayed path as JSON: every level, series and P&L of it."""

from collections.abc import Sequence
from typing import Any

from engine.explain.run.path_replay import PathReplay
from engine.run.walk import PATH_SERIES_UNITS, UNITS
from kernels.law_layout import PATH_SERIES

SCHEMA = 1


def replay_json(replays: Sequence[PathReplay]) -> dict[str, Any]:
    """Return one path in some scenarios of a run as JSON's types; losses negative, in the run's currency."""
    first = replays[0]
    return {
        "schema": SCHEMA,
        "path": first.path,
        "seed": first.seed,
        "currency": first.currency,
        "valuation_date": first.base.valuation_date.isoformat(),
        "horizon_days": first.horizon_days,
        "steps": "one" if first.is_one_step else "daily",
        "dates": [str(day) for day in first.dates],
        "units": {**{each.name: UNITS[each.kind] for each in first.factors}, **PATH_SERIES_UNITS},
        "scenarios": [_scenario(each) for each in replays],
    }


def _scenario(each: PathReplay) -> dict[str, Any]:
    names = [factor.name for factor in each.factors]
    scopes = ["total", *(f"book:{book}" for book in each.books)]
    return {
        "scenario": each.scenario,
        "n_paths": each.n_paths,
        "exact": each.is_exact,
        "start": {factor.name: each.start.level(factor) for factor in each.factors},
        "levels": {name: each.levels[:, f].tolist() for f, name in enumerate(names)},
        "series": {name: each.series[:, i].tolist() for i, name in enumerate(PATH_SERIES)},
        "regimes": list(each.regimes),
        "events": [{"date": str(each.dates[step]), "name": name} for step, name in each.events],
        "pnl": dict(zip(scopes, each.pnl.tolist(), strict=True)),
        "pnl_bound": dict(zip(scopes, each.pnl_bound.tolist(), strict=True)),
        "pnl_if_still_from": {scope: each.pnl_by_day[:, i].tolist() for i, scope in enumerate(scopes)},
        "positions": [
            {"id": name, "book": book, "pnl": pnl}
            for name, book, pnl in zip(each.position_ids, each.position_books, each.position_pnl.tolist(), strict=True)
        ],
    }
