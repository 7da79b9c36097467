"""A backtest's verdicts, years and exceptions as JSON's types, and verdicts back from them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.backtest.statistics.outcome import Outcome
from engine.backtest.verdicts import Light, Verdict, YearOfExceptions
from engine.backtest.walk.day_rows import SCHEMA, DayRows

if TYPE_CHECKING:
    from engine.backtest.run_backtest import BacktestResult


def as_json(result: "BacktestResult") -> dict[str, object]:
    """Return verdicts, years and exceptions as JSON's types; amounts in the reporting currency."""
    return {
        "schema": 1,
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "laws": list(result.laws),
        "n_paths": result.n_paths,
        "seed": result.seed,
        "passes": result.passes,
        "verdicts": [_verdict_json(each) for each in result.verdicts],
        "years": [_year_json(each) for each in result.years],
        "exceptions": _exceptions_json(result.rows),
        "notes": list(result.notes),
    }


def days_json(rows: DayRows) -> list[dict[str, object]]:
    """Return each date, horizon, book and law of a walk as JSON's types, by the columns of a kept month."""
    columns = {name: getattr(rows, name).tolist() for name in SCHEMA.names}
    columns["date"] = [day.isoformat() for day in columns["date"]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    light = verdict.light
    return {
        "law": verdict.law,
        "scope": verdict.scope,
        "horizon_days": verdict.horizon_days,
        "n_days": verdict.n_days,
        "n_99": verdict.n_99,
        "n_975": verdict.n_975,
        "tests": {
            key: None if found is None else {"statistic": found.statistic, "p_value": found.p_value}
            for key, found in verdict.tests.items()
        },
        "failed": list(verdict.failed),
        "zone": None if light is None else light.zone,
        "multiplier": None if light is None else light.multiplier,
        "last_days": None if light is None else {"n_days": light.n_days, "n_99": light.n_99, "n_975": light.n_975},
        "score": verdict.score,
        "score_t": verdict.score_t,
        "wealth": verdict.wealth,
        "passes": verdict.passes,
        "objections": list(verdict.objections),
    }


def verdict_of(found: Mapping[str, Any]) -> Verdict:
    """Return the verdict that `as_json` wrote. Raises KeyError or TypeError where it is none."""
    last = found["last_days"]
    light = None if last is None else Light(zone=found["zone"], multiplier=found["multiplier"], **last)
    return Verdict(
        **{key: found[key] for key in ("law", "scope", "horizon_days", "n_days", "n_99", "n_975")},
        tests={key: None if each is None else Outcome(**each) for key, each in found["tests"].items()},
        light=light,
        score=found["score"],
        score_t=found["score_t"],
        wealth=found["wealth"],
        objections=tuple(found["objections"]),
    )


def _year_json(year: YearOfExceptions) -> dict[str, object]:
    return {
        "law": year.law,
        "scope": year.scope,
        "horizon_days": year.horizon_days,
        "year": year.year,
        "n_days": year.n_days,
        "n_99": year.n_99,
        "n_975": year.n_975,
        "factors": dict(year.factors),
    }


def _exceptions_json(rows: DayRows) -> list[dict[str, object]]:
    """Return each exception of a 99 % VaR, with the factor whose move alone lost most."""
    failed = rows.where(rows.failed_99)
    return [
        {
            "date": str(failed.date[i]),
            "horizon_days": int(failed.horizon_days[i]),
            "scope": str(failed.scope[i]),
            "law": str(failed.law[i]),
            "pnl": float(failed.pnl[i]),
            "var_99": float(failed.var_99[i]),
            "factor": str(failed.factor[i]),
            "factor_pnl": float(failed.factor_pnl[i]),
        }
        for i in range(failed.pnl.size)
    ]
