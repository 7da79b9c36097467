"""Laws walked through a history, and held to what came."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.backtest.backtest_json import as_json, days_json
from engine.backtest.default_laws import DEFAULT_LAWS
from engine.backtest.kept_backtest import write_verdicts
from engine.backtest.picture import figure_of
from engine.backtest.run_backtest import BacktestResult, Progress, run_backtest
from engine.backtest.settings import BacktestSettings, HeldMarket
from engine.backtest.walk.parts import AbstractWalkers
from engine.backtest.walk.workers import Processes
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.inputs.default_market import market_path_for
from engine.inputs.opened import Opened
from engine.sharing.stop import Stop
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import fields_of, frame_of
from unwind_risk.api.book import Books, book_of, books_in
from unwind_risk.api.given import Given, day_of, files_of, of_keywords, whole_of
from unwind_risk.api.market import Market, market_of
from unwind_risk.api.picture import Picture, check_matplotlib
from unwind_risk.api.progress import Asked, shown
from unwind_risk.api.scenario import Scenario, scenarios_of

if TYPE_CHECKING:
    import pandas as pd

PATHS = 10_000  # moves that a law draws on each date, where no number is asked for
VERDICTS = {  # columns of `Backtest.table` before those of the tests
    "law": "name; or a scenario's",
    "scope": "total, or a book's name",
    "horizon_days": "business days of Tokyo and New York to the outcome",
    "n_days": "dates with a forecast and an outcome",
    "n_99": "losses above the 99 % VaR; 1 in 100 is expected",
    "n_975": "losses above the 97.5 % VaR",
    "zone": "traffic light of the last 250 days; empty: a longer horizon, or too few days",
    "multiplier": "of the zone",
    "score": "mean FZ0 of VaR and ES 97.5 %, lower is better, ES in millions",
    "score_t": "of the difference from the first law (Diebold-Mariano); below 0 is better",
    "wealth": "of a bet of 1 against VaR and ES 97.5 %: above 20 is evidence at 5 %",
    "passes": "the gate",
    "objections": "why it does not",
}
DAYS = {  # columns of `Backtest.days`
    "date": "on which the forecast was made",
    "horizon_days": "business days of Tokyo and New York to the outcome",
    "scope": "total, or a book's name",
    "law": "name",
    "pnl": "{currency}, of the realised move, by full revaluation; gains positive",
    "var_99": "{currency}, losses positive",
    "var_975": "{currency}",
    "es_975": "{currency}",
    "pit": "share of the law's P&L below what came",
    "n_moves": "moves behind the forecast",
    "factor": "whose realised move alone lost most, of an exception at 99 %",
    "factor_pnl": "{currency}, of that move alone",
}
YEARS = {  # columns of `Backtest.years`
    "law": "name",
    "scope": "total, or a book's name",
    "horizon_days": "business days",
    "year": "calendar year",
    "n_days": "dates",
    "n_99": "exceptions at 99 %",
    "n_975": "exceptions at 97.5 %",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Backtest:
    """What laws foresaw, and what came. It cannot be changed."""

    found: BacktestResult  # the engine's

    @property
    def passes(self) -> bool:
        """Return whether every law passes the gate for every book and horizon."""
        return self.found.passes

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was left out or accepted, and where a law begins late."""
        return self.found.notes

    def table(self) -> "pd.DataFrame":
        """Return the verdicts, a row a law, book and horizon, with each test's p-value; units in `.attrs["units"]`."""
        tests = [*self.found.verdicts[0].tests]
        rows: list[dict[str, Any]] = []
        for each in self.found.verdicts:
            named = ("law", "scope", "horizon_days", "n_days", "n_99", "n_975", "score", "score_t", "wealth", "passes")
            light = {} if each.light is None else {"zone": each.light.zone, "multiplier": each.light.multiplier}
            found = {f"p_{key}": None if one is None else one.p_value for key, one in each.tests.items()}
            own = fields_of(each, named)
            rows.append({"zone": "", "objections": "; ".join(each.objections), **own, **light, **found})
        figures = ["multiplier", "score", "score_t", "wealth", *(f"p_{key}" for key in tests)]
        units = VERDICTS | {f"p_{key}": "p-value of the test" for key in tests}
        return self._framed(rows, units).astype(dict.fromkeys(figures, float))

    def days(self) -> "pd.DataFrame":
        """Return what was foreseen and what came, a row a date, horizon, book and law."""
        return self._framed(fields_of(self.found.rows, [*DAYS]), DAYS)

    def exceptions(self) -> "pd.DataFrame":
        """Return the days whose loss was above the 99 % VaR, with the factor whose move alone lost most."""
        rows = self.found.rows
        return self._framed(fields_of(rows.where(rows.failed_99), [*DAYS]), DAYS)

    def years(self) -> "pd.DataFrame":
        """Return exceptions by year, a row a law, book, horizon and year."""
        return self._framed([fields_of(each, [*YEARS]) for each in self.found.years], YEARS)

    def plot(self, law: str | None = None) -> Picture:
        """Draw each day's P&L against the VaR of a law, the first where none is named: a panel a book and horizon.

        Raises InputError without matplotlib, or for a law that was not walked.
        """
        check_matplotlib()
        chosen = self.found.laws[0] if law is None else law
        if chosen not in self.found.laws:
            raise InputError(f"the law {chosen!r} was not walked; there are {', '.join(self.found.laws)}")
        return Picture(figure=figure_of(self.found.rows, chosen, HOME))

    def to_json(self, *, days: bool = False) -> str:
        """Return verdicts, years and exceptions as strict JSON, as `unwind backtest --json` prints it.

        days   each date's row too, as with --days
        """
        told = as_json(self.found) | ({"days": days_json(self.found.rows)} if days else {})
        return json.dumps(told, ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any] | Mapping[str, Any], units: Mapping[str, str]) -> "pd.DataFrame":
        return frame_of(rows, units, HOME, seed=self.found.seed)

    def __repr__(self) -> str:
        return f"<Backtest of {', '.join(self.found.laws)} from {self.found.first} to {self.found.last}>"

    def _repr_html_(self) -> str:
        frame = self.table()[["law", "scope", "horizon_days", "n_days", "n_99", "n_975", "zone", "score", "passes"]]
        said = "every law passes the gate" if self.passes else "not every law passes the gate"
        return page(f"Forecasts from {self.found.first} to {self.found.last}", frame, text=said)


