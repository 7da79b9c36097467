"""The tables of `unwind reverse`."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Scale, Table

if TYPE_CHECKING:
    from engine.analysis.reverse.results import (
        FactorMove,
        Figure,
        GivenFactor,
        GivenStress,
        LossMode,
        RequiredLevel,
        RequiredLevels,
        ReverseStress,
    )

MAIN_TENORS = ("2Y", "10Y", "30Y", "40Y")  # of the rates that are shown; JSON has all
GIVEN_WAYS = {
    "exact": "exact: markets of the conditional law, around the regression",
    "near paths": "paths that end near the levels, moved onto them along the regression",
    "regression": "too few paths end near: all of them, moved along the regression; the spread is that of any market",
}


def tables(result: "ReverseStress") -> Iterator[Table]:
    """Lay out the ways to lose the amount, their markets, what a factor must be, and the market given a level."""
    amounts = [result.target, *(loss for mode in result.modes for loss in (mode.losses or mode.path_losses).values())]
    scale = render.scale(result.currency, amounts)
    yield _ways(result, scale)
    yield _markets(result)
    for required in result.required:
        yield _required(result, required, scale)
    if result.given is not None:
        yield _given_market(result.given)
        yield _given_losses(result.given, scale)


def _ways(result: "ReverseStress", scale: Scale) -> Table:
    from engine.analysis.reverse.horizon_paths import WINDOW
    from engine.backtest.bundled_verdicts import bundled_verdicts

    has_density, has_regimes = result.method == "density", any(mode.regime for mode in result.modes)
    scopes = list(result.modes[0].path_losses or result.modes[0].losses)
    share = "of the probability" if has_density else f"of the paths that lose it within {render.percent(WINDOW)}"
    columns = (
        Column(heading="way", is_number=False),
        *((Column(heading="regime", is_number=False, meaning="in which its paths end."),) if has_regimes else ()),
        Column(heading="share", meaning=f"{share}; ± one standard error, as all."),
        Column(heading="distance", meaning="of its market from the law's mean, in standard deviations (Mahalanobis)."),
        *((Column(heading="density", meaning="over that at the law's mean, exact."),) if has_density else ()),
        Column(heading="total", meaning=f"losses {'at its market' if result.modes[0].losses else 'on its path'}."),
        *(Column(heading=scope.removeprefix("book:")) for scope in scopes[1:]),
        Column(heading="path", meaning="the nearest that loses about as much, - where there is none."),
        Column(heading="total on it"),
    )
    title = (
        f"{result.scenario}: the likeliest ways to lose {_target(result, scale)} over"
        f" {render.days_text(result.horizon_days)} from {result.valuation_date}\n"
        f"{_probability(result)}\n"
        f"{bundled_verdicts().words_for(result.scenario, result.standing)}\n"
    )
    rows = [_way_row(n, mode, scopes, scale, has_density, has_regimes) for n, mode in enumerate(result.modes, 1)]
    command = next((mode.command for mode in result.modes if mode.command), None)
    footnote = f"`{command}` shows that path day by day." if command else ""
    return Table(title=title, columns=columns, rows=rows, footnote=footnote)


def _probability(result: "ReverseStress") -> str:
    drawn = "each of the law's own" if result.seed is None else f"seed {result.seed}, walked daily"
    share = _share(result.counted) if result.counted.value else "none"
    counted = f"{share} of {result.n_paths:,} paths, {drawn}"
    if result.method == "density":
        return f"to lose that or more: {_share(result.probability)}, by draws around the ways; {counted}"
    return f"to lose that or more: {counted}; {result.n_near:,} that lose about as much are looked at"


def _target(result: "ReverseStress", scale: Scale) -> str:
    size = scale.unit.removeprefix(result.currency).strip()
    return f"{result.currency} {scale.amount(result.target)} {size}".rstrip()


def _way_row(
    number: int, mode: "LossMode", scopes: Sequence[str], scale: Scale, has_density: bool, has_regimes: bool
) -> list[str]:
    at_market = mode.losses or mode.path_losses
    losses = [scale.amount(at_market[scope]) if at_market else "-" for scope in scopes]
    on_path = scale.amount(mode.path_losses[scopes[0]]) if mode.path_losses else "-"
    return [
        str(number),
        *([mode.regime or "-"] if has_regimes else []),
        _share(mode.share),
        f"{mode.distance:.2f}",
        *([f"{mode.density_ratio:.2g}"] if has_density and mode.density_ratio is not None else []),
        *losses,
        "-" if mode.path is None else f"{mode.path}",
        on_path,
    ]


def _markets(result: "ReverseStress") -> Table:
    moves = [("move", "of rates and spreads in basis points, of prices and vols in percent of the level.")]
    moves += [("in std", "the move less the law's mean, over its standard deviation.")]
    columns: list[Column] = [
        Column(heading="factor", is_number=False, meaning="zero rates, continuously compounded; prices; vols."),
        Column(heading="start", meaning="of the paths, the scenario's shocks included."),
    ]
    for n in range(1, len(result.modes) + 1):
        columns.append(Column(heading=f"way {n}"))
        columns += [Column(heading=head, meaning=meaning if n == 1 else "") for head, meaning in moves]
    rows = []
    for f, factor in enumerate(result.modes[0].market):
        if _is_main(factor):
            entries = [entry for mode in result.modes for entry in _move_entries(mode.market[f])]
            rows.append([factor.name, _level(factor.kind, factor.start), *entries])
    kind = "the market of highest density" if result.method == "density" else "mean of the denser half of its paths"
    title = f"{result.scenario}: where the market ends in each way, {kind}"
    return Table(title=title, columns=tuple(columns), rows=rows)


def _move_entries(move: "FactorMove") -> list[str]:
    return [_level(move.kind, move.level), _move(move.kind, move.move, move.move_se), f"{move.in_std:+.1f}"]


def _required(result: "ReverseStress", required: "RequiredLevels", scale: Scale) -> Table:
    columns = (
        Column(heading="must be", is_number=False),
        Column(heading="move", meaning="± one standard error of the line through the paths; ? where it is not known."),
        Column(heading="in std", meaning="the move less the law's mean, over its standard deviation."),
        Column(
            heading="beyond",
            meaning="probability to end there or farther; below: no path does, the bound holds with 95 % confidence.",
        ),
    )
    reach = f"{_level(required.kind, required.low)} to {_level(required.kind, required.high)}"
    title = (
        f"{result.scenario}: what {required.factor} must be to lose {_target(result, scale)}, all"
        " else where it is expected with it\n"
        f"from {_level(required.kind, required.start)}; levels from {reach} were tried"
    )
    rows = [_required_row(required.kind, level) for level in required.levels] or [["none", "-", "-", "-"]]
    largest = f"the largest loss is {scale.amount(required.largest)}, at {_level(required.kind, required.largest_at)}"
    footnote = "" if required.levels else f"No such level loses as much: {largest}."
    return Table(title=title, columns=columns, rows=rows, footnote=footnote)


def _required_row(kind: str, level: "RequiredLevel") -> list[str]:
    entries = [_level(kind, level.level), _move(kind, level.move, level.move_se), f"{level.in_std:+.2f}"]
    return [*entries, _share(level.beyond)]


def _given_market(given: "GivenStress") -> Table:
    columns = (
        Column(heading="factor", is_number=False),
        Column(heading="start"),
        Column(heading="mean", meaning="where it is expected with the levels given."),
        Column(heading="from", meaning="one standard deviation below that, given them."),
        Column(heading="to", meaning="one above."),
    )
    levels = ", ".join(f"{each.name} at {_level(each.kind, each.mean_level)}" for each in given.market if each.is_given)
    title = (
        f"Given {levels}, {given.distance:.2f} standard deviations from the law's mean: the rest of the market\n"
        f"{GIVEN_WAYS[given.method]} ({given.n_paths:,} paths)"
    )
    rows = [_given_row(factor) for factor in given.market if factor.is_given or _is_main(factor)]
    return Table(title=title, columns=columns, rows=rows)


def _given_row(factor: "GivenFactor") -> list[str]:
    start, low, high = (_level(factor.kind, level) for level in (factor.start, factor.low, factor.high))
    return [factor.name, start, _level(factor.kind, factor.mean_level, factor.mean_se), low, high]


def _given_losses(given: "GivenStress", scale: Scale) -> Table:
    columns = (
        Column(heading="book", is_number=False),
        Column(heading="at the mean market"),
        Column(heading="mean", meaning="over the markets given those levels; ± one standard error, as all."),
        Column(heading="5 %", meaning="quantile of the loss; below 0 a gain."),
        Column(heading="95 %"),
    )
    rows = []
    for scope, mean in given.mean.items():
        ends = (given.low, given.high) if scope == "total" else ()
        quantiles = [_amount(end, scale) for end in ends] or ["", ""]
        entries = [scale.amount(given.loss_at_mean[scope]), _amount(mean, scale)]
        rows.append([scope.removeprefix("book:"), *entries, *quantiles])
    return Table(title=f"Losses there, {scale.unit}, losses positive", columns=columns, rows=rows)


def _is_main(factor: "FactorMove | GivenFactor") -> bool:
    return factor.kind != "rate" or factor.name.rpartition("_")[2] in MAIN_TENORS


def _level(kind: str, level: float, se: float = 0.0) -> str:
    """Return a level, with the error of its state if it has one."""
    from engine.market.factors import FactorKind, level_text

    value = level_text(FactorKind(kind), level).replace("-0.000", "0.000")
    if not se:
        return value
    if kind == "price":
        return f"{value} ±{level * se:.2f}"
    error = se * level if kind == "vol" else se
    return f"{value.removesuffix(' %')} ±{100.0 * error:.3f} %"


def _move(kind: str, move: float, se: float) -> str:
    """Return a move with its error, if it has one."""
    if kind in ("price", "vol"):
        value, error, unit = f"{100.0 * math.expm1(move):+.1f}", f"{100.0 * se:.1f}", "%"
    else:
        value, error, unit = f"{1e4 * move:+.1f}", f"{1e4 * se:.1f}", "bp"
    if not se:
        return f"{value} {unit}"
    return f"{value} ±{error if math.isfinite(se) else '?'} {unit}"


def _amount(figure: "Figure", scale: Scale) -> str:
    return scale.estimate(figure.value, figure.se)


def _share(figure: "Figure") -> str:
    """Return a probability, to two digits of its error or three of its own."""
    if not math.isfinite(figure.value):
        return "?"
    if figure.at_most is not None:
        return f"below {100.0 * figure.at_most:.2g} %"
    size = figure.se or figure.value
    if figure.value and figure.value < 1e-6:
        return f"{figure.value:.1e}" + (f" ±{figure.se:.0e}" if figure.se else "")
    decimals = 0 if figure.value == 1.0 else min(6, max(0, 1 - math.floor(math.log10(100.0 * size)))) if size else 0
    value = render.percent(figure.value, decimals)
    return f"{value} ±{render.percent(figure.se, decimals)}" if figure.se else value
