"""A run's result on stdout: the table a reader takes in at a glance, or the JSON object."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.output import formats
from cli.render import Column, Scale, Table
from engine.conventions.amounts import NOT_APPLICABLE
from engine.errors import RiskError, counted
from engine.part_files import part_of
from engine.portable_files import move

if TYPE_CHECKING:
    from engine.analysis.contributions.figures import ContributionTable
    from engine.analysis.gradient.gradients import GradientTable
    from engine.risk.measures.measure import TailMeasure
    from engine.risk.results import RunResult, ScopeResult, TailResult

TOTAL = "total"
LOWER = 9  # of columns: what leaves a narrow page first
# The answer in words; another language has words of its own.
LOSES = "One time in {times} {scenario} loses {loss} or more{share}"
OF_VALUE = ", {share} of the value"
MOST = "; most in {scenario}: {loss}"


def show(
    result: "RunResult",
    contributions: "Sequence[ContributionTable]" = (),
    gradients: "Sequence[GradientTable]" = (),
    *,
    form: formats.Format,
    by_law: bool = False,
) -> None:
    """Print the result to stdout, warnings and timing to stderr; `by_law`: scenarios are laws side by side."""
    from unwind_risk.api.frames import arrow_of
    from unwind_risk.api.result import result_frame, rough_tails
    from unwind_risk.api.result_json import result_json

    formats.show(
        form,
        table=lambda: _show_tables(result, contributions, gradients, by_law=by_law),
        json=lambda: result_json(result, contributions, gradients),
        frame=lambda: arrow_of(result_frame(result)),
    )
    if (contributions or gradients) and form in (formats.Format.CSV, formats.Format.PARQUET):
        render.say(f"--format {form} has the measures alone; what contributes to them is in --format json")
    render.warn_of((*result.warnings, *rough_tails(result)))
    render.say(last_line(result))


def _show_tables(
    result: "RunResult",
    contributions: "Sequence[ContributionTable]",
    gradients: "Sequence[GradientTable]",
    *,
    by_law: bool,
) -> None:
    if by_law and result.run.laws:
        from cli.scenario.law_tables import show_laws

        show_laws(result)
    else:
        render.show(table(result))
    if result.parameters:
        from cli.scenario.parameter_tables import show_studies

        show_studies(result)
    if contributions:
        from cli.analysis.contribution_tables import contribution_table

        _show_highest(contributions, contribution_table, result.run.currency)
    if gradients:
        from cli.analysis.gradient_tables import gradient_table

        _show_highest(gradients, gradient_table, result.run.currency)


def _show_highest(found: Sequence[Any], lay_out: Callable[[Any, str], Table], currency: str) -> None:
    """Print what is at the highest confidence, a table a scenario, below a run's own."""
    highest = max(each.confidence for each in found)
    for each in found:
        if each.confidence == highest:
            print()
            render.show(lay_out(each, currency))


