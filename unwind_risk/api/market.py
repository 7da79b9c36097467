"""A market of one date, as a program holds it."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import (
    bundled_market_names,
    bundled_market_path,
    load_market,
    market_warnings,
    write_market,
)
from engine.inputs.market.text import market_text
from engine.inputs.opened import open_once
from engine.inputs.toml.read import TOML
from engine.market import market as levels
from unwind_risk.api.frames import framed, html_of
from unwind_risk.api.given import made_by, path_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from unwind_risk.api.book import Book

UNITS = {
    "rate": "zero rate, decimal per year, continuously compounded",
    "price": "price",
    "vol": "vol, decimal per sqrt(year)",
    "spread": "zero spread at ten years, decimal per year",
    "skew": "25-delta risk reversal over the vol at the money, decimal",
}


@made_by("Market.bundled(), Market.read(path) or Market.from_history(files, date)")
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Market:
    """Every level on one date: curves, exchange rates, vols, correlations, and the law of the factors' moves.

    It cannot be changed. Two markets are equal where they say the same, however their files are written.

    Examples
    --------
    >>> Market.bundled().factors.loc["USDJPY", "level"]
    np.float64(145.04)
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

    @classmethod
    def from_history(
        cls,
        history: "str | Path | Sequence[str | Path]",
        date: "str | date",
        *,
        like: "Market | str | Path | None" = None,
        window_start: "str | date | None" = None,
        law_start: "str | date" = "2002-01-01",
        accept: "str | Sequence[str]" = (),
        stressed: "str | Path | None" = None,
        loop: bool = False,
    ) -> "Market":
        """Make the market of a date and the laws of its moves from a history, as `unwind calibrate` does.

        Parameters
        ----------
        history : a file, several, or a folder of them, as publishers print them
        date : valuation date, "2025-05-28"; no later row is used
        like : market whose factors are wanted, and which gives what no history holds; None: the bundled one
        window_start : first day of the window of vols and correlations; None: three years before `date`
        law_start : first day that filtered laws look at
        accept : values that are true though they are odd, "2025-04-25:UST_3M"
        stressed : book whose worst year is found, for the law "stressed"
        loop : keep the record of USD/JPY that the carry trades of a scenario are found in

        Raises
        ------
        InputError
            The history has errors, is too short, or holds a doubted value that is not accepted by name.
        """
        from unwind_risk.api.analysis.calibrate import calibrate

        return calibrate(
            history,
            date,
            like=like,
            window_start=window_start,
            law_start=law_start,
            stressed=stressed,
            loop=loop,
            accept=accept,
        ).market

    def write(self, path: "str | Path") -> Path:
        """Write a market file that `read` reads back to the same figures; its law's arrays go beside it.

        Raises InputError where it cannot be written.
        """
        write_market(self.loaded, Path(path))
        return Path(path)

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
        return isinstance(other, Market) and (self.sha256 == other.sha256 or self._content == other._content)

    def __hash__(self) -> int:
        return hash(self._content)

    @cached_property
    def _content(self) -> str:
        """Return a digest of what it says: comments and names of files have no part in it."""
        return digest_of(self.loaded)

    def _repr_html_(self) -> str:
        """Return the factors as a small table for a notebook."""
        return html_of(self.factors.reset_index(), f"Market of {self.valuation_date}: factors, levels and vols")

    def __repr__(self) -> str:
        source = "made in memory" if self.path is None else str(self.path)
        return f"<Market of {self.valuation_date}: {len(self.loaded.factors)} factors; {source}>"


def digest_of(market: levels.Market) -> str:
    """Return the digest of the file that a market would be written to, under the name of its date."""
    return sha256(market_text(market, str(market.valuation_date)).encode()).hexdigest()


def market_of(given: "Market | str | Path | None", book: "Book | None" = None) -> Market:
    """Return a market that was given as an object, as a bundled name, or as a path; None: the bundled one of a book."""
    if isinstance(given, Market):
        return given
    if given is None and book is not None:
        return Market.read(market_path_for(book.paths))
    if given is None or (isinstance(given, str) and given in bundled_market_names()):
        return Market.bundled(given)
    return Market.read(path_of("market", given, bundled_market_names()))
