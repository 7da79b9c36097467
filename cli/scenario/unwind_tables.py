"""Tables of what a scenario does within the paths."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cli import render
from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.market.filtered import GivenFactor
    from engine.mechanisms.jumps import Jump
    from engine.mechanisms.parameters.sizes import Sizes
    from engine.mechanisms.regimes import Regime
    from engine.mechanisms.unwind import Unwind


def tables(unwind: "Unwind") -> Iterator[Table]:
    """Return a table of each part that is not off."""
    from engine.mechanisms.law import LAW_KINDS

    if unwind.regimes:
        yield _regimes(unwind)
    for regime in unwind.regimes:
        if rows := list(_regime_changes(regime)):
            yield _table(f"Regime {regime.name}", ("factor", "change"), rows)
    if unwind.hazards:
        yield _hazards(unwind)
    if unwind.jumps:
        yield _jumps(unwind)
    if rows := list(_paths(unwind)):
        yield _table("On every path", ("what", "how"), rows)
    if unwind.law is not None:
        kind = LAW_KINDS[unwind.law]
        yield _table("Law of the moves, docs/concepts/laws.md", ("law", "moves"), [(kind.name, kind.meaning)])
    if unwind.rows:
        yield _rows(unwind)
    if unwind.row_followers:
        yield _row_followers(unwind)
    if parameters := list(_loop(unwind)):
        yield _table("Intervention, sales and what they do to prices", ("part", "parameter", "value"), parameters)
    if unwind.scheduled_sales:
        sales = [(str(sale.day), f"{sale.usd_bn:g}") for sale in unwind.scheduled_sales]
        yield _table("Treasuries sold by schedule", ("day", "USD bn"), sales)


def sources(unwind: "Unwind") -> Iterator[str]:
    """Return where each part's figures come from, but for what follows rows, whose table says it."""
    from engine.mechanisms.parameters.parameter import parameters
    from engine.mechanisms.rows import RowFollower
    from engine.mechanisms.unwind import placed_parts

    for _, part in placed_parts(unwind):
        declared = parameters(type(part))
        if "source" in declared and not isinstance(part, RowFollower):
            named = " to ".join(getattr(part, name) for name, each in declared.items() if each.is_name)
            yield f"{type(part).__name__}{f' {named}' if named else ''}: {part.source}"


