"""What a run found: figures with their errors, and its paths' P&L on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.analysis.contributions.figures import ContributionTable
from engine.backtest.bundled_verdicts import bundled_verdicts
from engine.errors import InputError
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.registry import HEADLINE
from engine.risk.results import RunFacts, RunResult, TailResult
from engine.run.start import FinishedRun
from kernels.types import Array
from unwind_risk.api.frames import framed, html_of, scale_of
from unwind_risk.api.notes import Notes
from unwind_risk.api.path_pnl import PathPnl, Precision, path_pnl
from unwind_risk.api.picture import Picture, check_matplotlib, distribution
from unwind_risk.api.progress import Asked, Report, shown
from unwind_risk.api.result_json import result_json

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from engine.analysis.gradient.gradients import GradientTable

MEASURED = {  # columns of `Result.table`, each with its unit; {currency} is the run's
    "scenario": "name",
    "scope": "total, or book:NAME",
    "backtest": "what a backtest says of the scenario or its law, after the label of a stress",
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
    taken_apart: tuple[ContributionTable, ...]  # by what the run was asked to be taken apart by
    notes: tuple[str, ...]  # what was picked, and what it needed

    @property
    def run(self) -> RunFacts:
        """Return what was run: settings, versions, digests of the inputs."""
        return self.finished.result.run

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was accepted or repaired, and a reader should know; tails of too few paths among it."""
        return (*self.finished.result.warnings, *rough_tails(self.finished.result))

    def table(self) -> "pd.DataFrame":
        """Return every figure, a row for each scenario, scope, confidence and measure; units in `.attrs["units"]`."""
        return result_frame(self.finished.result)

    def pnl(self, scenario: str | None = None, dtype: Precision = "float64") -> "pd.DataFrame":
        """Return the P&L of every path, walked again: (n_paths, n_scopes) [currency], gains positive.

        Columns are scopes; scenario and scope where there are several scenarios. Rows of an exact scenario are the
        moves of its law, with `.attrs["weights"]` where some are likelier than others. `.attrs["bytes"]` is the memory
        that it holds.

        Parameters
        ----------
        scenario : its name; None: all of the run
        dtype : "float64", or "float32" for half the memory

        Raises
        ------
        InputError
            There is no such scenario, exact ones and others stand side by side, or it would take more than 2 GiB.
        """
        return self.paths(scenario, dtype).frame()

    def numpy(self, scenario: str | None = None, dtype: Precision = "float64") -> Array:
        """Return the values of `pnl` alone, (n_paths, n_scopes) [currency], not to be written to. Raises as `pnl`."""
        return self.paths(scenario, dtype).numpy()

    def arrow(self, scenario: str | None = None, dtype: Precision = "float64") -> "pa.Table":
        """Return `pnl` as an Arrow table, a column a scope, without a copy. Raises as `pnl`."""
        return self.paths(scenario, dtype).arrow()

    def paths(
        self, scenario: str | None = None, dtype: Precision = "float64", scopes: Sequence[str] | None = None
    ) -> PathPnl:
        """Return what `pnl`, `numpy` and `arrow` are views of; of some scopes alone, if they are named."""
        return path_pnl(self.finished, scenario, dtype, scopes)

    def contributions(self, by: str | Sequence[str] | None = None) -> "pd.DataFrame":
        """Return what contributes to each measure, with errors: a row a group; units in `.attrs["units"]`.

        by   position, book, family, currency, factor, pillar or regime, one or several; None: those of the run's `by`,
             which are known already, while for others the run's first paths are walked again

        Raises InputError for no such grouping, none at all, or a tail too thin for it.
        """
        from unwind_risk.api.contribution_frame import contribution_frame, contributions_by  # a plain run has none

        wanted = (by,) if isinstance(by, str) else tuple(by or ())
        known = {each.by for each in self.taken_apart}
        if not wanted and not known:
            raise InputError("name what to take the run apart by, such as contributions('position')")
        others = [name for name in wanted if name not in known]
        tables = [each for each in self.taken_apart if not wanted or each.by in wanted]
        tables += contributions_by(self.finished, others) if others else ()
        return contribution_frame(tables, self.run.currency)

    def gradients(self, progress: Asked = None) -> "pd.DataFrame":
        """Return what each quote, vol and correlation of the market changes of VaR and ES; a row an input and measure.

        The run's first paths are walked again. `progress` as of `run`, of inputs done. Raises RiskError where the
        device fails.
        """
        from unwind_risk.api.contribution_frame import gradient_frame

        with shown(progress) as report:
            return gradient_frame(self.gradient_tables(report), self.run.currency)

    def gradient_tables(self, progress: Report) -> "tuple[GradientTable, ...]":
        """Return the same as the engine has it: a table a scenario and confidence."""
        from engine.analysis.contributions.run_contributions import taken_apart
        from engine.analysis.gradient.run_gradients import run_gradients

        return run_gradients(taken_apart(self.finished, Notes().say, keep_scenes=True).scenes, progress)

    def plot(self, scope: str = "total") -> Picture:
        """Draw the distribution of a scope's P&L in each scenario, with VaR at the highest confidence.

        A notebook shows it; `.save("losses.png")` writes it. Raises InputError without matplotlib, which the extra
        `plot` brings, and as `pnl`.
        """
        check_matplotlib()
        measure, samples, marks = HEADLINE[0], dict[str, PathPnl](), dict[str, float]()
        for row in self.finished.result.results:
            if row.scope == scope:
                found = self.paths(row.scenario, "float32", [scope])
                samples[row.scenario] = found
                marks[row.scenario] = row.measures[-1].of(measure).value
                confidence = row.measures[-1].confidence
        if not samples:
            self.paths(None, "float32", [scope])  # says which scopes there are
        scale, unit = scale_of(marks.values(), self.run.currency)
        return distribution(
            {name: (found.pnl[0] / scale, found.weights) for name, found in samples.items()},
            {name: loss / scale for name, loss in marks.items()},
            f"{measure.label} {100.0 * confidence:.10g} %",
            f"P&L of {scope} over {self.run.horizon_days} business days, {unit}",
        )

    def to_json(self) -> str:
        """Return the result as one line of strict JSON, as `unwind run --json` prints it."""
        return result_json(self.finished.result, self.taken_apart)

    def __repr__(self) -> str:
        run = self.run
        return (
            f"<Result of {run.n_paths:,} paths over {run.horizon_days} business days from {run.valuation_date}:"
            f" {', '.join(self.finished.prepared.inputs.names)}>"
        )

    def _repr_html_(self) -> str:
        """Return a small table for a notebook: a row a scenario and scope, each measure with its standard error."""
        import pandas as pd

        result, run = self.finished.result, self.run
        results, said = result.results, backtest_words(result)
        scale, unit = scale_of([tail.of(HEADLINE[0]).value for row in results for tail in row.measures], run.currency)
        rows = [
            {
                "scenario": row.scenario,
                "scope": row.scope,
                **{
                    f"{measure.label} {100.0 * tail.confidence:.10g} %": _html_figure(tail, measure, scale)
                    for tail in row.measures
                    for measure in HEADLINE
                },
                "backtest": said.get(row.scenario, ""),
            }
            for row in results
        ]
        title = (
            f"Losses over {run.horizon_days} business days from {run.valuation_date}, {unit}; ±: one standard error of"
            " the simulation, a second one, or the one behind `exact`, that of the law's table of past days"
        )
        return html_of(pd.DataFrame(rows), title)


