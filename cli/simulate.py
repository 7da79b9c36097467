"""`unwind simulate`: simulated levels of a scenario, as a table and as Parquet."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.output import formats
from cli.render import Column, Table
from engine.scenario.default_scenario import DEFAULT_SCENARIO

if TYPE_CHECKING:
    from engine.inputs.run import RunConfig
    from engine.levels.quantiles import Summary
    from engine.market.factors import FactorKind
    from engine.run.walk import Walk
    from unwind_risk.api.levels import Walked

MAX_PATH = 10**12  # number of a path
RATES = "Rates are zero rates, continuously compounded, not par yields."


def simulate(
    market: options.Market = None,
    scenario: Annotated[
        str, typer.Option(metavar="NAME", help="A bundled scenario's name or a TOML file.")
    ] = DEFAULT_SCENARIO,
    paths: Annotated[
        str | None, typer.Option(metavar="N", help="Simulated futures, 100 or more. Default: 100000.")
    ] = None,
    first_path: Annotated[str, typer.Option(metavar="N", help="Number of the first of them.")] = "0",
    days: Annotated[
        str | None, typer.Option("--horizon-days", "--days", metavar="N", help="Business days. Default: 10.")
    ] = None,
    quantiles: Annotated[
        str, typer.Option(metavar="LIST", help="Probabilities of the quantiles, separated by commas.")
    ] = "0.01,0.05,0.25,0.5,0.75,0.95,0.99",
    seed: options.Seed = None,
    backend: options.Backend = None,
    precision: options.Precision = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the quantiles by day and series (Parquet).")
    ] = None,
    paths_out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every level of every path (Parquet).")
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Of --paths-out. wide: a row for each path and day; long: a row for each series too.",
        ),
    ] = "wide",
    path: Annotated[
        str | None,
        typer.Option(metavar="N", help="Print one path alone, day by day, instead of quantiles."),
    ] = None,
    touch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVEL",
            help="Print instead how likely a factor is to end at or beyond a level and to touch it on a close before,"
            " by date and regime: USDJPY<=125, JGB_10Y>=2 (zero rates and vols, in percent: 2 is 2 %); repeatable.",
        ),
    ] = None,
    output_format: options.Format = None,
    as_json: options.AsJson = False,
) -> None:
    """Simulate a scenario's levels day by day.

    Prints quantiles of zero rates, prices and vols on the last day, of what is sold, its impact and what is bought, and
    the share of the paths in each regime; writes them for every day, or the paths themselves, to Parquet. Paths are
    those of a run with --steps daily and the same seed, and any of them can be printed alone.
    """
    from engine.errors import InputError
    from engine.inputs.outputs import check_out

    form_of_output = formats.chosen(output_format, as_json=as_json)
    first = options.whole("--first-path", first_path, 0, MAX_PATH)
    only = None if path is None else options.whole("--path", path, 0, MAX_PATH)
    config = _config(market, scenario, paths, days, seed, backend, precision)
    read = tuple(_read(config))
    files = {
        "--out": None if out is None else check_out(out, inputs=read),
        "--paths-out": None if paths_out is None else check_out(paths_out, inputs=read, flag="--paths-out"),
    }
    if only is not None and touch:
        raise InputError("--touch counts paths and --path prints one; leave one of them out")
    if (only is not None or touch) and (out is not None or paths_out is not None):
        what = "--touch prints probabilities" if touch else "--path prints one path"
        raise InputError(f"{what} and writes no file; leave out --out and --paths-out, or {what.split()[0]}")
    if only is not None:
        _print_path(config, only, form_of_output)
    elif touch:
        from cli.scenario.touch_tables import print_touch

        print_touch(_walked(config), first, config.n_paths, touch, form_of_output)
    else:
        _print_summary(config, first, quantiles.split(","), files, form, form_of_output)


def _config(market: Path | None, scenario: str, *texts: str | None) -> "RunConfig":
    """Make the same checks as of a run."""
    from os import environ

    from engine.inputs.run import resolve

    names = ("paths", "horizon_days", "seed", "backend", "precision")
    flags = dict(zip(names, texts, strict=True))
    return resolve({"market": market, "scenarios": [scenario], **flags}, {"UNWIND_PATHS": "100000", **environ})


def _read(config: "RunConfig") -> Iterator[Path]:
    from engine.inputs.market.load import bundled_market_path

    yield config.market or bundled_market_path()
    yield from (Path(name) for name in config.scenarios if name.endswith(".toml"))


def _walked(config: "RunConfig") -> "Walked":
    """Return the scenario, ready to be walked; its warnings are printed."""
    from unwind_risk.api.levels import walk_with
    from unwind_risk.api.market import market_of
    from unwind_risk.api.notes import Notes
    from unwind_risk.api.scenario import scenario_of

    levels, scenario = market_of(config.market), scenario_of(config.scenarios[0])
    walked = walk_with(config, levels, scenario, Notes(pass_on=render.say))
    for warning in walked.warnings:
        render.warn(warning)
    return walked


def _print_summary(
    config: "RunConfig",
    first: int,
    words: list[str],
    files: dict[str, Path | None],
    form: str,
    form_of_output: formats.Format,
) -> None:
    from cli import progress
    from engine.levels.levels_file import check_form, write_paths, write_summary
    from engine.levels.quantiles import exact_probabilities
    from unwind_risk.api.levels import levels_with
    from unwind_risk.api.notes import Notes

    kind = check_form(form)
    exact_probabilities(words)  # before anything is loaded
    walked = _walked(config)
    with progress.on_stderr() as report:
        levels = levels_with(walked, config, first, words, report, Notes(pass_on=render.say))
        walk, summary = levels.walk, levels.summary
        if (out := files["--out"]) is not None:
            write_summary(walk, summary, levels.sha256, out)
            render.say(f"quantiles written to {out}")
        if (out := files["--paths-out"]) is not None:
            write_paths(walk, summary.paths, kind, levels.sha256, out, report)
            render.say(f"paths written to {out}")
    formats.show(
        form_of_output,
        table=lambda: render.show(*tables(walk, summary)),
        json=levels.to_json,
        frame=levels.table,
    )


def tables(walk: "Walk", summary: "Summary") -> Iterator[Table]:
    """Return the quantiles on the last day, and the share of each regime."""
    n_days, last = walk.dates.size, walk.dates[-1]
    starts = [walk.start.level(factor) for factor in walk.factors]
    names = [render.percent(p) for p in summary.probabilities]
    columns = (
        Column(heading="series", is_number=False),
        Column(heading="start", meaning="on the valuation date, the scenario's shocks included."),
        *(Column(heading=name) for name in names),
    )
    rows = []
    for i, name in enumerate(summary.series):
        head = _entry(walk, name, starts[i]) if i < len(starts) else ""
        rows.append([_label(walk, name), head, *(_entry(walk, name, float(q)) for q in summary.quantiles[-1, i])])
    title = (
        f"{walk.scenario}: quantiles after {render.days_text(n_days)}, on {last}\n"
        f"{_paths(walk, summary)}, {walk.backend.name} {walk.precision}\n"
        f"{_standing(walk)}\n"
    )
    yield Table(title=title, columns=columns, rows=rows, footnote=RATES)
    if walk.regimes:
        shares = zip(summary.regime_shares[-1], summary.regime_share_ses[-1], strict=True)
        entries = [f"{render.percent(share, 2)} ±{render.percent(se, 2)}" for share, se in shares]
        heads = (Column(heading="regime", is_number=False), Column(heading="share", meaning="± one standard error."))
        yield Table(
            title=f"Paths by regime on {last}", columns=heads, rows=list(zip(walk.regimes, entries, strict=True))
        )


def _standing(walk: "Walk") -> str:
    from engine.backtest.bundled_verdicts import bundled_verdicts

    return bundled_verdicts().words_for(walk.scenario, walk.standing)


def _paths(walk: "Walk", summary: "Summary") -> str:
    if walk.n_moves is not None:
        return f"all {walk.n_moves:,} equally likely paths of past days, none drawn"
    return f"{summary.paths.n:,} paths from {summary.paths.first:,}, walked daily, seed {walk.seed}"


def path_table(walk: "Walk", path: int, levels: Any) -> Table:
    """Return one path, a row a day; levels (n_days, n_series)."""
    heads = [_label(walk, name) for name in walk.series]
    columns = (Column(heading="date", is_number=False), *(Column(heading=head) for head in heads))
    start = [_entry(walk, factor.name, walk.start.level(factor)) for factor in walk.factors]
    rows = [[str(walk.base.valuation_date), *start, *("" for _ in walk.series[len(start) :])]]
    for date, row in zip(walk.dates, levels.tolist(), strict=True):
        rows.append([str(date), *(_entry(walk, name, value) for name, value in zip(walk.series, row, strict=True))])
    of = f"seed {walk.seed}" if walk.n_moves is None else f"its {walk.n_moves:,}, none drawn"
    what = f"path {path:,} of {of}, after each business day; the first row is its start"
    title = f"{walk.scenario}: {what}\n{_standing(walk)}"
    return Table(title=title, columns=columns, rows=rows, footnote=RATES)


def _print_path(config: "RunConfig", path: int, form: formats.Format) -> None:
    from engine.levels.levels_file import facts, path_json
    from engine.run.walk import one_path
    from kernels.base import PathRange
    from unwind_risk.api.levels import path_frame

    walked = _walked(config)
    walk, levels = walked.walk, one_path(walked.walk, path)
    formats.show(
        form,
        table=lambda: render.show(path_table(walk, path, levels)),
        json=lambda: {**facts(walk, PathRange(first=path, n=1), walked.sha256), **path_json(walk, levels)},
        frame=lambda: path_frame(walk, path, levels).reset_index(),
    )


def _label(walk: "Walk", name: str) -> str:
    """Return the series with the unit of its entries."""
    from engine.market.factors import FactorKind

    words = {"carry_sold": "USD bn", "private_sold": "USD bn", "official_sold": "USD bn"}
    words |= {"jgbs_bought": "JPY tn", "impact": "bp"}
    unit = words.get(name) or ("%" if _kind(walk, name) not in (None, FactorKind.PRICE) else "")
    return f"{name} {unit}".strip()


def _entry(walk: "Walk", name: str, value: float) -> str:
    from engine.market.factors import level_text

    if name == "regime":
        return walk.regimes[int(value)] if walk.regimes else ""
    if name == "impact":
        return render.basis_points(value, 1).removesuffix(" bp")
    kind = _kind(walk, name)
    return f"{value:,.2f}" if kind is None else level_text(kind, value).removesuffix(" %")


def _kind(walk: "Walk", name: str) -> "FactorKind | None":
    """Return the kind of the factor that a series is; None: it is one of the law's own."""
    return next((factor.kind for factor in walk.factors if factor.name == name), None)
