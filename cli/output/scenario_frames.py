"""What `unwind scenario` finds, as frames: a row an observation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cli.output.frames import day, flag, number, of_rows, text, whole
from cli.scenario.unwind_tables import reads_as_rate

if TYPE_CHECKING:
    from engine.backtest.events import Replay
    from engine.backtest.sector_returns import SectorReturn
    from engine.market.filtered import GivenFactor
    from engine.market.market import Market
    from engine.run.walk import Walk
    from engine.scenario.scenario import Scenario

LIST = pa.schema(
    [
        text("scenario", "name, as --scenario takes it"),
        text("title", "what it is"),
        text("backtest", "what its backtest says, after the label of a stress"),
        text("event", "the event that it needs, with its dates; null where it needs none"),
        flag("needs_equities", "only for markets with equities"),
    ]
)
SHOW = pa.schema(
    [
        text("scenario", "name"),
        text("part", "shock, vol, correlation, a mechanism such as carry or regimes[2], or given.FACTOR"),
        text("parameter", "as a scenario file calls it"),
        text("key", "factor, glob or pair of globs that it is of; null where it is of none"),
        number("value", "null where it is a text"),
        text("words", "the value where it is a text, such as a source; null where it is a number"),
        text("unit", "of the value; null where it has none"),
        whole("day", "on which a shock comes; null: at once", "business days from the start"),
    ]
)
CHECK = pa.schema(
    [
        day("valuation_date", "of the market"),
        text("scenario", "name"),
        text("factor", "risk factor"),
        text("measure", "level; or vol, per square root of a year: of a rate absolute, else relative to the level"),
        number("before", "in the market"),
        number("after", "in the market after the scenario's shocks"),
        text("unit", "of both: decimal, or a currency"),
    ]
)
REPLAY = pa.schema(
    [
        text("scenario", "name"),
        day("start", "the eve, whose market paths start from"),
        day("end", "the day that moves run to"),
        text("factor", "risk factor"),
        number("realised", "move of the zero rate, or of the logarithm of the price"),
        number("mean", "of the simulated moves"),
        number("std", "of the simulated moves"),
        number("below", "share of the paths that moved by less", "fraction"),
        whole("n_paths", "simulated futures", "paths"),
        text("unit", "of moves: decimal rate, or natural logarithm"),
    ]
)
SECTORS = pa.schema(
    [
        text("scenario", "name"),
        whole("horizon_days", "of the returns", "business days"),
        text("regime", "in which the paths end"),
        text("betas", "set of betas, or simulated"),
        text("sector", "equity sector"),
        whole("n_paths", "that end in the regime", "paths"),
        number("mean", "return to the horizon", "fraction"),
        number("mean_se", "standard error of the simulation", "fraction"),
        number("low", "5 % quantile of the return", "fraction"),
        number("over_technology", "mean of the return less that of technology, path by path", "fraction"),
        number("over_technology_se", "standard error of the simulation", "fraction"),
    ]
)


def list_frame(rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return the bundled scenarios, a row each of the columns of `LIST`."""
    return of_rows(LIST, rows)


def show_frame(scenario: "Scenario", given: "Mapping[str, GivenFactor]") -> pa.Table:
    """Return everything that a scenario changes, a row a value: shocks first, then the mechanisms of its paths.

    given   factors of the market without a history, which follow others: the last rows
    """
    rows = (*_at_once(scenario), *_within(scenario), *_given(given))
    return of_rows(SHOW, ((scenario.name, *row) for row in rows))


def _given(given: "Mapping[str, GivenFactor]") -> Iterator[tuple[Any, ...]]:
    for name, each in given.items():
        for other, weight in each.loadings.items():
            yield f"given.{name}", "loadings", other, weight, None, None, None
        yield f"given.{name}", "source", None, None, each.source, None, None


def check_frame(scenario: str, base: "Market", shocked: "Market") -> pa.Table:
    """Return every level and vol before and after a scenario's shocks."""
    rows: list[tuple[Any, ...]] = []
    vols = zip(base.vols.tolist(), shocked.vols.tolist(), strict=True)
    for factor, (vol, shocked_vol) in zip(base.factors, vols, strict=True):
        head = (base.valuation_date, scenario, factor.name)
        unit = factor.currency or "decimal"
        rows.append((*head, "level", base.level(factor), shocked.level(factor), unit))
        rows.append((*head, "vol", vol, shocked_vol, "decimal"))
    return of_rows(CHECK, rows)


def replay_frame(found: "Replay") -> pa.Table:
    """Return the realised move of each factor beside the simulated ones."""
    moves = zip(found.realised.tolist(), found.means.tolist(), found.stds.tolist(), found.below.tolist(), strict=True)
    head = (found.scenario, found.start, found.end)
    units = ("decimal" if is_rate else "logarithm" for is_rate in found.is_rate)
    rows = (
        (*head, name, *figures, found.n_paths, unit)
        for name, figures, unit in zip(found.factors, moves, units, strict=True)
    )
    return of_rows(REPLAY, rows)


def sectors_frame(walk: "Walk", found: "Sequence[SectorReturn]") -> pa.Table:
    """Return the returns of sectors by regime and set of betas."""
    head = (walk.scenario, int(walk.dates.size))
    return of_rows(SECTORS, ((*head, *(getattr(each, name) for name in SECTORS.names[2:])) for each in found))


def _at_once(scenario: "Scenario") -> Iterator[tuple[Any, ...]]:
    for shock in scenario.shocks:
        is_rate, is_share = reads_as_rate(shock.factor), shock.kind.value == "relative"
        quote = f"{shock.kind.value} on {shock.on.value}" if is_rate else shock.kind.value
        unit = "fraction" if is_share else "decimal" if is_rate else "price"
        yield "shock", quote, shock.factor, shock.size, None, unit, shock.day
    for glob, multiplier in scenario.vol_multipliers:
        yield "vol", "multiplier", glob, multiplier, None, "multiple", None
    for one, other, value in scenario.correlations:
        yield "correlation", "value", f"{one}, {other}", value, None, "fraction", None


def _within(scenario: "Scenario") -> Iterator[tuple[Any, ...]]:
    from engine.mechanisms.parameters.parameter import parameters
    from engine.mechanisms.unwind import placed_parts

    for place, part in placed_parts(scenario.unwind) if scenario.unwind is not None else ():
        declared = parameters(type(part))
        for name in (field.name for field in fields(part)):
            unit = declared[name].unit if name in declared else ""
            for key, value, words in _values(getattr(part, name)):
                yield place.rstrip(".") or "unwind", name, key, value, words, unit or None, None


def _values(value: Any) -> Iterator[tuple[str | None, float | None, str | None]]:
    """Yield the key, the number and the text of each value of a parameter. Parts have a place of their own."""
    match value:
        case bool():
            yield None, None, "true" if value else "false"
        case int() | float():
            yield None, float(value), None
        case str():
            yield None, None, value
        case tuple():
            for each in value:
                yield from _element(each)


def _element(value: Any) -> Iterator[tuple[str | None, float | None, str | None]]:
    match value:
        case _ if is_dataclass(value):
            return
        case (*keys, float() | int() as size) if keys and all(isinstance(key, str) for key in keys):
            yield ", ".join(keys), float(size), None
        case tuple():
            for each in value:
                yield from _element(each)
        case _:
            yield from _values(value)