def _html_figure(tail: TailResult, measure: TailMeasure, scale: float) -> str:
    """Return a figure with the simulation's error, that of the law's table, and whether the errors are rough."""
    each, of_table = tail.of(measure), tail.table_ses.get(measure.key)
    own = " exact" if tail.is_exact and each.se == 0.0 else f" ±{each.se / scale:,.2f}"
    table = "" if of_table is None else f" ±{of_table / scale:,.2f}"
    return f"{each.value / scale:,.2f}{own}{table}{' rough' if tail.rough else ''}"


def rough_tails(result: RunResult) -> tuple[str, ...]:
    """Return a warning for each way in which tails hold too few paths, with where it applies."""
    messages: dict[str, list[str]] = {}
    for row in result.results:
        for warning in filter(None, (tail.warning() for tail in row.measures)):
            messages.setdefault(warning, []).append(f"{row.scenario} {row.scope}")
    return tuple(
        f"{warning} ({places[0]}{f' and {len(places) - 1} more' if len(places) > 1 else ''})"
        for warning, places in messages.items()
    )


def backtest_words(result: RunResult) -> dict[str, str]:
    """Return what a backtest says of each scenario, after the label of a stress, as a table has room for."""
    found = bundled_verdicts()
    return {name: found.short_words_for(name, each) for name, each in result.run.standings.items()}


def result_frame(result: RunResult) -> "pd.DataFrame":
    """Return every figure of a run, a row for each scenario, scope, confidence and measure."""
    import pandas as pd

    rows, said = [], backtest_words(result)
    for row in result.results:
        whole = {name: getattr(row, name) for name in ("base_value", "shock_pnl", "mean", "mean_se", "std")}
        for tail in row.measures:
            for key, each in tail.estimates.items():
                rows.append(
                    {
                        "scenario": row.scenario,
                        "scope": row.scope,
                        "backtest": said.get(row.scenario),
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
    run = result.run
    units = {name: unit.format(currency=run.currency) for name, unit in MEASURED.items()}
    return framed(
        pd.DataFrame(rows, columns=[*MEASURED]),
        units=units,
        currency=run.currency,
        valuation_date=str(run.valuation_date),
        horizon_days=run.horizon_days,
    )
