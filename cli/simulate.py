"""`unwind simulate`: simulated levels of a scenario, as a table and as Parquet."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options, render
from cli.render import Column, Table
from engine.scenario.default_scenario import DEFAULT_SCENARIO

if TYPE_CHECKING:
    from engine.inputs.run import RunConfig
    from engine.levels.quantiles import Summary
    from engine.market.factors import FactorKind
    from engine.run.walk import Walk

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
    as_json: options.AsJson = False,
) -> None:
    """Simulate a scenario's levels day by day.

    Prints quantiles of zero rates, prices and vols on the last day, of what is sold, its impact and what is bought, and
    the share of the paths in each regime; writes them for every day, or the paths themselves, to Parquet. Paths are
    those of a run with --steps daily and the same seed, and any of them can be printed alone.
    """
    from engine.errors import InputError
    from engine.inputs.outputs import check_out

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
        _print_path(config, only, as_json=as_json)
    elif touch:
        from cli.scenario.touch_tables import print_touch

        print_touch(*_walk(config), first, config.n_paths, touch, as_json=as_json)
    else:
        _print_summary(config, first, quantiles.split(","), files, form, as_json=as_json)


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


def _walk(config: "RunConfig") -> "tuple[Walk, dict[str, str]]":
    """Return the walk, and the sha256 of what it came from."""
    from engine.run.walk import walk_of_config

    walk, sha256, warnings = walk_of_config(config, render.say)
    for warning in warnings:
        render.warn(warning)
    return walk, sha256


def _print_summary(
    config: "RunConfig", first: int, words: list[str], files: dict[str, Path | None], form: str, *, as_json: bool
) -> None:
    import json

    from cli import progress
    from engine.levels.levels_file import check_form, facts, summary_json, write_paths, write_summary
    from engine.levels.quantiles import exact_probabilities, replays, summarise

    probabilities, kind = exact_probabilities(words), check_form(form)
    walk, sha256 = _walk(config)
    paths = walk.paths(first, config.n_paths)
    if walk.n_moves is not None:
        render.say(f"{walk.scenario} is exact: all of its {walk.n_moves:,} equally likely paths, none drawn")
    if (passes := replays(walk, paths.n)) > 1:
        render.say(f"the paths are walked {passes} times, a part of the days and series each: they do not fit at once")
    with progress.on_stderr() as report:
        summary = summarise(walk, paths, probabilities, report)
        if (out := files["--out"]) is not None:
            write_summary(walk, summary, sha256, out)
            render.say(f"quantiles written to {out}")
        if (out := files["--paths-out"]) is not None:
            write_paths(walk, paths, kind, sha256, out, report)
            render.say(f"paths written to {out}")
    if as_json:
        print(json.dumps({**facts(walk, paths, sha256), **summary_json(walk, summary)}, allow_nan=False))
    else:
        render.show(*tables(walk, summary))


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


def _print_path(config: "RunConfig", path: int, *, as_json: bool) -> None:
    import json

    from engine.levels.levels_file import facts, path_json
    from engine.run.walk import one_path
    from kernels.base import PathRange

    walk, sha256 = _walk(config)
    levels = one_path(walk, path)
    if as_json:
        head = facts(walk, PathRange(first=path, n=1), sha256)
        print(json.dumps({**head, **path_json(walk, levels)}, allow_nan=False))
    else:
        render.show(path_table(walk, path, levels))


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
