"""What a run found: figures with their errors, and its paths' P&L on demand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.risk.results import RunFacts
from engine.run.start import FinishedRun
from unwind_risk.api.frames import framed

if TYPE_CHECKING:
    import pandas as pd

    from engine.analysis.contributions.figures import ContributionTable

MEASURED = {  # columns of `Result.table`, each with its unit; {currency} is the run's
    "scenario": "name",
    "scope": "total, or book:NAME",
    "confidence": "probability",
    "measure": "value_at_risk, expected_shortfall, ...",
    "value": "{currency}, losses positive",
    "se": "{currency}, one standard error of the simulation; 0: exact; inf: the sample does not bound it",
    "table_se": "{currency}, one standard error of a law's table of past days; NaN: it has none",
    "low": "{currency}, 95 % interval",
    "high": "{currency}, 95 % interval",
    "around_shock": "{currency}, counted from the shocked state",
    "tail_paths": "paths in the tail",
    "rough": "fewer than 500 paths lie in the tail",
    "exact": "every move of the law was valued: nothing was drawn",
    "base_value": "{currency}, before any shock",
    "shock_pnl": "{currency}, of the shock alone; gains positive",
    "mean": "{currency}, of the P&L; gains positive",
    "mean_se": "{currency}",
    "std": "{currency}",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """What a run found. It cannot be changed."""

    finished: FinishedRun  # the engine's run, whose paths can be walked again
    taken_apart: "tuple[ContributionTable, ...]"  # by what the run was asked to be taken apart by
    notes: tuple[str, ...]  # what was picked, and what it needed

    @property
    def run(self) -> RunFacts:
        """Return what was run: settings, versions, digests of the inputs."""
        return self.finished.result.run

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was accepted or repaired, and a reader should know."""
        return self.finished.result.warnings

    def table(self) -> "pd.DataFrame":
        """Return every figure, a row for each scenario, scope, confidence and measure; units in `.attrs["units"]`."""
        import pandas as pd

        rows = []
        for row in self.finished.result.results:
            whole = {name: getattr(row, name) for name in ("base_value", "shock_pnl", "mean", "mean_se", "std")}
            for tail in row.measures:
                for key, each in tail.estimates.items():
                    rows.append(
                        {
                            "scenario": row.scenario,
                            "scope": row.scope,
                            "confidence": tail.confidence,
                            "measure": key,
                            "value": each.value,
                            "se": each.se,
                            "table_se": tail.table_ses.get(key, float("nan")),
                            "low": each.low,
                            "high": each.high,
                            "around_shock": tail.around_shock[key],
                            "tail_paths": tail.tail_paths,
                            "rough": tail.rough,
                            "exact": tail.is_exact,
                            **whole,
                        }
                    )
        run = self.run
        units = {name: unit.format(currency=run.currency) for name, unit in MEASURED.items()}
        return framed(
            pd.DataFrame(rows, columns=[*MEASURED]),
            units=units,
            currency=run.currency,
            valuation_date=str(run.valuation_date),
            horizon_days=run.horizon_days,
        )

    def to_json(self) -> str:
        """Return the result as one line of strict JSON, as `unwind run --json` prints it."""
        from unwind_risk.api.result_json import result_json

        return result_json(self.finished.result, self.taken_apart)

    def _repr_html_(self) -> str:
        return str(self.table()[["scenario", "scope", "confidence", "measure", "value", "se"]]._repr_html_())  # type: ignore[operator]
