"""`unwind bench`: timings on this machine, beside what others would use."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table

if TYPE_CHECKING:
    from bench.records import CaseResult, Row
    from cli.output.frames import Frame


def bench(
    case: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CASE",
            help="normals, walk, stages, revaluation, options, end_to_end, start_up, unwind, filtered, growth,"
            " time_to_error, crossover: by default, five minutes; books: three more.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the JSON result to this file.")] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw seconds against paths to this .png, .svg or .pdf; needs matplotlib."),
    ] = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Time this machine against numpy, QuantLib and others.

    Contenders take turns; figures are medians, ratios are taken turn by turn. Equal results are asserted, times never.
    """
    import json

    from bench import records
    from bench.plot import check_plot, draw_plot
    from bench.start import check_names, run_cases
    from engine.inputs.outputs import check_out

    form = formats.chosen(output_format, as_json=as_json)
    names = check_names(case or ())
    target = None if out is None else check_out(out, inputs=())
    if plot is not None:
        check_plot(check_out(plot, inputs=(), flag="--plot"), names)
    machine, cases = run_cases(names, render.say)
    text = json.dumps(records.as_json(machine, cases))
    if target is not None:
        target.write_text(text + "\n", encoding="utf-8")
    if plot is not None:
        draw_plot(cases, _devices(machine), plot)

    def frame() -> "Frame":
        from cli.output.machine_frames import bench_frame

        return bench_frame(machine, cases)

    formats.show(form, table=lambda: show(machine, cases), json=lambda: text, frame=frame)


def show(machine: dict[str, Any], cases: Sequence["CaseResult"]) -> None:
    """Print a table a case, with what was asserted and what could not be timed."""
    typer.echo(f"{machine['cpu']}: {_devices(machine)}; {machine['date']}, commit {machine['commit'] or 'unknown'}\n")
    for case in cases:
        render.show(table(case))
        for name, value in case.figures.items():
            typer.echo(f"  {name}: {_figure(value)}")
        for line in case.asserted:
            typer.echo(f"  asserted: {line}")
        for line in case.absent:
            typer.echo(f"  not timed: {line}")
        typer.echo("")


def _devices(machine: dict[str, Any]) -> str:
    return "; ".join(str(machine[name]) for name in ("device", "gpu") if machine[name])


def table(case: "CaseResult") -> Table:
    """Return one row a contender."""
    columns = (
        Column(heading="contender", is_number=False),
        Column(heading="a call", meaning="median seconds of a call, by the clock named above."),
        Column(heading="rate", meaning="units of work a second, at the median."),
        Column(heading="unit", is_number=False),
        Column(heading="slower", meaning="seconds a unit over those of the row named beside it."),
        Column(heading="than", is_number=False),
    )
    return Table(title=f"{case.title} ({case.clock} clock)", columns=columns, rows=[_entries(row) for row in case.rows])


def _entries(row: "Row") -> list[str]:
    slower = f"{row.times_ours:,.2f} x" if row.times_ours is not None else ""
    return [row.name, f"{row.median_s:.3g} s", _rate(row.rate), row.unit, slower, row.ours or ""]


def _rate(rate: float) -> str:
    scale, letter = next(
        ((size, name) for size, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")) if rate >= size), (1.0, "")
    )
    return f"{rate / scale:,.1f}{letter}"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_figure(part)}" for name, part in value.items())
    if value is None:
        return "-"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