def write(
    result: "RunResult",
    out: Path,
    contributions: "Sequence[ContributionTable]" = (),
    gradients: "Sequence[GradientTable]" = (),
) -> None:
    """Write the JSON object to a file; what was there stays until the new one is complete."""
    from unwind_risk.api.result_json import result_json

    part = part_of(out)
    try:
        part.write_text(result_json(result, contributions, gradients) + "\n", encoding="utf-8")
        move(part, out)
    except OSError as error:
        raise RiskError(f"{str(out)!r} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    render.say(f"written to {out}")


def last_line(result: "RunResult") -> str:
    """Return what a run took, in a line: paths, scenarios, time, machine."""
    n_scenarios = len({row.scenario for row in result.results})
    parts = (
        counted(result.run.n_paths, "path"),
        counted(n_scenarios, "scenario"),
        f"{result.timing.total_s:.1f} s",
        f"{result.run.backend}, {result.run.device.rpartition(', ')[2]}",
    )
    return " · ".join(parts)


def table(result: "RunResult") -> Table:
    """Lay out losses per scenario and scope, in one unit, every scenario below the other."""
    from engine.backtest.bundled_verdicts import bundled_verdicts
    from engine.risk.measures.registry import measures_among

    unit, tails, found, names = scale(result), result.results[0].measures, bundled_verdicts(), shown_scopes(result)
    measures = measures_among(tails[0].estimates)
    rows: list[list[str]] = []
    for scenario in dict.fromkeys(row.scenario for row in result.results):
        rows.append([f"{scenario}: {found.short_words_for(scenario, result.run.standings[scenario])}"])
        mine = [row for row in result.results if row.scenario == scenario and row.scope in names]
        rows += [[f"  {names[row.scope]}", *_figures(row, measures, unit)] for row in mine]
        rows += [["  diversification", *_diversification(mine, measures, unit)]] if len(mine) > 2 else []
    return Table(
        title=title(result),
        unit=unit.unit,
        sentence=sentence(result, unit),
        columns=tuple(columns([tail.confidence for tail in tails], measures)),
        rows=rows,
        footnote=f"{errors_note(result)} {facts(result)}",
    )


def sentence(result: "RunResult", unit: Scale) -> str:
    """Return the answer in words: what is lost once in so many times, and where most."""
    from engine.risk.measures.value_at_risk import VALUE_AT_RISK

    totals = [row for row in result.results if row.scope == TOTAL]
    confidence = totals[0].measures[-1].confidence
    losses = {row.scenario: row.measures[-1].of(VALUE_AT_RISK).value for row in totals}
    first = next(iter(losses))
    share = losses[first] / totals[0].base_value if totals[0].base_value > 0.0 else None
    words = LOSES.format(
        times=f"{1.0 / (1.0 - confidence):,.4g}",
        loss=unit.amount(losses[first]),
        share="" if share is None else OF_VALUE.format(share=render.percent(share, 1)),
        scenario=first,
    )
    worst = max(losses, key=lambda name: losses[name])
    others = "" if worst == first else MOST.format(scenario=worst, loss=unit.amount(losses[worst]))
    return f"{words}{others}."


def shown_scopes(result: "RunResult") -> dict[str, str]:
    """Return the scopes that a table shows, with their names: of a single book its own, for the total is the same."""
    scopes = list(dict.fromkeys(row.scope for row in result.results))
    books = [scope.removeprefix("book:") for scope in scopes if scope != TOTAL]
    return {TOTAL: books[0]} if len(books) == 1 else {scope: scope.removeprefix("book:") for scope in scopes}


def title(result: "RunResult") -> str:
    """Return over which days the losses are."""
    return f"Losses over {render.days_text(result.run.horizon_days)} from {result.run.valuation_date}"


def facts(result: "RunResult") -> str:
    """Return how the losses were found: paths, steps, seed, revaluation."""
    run = result.run
    steps = "one exact step" if run.steps == "one" else "daily steps"
    held = "today's book" if run.revaluation.instantaneous else "the book aged to the horizon"
    return f"{_paths(result, steps)}; {held} revalued {_how(result)}."


def errors_note(result: "RunResult") -> str:
    """Say what the errors beside the figures are of: the simulation, a law's table of past days, or both."""
    tails = [tail for row in result.results for tail in row.measures]
    if result.run.sampler != "plain":
        return "±: one standard error between replicates of the sampled paths."
    if not any(tail.table_ses for tail in tails):
        return "± one standard error of the simulation, where it reaches the last digit."
    of_table = "the law's table of past days"
    if all(tail.is_exact for tail in tails):
        return f"± one standard error of {of_table}, where it reaches the last digit."
    behind_exact = " or behind `exact`" if any(tail.is_exact for tail in tails) else ""
    return f"± one standard error of the simulation; a second ±{behind_exact} of {of_table}."


def _paths(result: "RunResult", steps: str) -> str:
    from engine.risk.sampling.sampled_words import sampled_words

    run = result.run
    if run.sampler != "plain":
        return f"{sampled_words(result)}, {steps}, seed {run.seed}"
    if all(tail.is_exact for row in result.results for tail in row.measures):
        return f"{run.n_paths:,} moves, each valued: nothing is drawn"
    return f"{run.n_paths:,} paths, {steps}, seed {run.seed}"


def _how(result: "RunResult") -> str:
    revaluation = result.run.revaluation
    if revaluation.method == "direct":
        return "in full, position by position"
    bounds = (
        (revaluation.flow_bound, "gross flows"),
        (revaluation.option_bound, "options' premiums"),
        (revaluation.future_bound, "futures' value"),
        (revaluation.swaption_bound, "swaptions' notional"),
    )
    parts = ", ".join(f"{render.at_most(bound)} of {what}" for bound, what in bounds if bound)
    largest = max(row.pnl_bound for row in result.results)
    told = f"{parts}: " if parts else ""  # none where nothing that is compressed moves
    return f"compressed, error at most {told}{render.at_most(largest)} {result.run.currency} of P&L"


def columns(confidences: Sequence[float], measures: Sequence["TailMeasure"]) -> Iterator[Column]:
    """Yield the row's name, value and shock, each measure at each confidence, and the last one beyond the shock.

    On a narrow page the lower confidences leave first, then the value, then ES.
    """
    from engine.risk.measures.registry import HEADLINE

    yield Column(heading="", is_number=False)
    yield Column(heading="value", leaves=2)
    yield Column(heading="shock P&L", leaves=LOWER)
    for i, measure in enumerate(measures):
        for confidence in confidences:
            leaves = LOWER if confidence != confidences[-1] else min(i, 1)
            yield Column(heading=f"{measure.label} {render.percent(confidence)}", leaves=leaves)
    last = f"{HEADLINE[-1].label} {render.percent(confidences[-1])}"
    yield Column(heading=f"{last} beyond shock", leaves=LOWER)


def of_columns(row: "ScopeResult", measures: Sequence["TailMeasure"]) -> "Iterator[tuple[TailResult, TailMeasure]]":
    """Yield the measures of a row in the order of their columns."""
    yield from ((tail, measure) for measure in measures for tail in row.measures)


def _figures(row: "ScopeResult", measures: Sequence["TailMeasure"], unit: Scale) -> list[str]:
    from engine.risk.measures.registry import HEADLINE

    last = row.measures[-1]
    beyond = unit.amount(last.around_shock[HEADLINE[-1].key]) if row.shock_pnl else NOT_APPLICABLE
    return [
        unit.amount(row.base_value),
        unit.amount(row.shock_pnl),
        *(estimate(tail, measure, unit) for tail, measure in of_columns(row, measures)),
        beyond,
    ]


def _diversification(rows: "Sequence[ScopeResult]", measures: Sequence["TailMeasure"], unit: Scale) -> list[str]:
    """Return what books lose less together than each alone, below their figures."""
    total, *books = rows
    alone = [[tail.of(measure).value for tail, measure in of_columns(each, measures)] for each in books]
    together = [tail.of(measure).value for tail, measure in of_columns(total, measures)]
    off = [whole - sum(parts) for whole, parts in zip(together, zip(*alone, strict=True), strict=True)]
    return ["", "", *map(unit.amount, off), ""]


def estimate(tail: "TailResult", measure: "TailMeasure", unit: Scale) -> str:
    """Return a figure with the simulation's error, and that of the table that its law draws from, if it has one."""
    each, of_table = tail.of(measure), tail.table_ses.get(measure.key)
    return unit.with_table(each.value, each.se, of_table, is_exact=tail.is_exact and each.se == 0.0)


def scale(result: "RunResult") -> Scale:
    """Return the unit of all amounts of a result."""
    from engine.risk.measures.registry import HEADLINE

    tails = [tail for row in result.results for tail in row.measures]
    return render.scale(result.run.currency, [tail.of(HEADLINE[0]).value for tail in tails])