def _table(title: str, headings: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Table:
    return Table(title=title, columns=tuple(Column(heading=name, is_number=False) for name in headings), rows=rows)


def _regimes(unwind: "Unwind") -> Table:
    rows = [(regime.name, render.percent(regime.initial)) for regime in unwind.regimes]
    return _table("Regimes", ("regime", "at the start"), rows)


def _regime_changes(regime: "Regime") -> Iterator[tuple[str, str]]:
    for glob, drift in regime.drifts:
        yield glob, f"drift {_size(glob, drift)} a year"
    for glob, multiplier in regime.vol_multipliers:
        yield glob, f"vol x {multiplier:g}"
    for one, other, value in regime.correlations:
        yield f"{one}, {other}", f"correlation {value:g}"


def _hazards(unwind: "Unwind") -> Table:
    rows = [(h.start, h.end, f"{h.per_year:g}", f"{h.per_year_per_fall:g}") for h in unwind.hazards]
    columns = (
        Column(heading="from", is_number=False),
        Column(heading="to", is_number=False),
        Column(heading="a year"),
        Column(
            heading="per fall", meaning="added for each 1.0 that ln USD/JPY fell in five days: 40 adds 2 after 5 %."
        ),
    )
    return Table(title="From regime to regime", columns=columns, rows=rows)


def _rows(unwind: "Unwind") -> Table:
    """Return the moments of the rows that the scenario brings along."""
    import numpy as np

    names, residuals = [name for name, _ in unwind.rows[0].residuals], [dict(row.residuals) for row in unwind.rows]
    rows = []
    for name in names:
        z = np.array([each[name] for each in residuals])
        rows.append((name, f"{z.mean():+.2f}", f"{z.std():.2f}", f"{z.min():+.2f}", f"{z.max():+.2f}"))
    columns = (
        Column(heading="factor", is_number=False),
        Column(heading="mean", meaning="of the residuals, in standard deviations of the day, less what leaders add."),
        *(Column(heading=heading) for heading in ("sd", "least", "most")),
    )
    days = f"{unwind.rows[0].date} to {unwind.rows[-1].date}"
    return Table(title=f"{len(rows)} factors' residuals on {len(residuals)} dates, {days}", columns=columns, rows=rows)


def _row_followers(unwind: "Unwind") -> Table:
    """Return what moves with the rows, by which betas."""
    rows = [
        (
            each.factor,
            f"{each.usdjpy:g}",
            f"{each.jgb_10y:g}",
            "as the market's law" if each.noise is None else render.percent(each.noise),
            each.source,
        )
        for each in unwind.row_followers
    ]
    columns = (
        Column(heading="factor", is_number=False),
        Column(heading="USDJPY", meaning="log move per 1.0 of ln USD/JPY."),
        Column(heading="JGB_10Y", meaning="log move per 1.0 of the yield: 58 is -5.8 % on a fall of 10 bp."),
        Column(heading="noise", meaning="standard deviation of a weekday's move beside these."),
        Column(heading="source", is_number=False),
    )
    return Table(title="What moves with the rows, where the market has it", columns=columns, rows=rows)


def _weighted(loadings: "Mapping[str, float]") -> str:
    """Return a weighted sum in words: "0.27 x JGB_10Y - 0.12 x JGB_30Y"."""
    terms = [
        f"{'-' if weight < 0.0 else '+'} {abs(weight):.2g} x {name}" for name, weight in loadings.items() if weight
    ]
    whole = " ".join(terms).removeprefix("+ ")
    return f"-{whole[2:]}" if whole.startswith("- ") else whole


def given_table(given: "Mapping[str, GivenFactor]", day: date) -> Table:
    """Return the factors of a market without a history, and what each follows by assumption."""
    rows = [
        (
            name,
            _weighted(each.loadings) or "nothing",
            each.source,
        )
        for name, each in given.items()
    ]
    columns = (
        Column(heading="factor", is_number=False),
        Column(
            heading="follows",
            is_number=False,
            meaning="residuals of other factors, by these weights; the rest of its vol is noise of its own.",
        ),
        Column(heading="source", is_number=False),
    )
    return Table(title=f"Without a history, in the market of {day}", columns=columns, rows=rows)


def _jumps(unwind: "Unwind") -> Table:
    from engine.mechanisms.jumps import jump_sizes

    rows: list[tuple[str, ...]] = []
    for jump in unwind.jumps:
        heads = [(jump.name, _when(jump))]
        for i, (glob, mean, sd) in enumerate(jump_sizes(jump)):
            rows.append((*(heads[0] if i == 0 else ("", "")), glob, _size(glob, mean), _size(glob, sd).lstrip("+")))
    return _table("Jumps", ("jump", "when", "factor", "mean", "standard deviation"), rows)


def _when(jump: "Jump") -> str:
    odds = f", {render.percent(jump.probability)}" if jump.probability < 1.0 else ""
    if jump.day is not None:
        return f"on day {jump.day}{odds}"
    if jump.event is not None:
        return f"each date of {jump.event}{odds}"
    return ", ".join(f"{regime} {rate:g} a year" for regime, rate in jump.rates)


def _paths(unwind: "Unwind") -> Iterator[tuple[str, str]]:
    if unwind.nu is not None:
        yield "tails", f"multivariate t with {unwind.nu:g} degrees of freedom at the horizon"
    if unwind.bridge is not None:
        led = f"median led to {unwind.bridge.level:g} at the horizon, the rest by regression on it"
        yield unwind.bridge.factor, led
    for glob, drift in unwind.drifts:
        yield glob, f"drift {_size(glob, drift)} a year"


def _loop(unwind: "Unwind") -> Iterator[tuple[str, str, str]]:
    from engine.mechanisms.loop import loop_gain
    from engine.mechanisms.registry import mechanisms_on

    for mechanism, part in mechanisms_on(unwind):
        if not hasattr(part, "source"):
            continue  # lists of parts, and parameters without a table of their own, are shown in tables of theirs
        head = mechanism.key
        for key in (field.name for field in fields(part) if field.name != "source"):
            for shown in _values(getattr(part, key)):
                yield head, key, shown
                head = key = ""
    if unwind.carry is not None and unwind.impact is not None:
        yield (
            "loop",
            "feedback strength in USD/JPY",
            f"{loop_gain(unwind.carry, unwind.impact):.3g}, while stops go on; 1 feeds itself;"
            " of dollars alone, `unwind feedback` adds Treasuries and what else is held",
        )


def _values(value: Any) -> Iterator[str]:
    """Yield what a parameter is, one of a list after the other; nothing of one that is off."""
    match value:
        case None | ():
            return
        case str():
            yield value
        case tuple() if is_dataclass(value[0]):
            yield from (f"{each.words()}, weight {each.weight:g}" for each in value)
        case tuple():
            yield _sizes(value)
        case _:
            yield f"{value:g}"


def _sizes(sizes: "Sizes") -> str:
    return ", ".join(f"{glob} {size:g}" for glob, size in sizes)


def _size(glob: str, size: float) -> str:
    """Return basis points of what reads as a zero rate, else percent of the logarithm."""
    return render.basis_points(size, 1, signed=True) if reads_as_rate(glob) else render.percent(size, 2, signed=True)


def reads_as_rate(glob: str) -> bool:
    """Return whether a factor's name or glob reads as zero rates, JGB_10Y or UST_*: prices have no underscore."""
    return "_" in glob and not glob.endswith("_VOL")
