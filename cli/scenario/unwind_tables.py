"""Tables of what a scenario does within the paths."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from cli import render
from cli.render import Column, Table

if TYPE_CHECKING:
    from engine.mechanisms.unwind import Jump, Regime, Sizes, Unwind

PARTS = ("intervention", "carry", "repatriation", "impact")


def tables(unwind: "Unwind") -> Iterator[Table]:
    """Everything that is not off, a table each."""
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
    if parameters := list(_loop(unwind)):
        yield _table("Intervention, sales and what they do to prices", ("part", "parameter", "value"), parameters)
    if unwind.scheduled_sales:
        sales = [(str(day), f"{amount:g}") for day, amount in unwind.scheduled_sales]
        yield _table("Treasuries sold by schedule", ("day", "USD bn"), sales)


def sources(unwind: "Unwind") -> Iterator[str]:
    """Where each part's figures come from."""
    yield from (f"Regime {regime.name}: {regime.source}" for regime in unwind.regimes)
    yield from (f"Hazard {hazard.start} to {hazard.end}: {hazard.source}" for hazard in unwind.hazards)
    yield from (f"Jump {jump.name}: {jump.source}" for jump in unwind.jumps)
    for name in PARTS:
        if (part := getattr(unwind, name)) is not None:
            yield f"{name.capitalize()}: {part.source}"


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


def _jumps(unwind: "Unwind") -> Table:
    from engine.mechanisms.sizes import jump_sizes

    rows: list[tuple[str, ...]] = []
    for jump in unwind.jumps:
        heads = [(jump.name, _when(jump))]
        for i, (glob, mean, sd) in enumerate(jump_sizes(jump)):
            rows.append((*(heads[0] if i == 0 else ("", "")), glob, _size(glob, mean), _size(glob, sd).lstrip("+")))
    return _table("Jumps", ("jump", "when", "factor", "mean", "standard deviation"), rows)


def _when(jump: "Jump") -> str:
    if jump.day is not None:
        return f"on day {jump.day}" + (f", {render.percent(jump.probability)}" if jump.probability < 1.0 else "")
    return ", ".join(f"{regime} {rate:g} a year" for regime, rate in jump.rates)


def _paths(unwind: "Unwind") -> Iterator[tuple[str, str]]:
    if unwind.nu is not None:
        yield "tails", f"multivariate t with {unwind.nu:g} degrees of freedom at the horizon"
    if unwind.bridge is not None:
        yield unwind.bridge[0], f"median led to {unwind.bridge[1]:g} at the horizon, the rest by regression on it"
    for glob, drift in unwind.drifts:
        yield glob, f"drift {_size(glob, drift)} a year"


def _loop(unwind: "Unwind") -> Iterator[tuple[str, str, str]]:
    from engine.mechanisms.loop import loop_gain

    for name in PARTS:
        part = getattr(unwind, name)
        given = [field.name for field in fields(part) if field.name != "source"] if part is not None else []
        head = name
        for key in given:
            if (value := getattr(part, key)) not in ((), None):
                yield (
                    head,
                    key,
                    _sizes(value) if isinstance(value, tuple) else f"{value:g}" if key != "betas_name" else value,
                )
                head = ""
    if unwind.carry is not None and unwind.impact is not None:
        yield (
            "loop",
            "gain in USD/JPY",
            f"{loop_gain(unwind.carry, unwind.impact):.3g}, while stops go on; 1 feeds itself;"
            " of the carry trade alone, `unwind feedback` adds Treasuries",
        )


def _sizes(sizes: "Sizes") -> str:
    return ", ".join(f"{glob} {size:g}" for glob, size in sizes)


def _size(glob: str, size: float) -> str:
    """Basis points of what reads as a zero rate, else percent of the logarithm."""
    is_rate = "_" in glob and not glob.endswith("_VOL")
    return render.basis_points(size, 1, signed=True) if is_rate else render.percent(size, 2, signed=True)
