"""Price indices that a history may hold, by their factor's name: the one list of them, read from `indices.toml`."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceIndex:
    """An index whose closes are published."""

    name: str  # in words, "Nikkei 225"
    currency: str  # in which its points are counted
    publisher: str
    levels: tuple[float, float]  # from, to below: what lies outside is a slip, or another index
    fred: str | None = None  # its series at FRED


INDICES = {
    factor: PriceIndex(**{**table, "levels": tuple(table["levels"])})
    for factor, table in tomllib.loads(
        (files("engine.conventions") / "indices.toml").read_text(encoding="utf-8")
    ).items()
}