@of_keywords
def backtest(
    history: str | Path | Sequence[str | Path],
    first: str | date,
    last: str | date,
    *,
    book: Books = None,
    market: Market | str | Path | None = None,
    laws: str | Sequence[str] = DEFAULT_LAWS,
    scenarios: "Given[Scenario]" = (),
    horizons: int | Sequence[int] = (1, 10),
    paths: int = PATHS,
    seed: int = 1,
    accept: str | Sequence[str] = (),
    workers: int = 1,
    out: str | Path | None = None,
    progress: Asked = None,
) -> Backtest:
    """Test laws of the factors' moves on history: what each foresaw on a date, and what came.

    The figures are those of `unwind backtest`. Laws see nothing after the date.

    Parameters
    ----------
    history : a file, several, or a folder of them, as the publishers print them or tidy tables
    first, last : dates of forecasts, such as "2020-01-01"
    book : books that stand on every date as on that of the market; a path with {date} in it: the book of each date.
        None: the bundled sample books
    market : of the date of the book, an object, a path or a bundled name; None: the bundled one
    laws : names, or "all"; the first is what scores are compared with
    scenarios : to walk beside the laws
    horizons : business days of Tokyo and New York to the outcome, up to 10
    paths, seed : moves that a law draws on each date, and of which draws
    accept : values that were looked at and are true though they are odd, such as "2025-04-25:UST_3M"
    workers : processes that share the months; with more than one a script needs `if __name__ == "__main__":`
    out : folder that keeps the days, from which the same call goes on; None: nothing is kept
    progress : called with dates done and in all; None: a bar in a notebook, else nothing; False: nothing

    Raises
    ------
    InputError
        A file is bad, the history is doubted, or does not hold the window or what a law needs, or a book cannot be
        rolled.
    """
    books = _books(book)
    settings = BacktestSettings(
        books=books,
        market=_held(market, books),
        history=files_of(history),
        accepted=(accept,) if isinstance(accept, str) else tuple(accept),
        first=day_of("first", first),
        last=day_of("last", last),
        laws=(laws,) if isinstance(laws, str) else tuple(laws),
        scenarios=tuple(each.loaded for each in scenarios_of(scenarios or None, ())),
        horizons=tuple(whole_of("horizons", each) for each in np.atleast_1d(np.asarray(horizons, object))),
        n_paths=whole_of("paths", paths),
        seed=whole_of("seed", seed),
        out=None if out is None else Path(out),
    )
    with shown(progress) as report:
        return backtest_with(settings, Processes(whole_of("workers", workers)), progress=report, stop=None)


def backtest_with(
    settings: BacktestSettings, walkers: AbstractWalkers, *, progress: Progress, stop: Stop | None
) -> Backtest:
    """Walk as `backtest`; verdicts go beside the days, where these are kept."""
    result = run_backtest(settings, walkers, progress, stop)
    if settings.out is not None:
        write_verdicts(settings.out, result)
    return Backtest(found=result)


def _books(given: Books) -> tuple[Path | Opened, ...]:
    """Return book files, of dates or not, and the bytes of what is in memory."""
    found: list[Path | Opened] = []
    for each in () if given is None else books_in(given):
        if isinstance(each, str | Path) and ("{date}" in str(each) or Path(each).is_dir()):
            found.append(Path(each))
        else:
            found += book_of(each).sources
    return tuple(found or book_of(None).sources)


def _held(given: Market | str | Path | None, books: Sequence[Path | Opened]) -> HeldMarket:
    """Return a market as given, of books where none is."""
    paths = [each if isinstance(each, Path) else each.path for each in books]
    market = Market.read(market_path_for(paths)) if given is None else market_of(given)
    return HeldMarket(market=market.loaded, sha256=market.sha256)
