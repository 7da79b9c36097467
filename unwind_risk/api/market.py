"""A market of one date, as a program holds it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.inputs.market.load import (
    bundled_market_names,
    bundled_market_path,
    load_market,
    market_warnings,
)
from engine.inputs.opened import open_once
from engine.inputs.toml.read import TOML
from engine.market import market as levels
from unwind_risk.api.frames import framed

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

UNITS = {
    "rate": "zero rate, decimal per year, continuously compounded",
    "price": "price",
    "vol": "vol, decimal per sqrt(year)",
    "spread": "zero spread at ten years, decimal per year",
    "skew": "25-delta risk reversal over the vol at the money, decimal",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Market:
    """Every level on one date: curves, exchange rates, vols, correlations, and the law of the factors' moves.

    It cannot be changed. Two markets are equal where their files' bytes are.
    """

    loaded: levels.Market  # the engine's
    sha256: str  # of the file's bytes, or of those that `write` would write
    path: Path | None = None  # of the file; None: it was made in memory
    notes: tuple[str, ...] = ()  # what was left out or accepted of a history it was made from

    @classmethod
    def bundled(cls, name: str | None = None) -> "Market":
        """Return a market that comes with the program: its valuation date; None: that of 2025-05-28.

        Raises InputError for a name that is none of `Market.names()`.
        """
        return cls.read(bundled_market_path() if name is None else bundled_market_path(name))

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the names of the bundled markets."""
        return bundled_market_names()

    @classmethod
    def read(cls, path: "str | Path") -> "Market":
        """Read a market file (TOML), once. Raises InputError with every error of the file, its line and key."""
        opened = open_once(Path(path), TOML)
        return cls(loaded=load_market(opened), sha256=opened.sha256, path=opened.path)

    @property
    def valuation_date(self) -> "date":
        """Return the date of all levels."""
        return self.loaded.valuation_date

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed, or was repaired when it was read, but is worth knowing before a run."""
        return market_warnings(self.loaded)

    @property
    def factors(self) -> "pd.DataFrame":
        """Return what is simulated, a row a factor: kind, level, vol, unit (of level and vol)."""
        import pandas as pd

        factors = self.loaded.factors
        table = {
            "kind": [each.kind.value for each in factors],
            "level": [self.loaded.level(each) for each in factors],
            "vol": self.loaded.vols,
            "unit": [UNITS[each.kind.value] for each in factors],
        }
        names = pd.Index([each.name for each in factors], name="factor")
        units = {"level": "as `unit` says", "vol": "rates, spreads, skews: decimal per sqrt(year); others lognormal"}
        return framed(pd.DataFrame(table, index=names), units=units, valuation_date=str(self.valuation_date))

    @property
    def correlation(self) -> "pd.DataFrame":
        """Return the correlations of the factors' moves over the market's own window: (n_factors, n_factors)."""
        import pandas as pd

        names = pd.Index([each.name for each in self.loaded.factors], name="factor")
        return pd.DataFrame(self.loaded.correlation.copy(), index=names, columns=names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Market) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        source = "made in memory" if self.path is None else str(self.path)
        return f"<Market of {self.valuation_date}: {len(self.loaded.factors)} factors; {source}>"


def market_of(given: "Market | str | Path | None") -> Market:
    """Return a market that was given as an object, as a bundled name, or as a path; None: the bundled one."""
    if isinstance(given, Market):
        return given
    if given is None or (isinstance(given, str) and given in bundled_market_names()):
        return Market.bundled(given)
    return Market.read(given)
