"""A run's result on stdout, as tables or as the JSON object, and in a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.limit_words import limits_table
from cli.output import formats
from cli.render import Table
from cli.run_table import Beside, not_on_lines, table
from engine.errors import RiskError, counted
from engine.part_files import part_of
from engine.portable_files import move
from engine.words.language import ENGLISH

if TYPE_CHECKING:
    from engine.analysis.contributions.book_adds import Adds
    from engine.analysis.contributions.figures import ContributionTable
    from engine.analysis.gradient.gradients import GradientTable
    from engine.record.read import LimitUse
    from engine.risk.results import RunResult


def _no_adds() -> "Adds":
    return {}


def show(
    result: "RunResult",
    contributions: "Sequence[ContributionTable]" = (),
    gradients: "Sequence[GradientTable]" = (),
    *,
    form: formats.Format,
    by_law: bool = False,
    uses: "Sequence[LimitUse]" = (),
    adds: "Callable[[], Adds]" = _no_adds,
    language: str = ENGLISH,
) -> None:
    """Print the result to stdout, warnings and timing to stderr.

    by_law   scenarios are laws side by side
    uses     of the limits that the run is held to
    adds     what each book adds to VaR, asked for where a table shows it
    """
    from unwind_risk.api.frames import arrow_of
    from unwind_risk.api.result import result_frame, rough_tails
    from unwind_risk.api.result_json import result_json

    formats.show(
        form,
        table=lambda: _show_tables(result, contributions, gradients, uses, adds, by_law=by_law),
        json=lambda: result_json(result, contributions, gradients, uses),
        frame=lambda: arrow_of(result_frame(result)),
        language=language,
    )
    if (contributions or gradients) and form in (formats.Format.CSV, formats.Format.PARQUET):
        render.say(f"--format {form} has the measures alone; what contributes to them is in --format json")
    if uses and form is not formats.Format.TABLE:
        from cli.batch.night_summary import breaches

        render.say_lines(breaches(uses))
    render.warn_of((*result.warnings, *rough_tails(result)))
    render.say(last_line(result))


def _show_tables(
    result: "RunResult",
    contributions: "Sequence[ContributionTable]",
    gradients: "Sequence[GradientTable]",
    uses: "Sequence[LimitUse]",
    adds: "Callable[[], Adds]",
    *,
    by_law: bool,
) -> None:
    others = uses
    if by_law and result.run.laws:
        from cli.scenario.law_tables import show_laws

        show_laws(result)
    else:
        beside = Beside(adds=adds(), uses=tuple(uses))
        render.show(table(result, beside))
        others = not_on_lines(result, uses)
    if others:
        print()
        render.show(limits_table(others))
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
    uses: "Sequence[LimitUse]" = (),
) -> None:
    """Write the JSON object to a file; what was there stays until the new one is complete."""
    from unwind_risk.api.result_json import result_json

    part = part_of(out)
    try:
        part.write_text(result_json(result, contributions, gradients, uses) + "\n", encoding="utf-8")
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
