"""A market as the text of a market file, with a comment on every table."""

import json
from collections.abc import Iterator

from engine.market.factors import PRICE_FACTOR, tenor_label
from engine.market.market import Market

_WRAP = 8  # names or figures in a line


def market_text(market: Market) -> str:
    """TOML of a market; figures in the shortest form that reads back to the same float64."""
    return "\n".join([*_head(market), *_curves(market), *_fx(market), *_factors(market), *_calibration(market), ""])


def _head(market: Market) -> Iterator[str]:
    yield "# Every level on one date, and the law of the factors' moves. Rates and vols are decimals per year."
    yield "schema = 1"
    yield f"valuation_date = {market.valuation_date.isoformat()}"


def _curves(market: Market) -> Iterator[str]:
    for name, par in market.par_curves.items():
        yield f"\n[curves.{name}]"
        yield f"currency = {_quoted(par.currency)}"
        yield f"source = {_quoted(market.sources.get(name, market.source))}"
        yield f"\n[curves.{name}.par_yields] # semi-annual; below 6M one payment of 1 + yield * tenor"
        for time, par_yield in zip(par.times.tolist(), par.par_yields.tolist(), strict=True):
            yield f"{_key(tenor_label(time))} = {par_yield!r}"


def _fx(market: Market) -> Iterator[str]:
    yield "\n[fx]"
    yield f"usdjpy = {market.usdjpy!r} # yen for one dollar"
    yield f"source = {_quoted(market.sources.get(PRICE_FACTOR, market.source))}"


def _factors(market: Market) -> Iterator[str]:
    names = [factor.name for factor in market.factors]
    yield "\n[factors] # NAME_TENOR is the continuously compounded zero rate of a curve at that tenor"
    yield from _wrapped("names", [_quoted(name) for name in names])
    yield "# per sqrt(year): decimal for rates, 0.0062 is 62 bp a year; lognormal for USDJPY"
    yield from _wrapped("vols", [repr(vol) for vol in market.vols.tolist()])
    yield "# kappas: mean reversion per year; thetas: the zero rate it leads to; mus: drift per year of USDJPY; else 0"
    for key, values in (("kappas", market.kappas), ("thetas", market.thetas), ("mus", market.mus)):
        if values.any():
            yield from _wrapped(key, [repr(value) for value in values.tolist()])
    yield "# lower triangle, rows and columns in the order of `names`"
    yield from (f"# {' '.join(note.split())}" for note in market.notes)
    yield "correlation = ["
    for i, row in enumerate(market.correlation.tolist()):
        yield f"    [{', '.join(repr(value) for value in row[: i + 1])}], # {names[i]}"
    yield "]"


def _calibration(market: Market) -> Iterator[str]:
    yield "\n[calibration]"
    yield f"description = {_quoted(market.calibration)}"


def _wrapped(key: str, items: list[str]) -> Iterator[str]:
    yield f"{key} = ["
    for start in range(0, len(items), _WRAP):
        yield f"    {', '.join(items[start : start + _WRAP])},"
    yield "]"


def _key(label: str) -> str:
    return label if label.isalnum() else _quoted(label)  # "1.5M" would read as two keys


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
