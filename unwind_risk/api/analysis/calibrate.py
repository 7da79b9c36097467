"""The market of a date, and the laws of its moves, from a history; with every parameter's error."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.analysis.stressed_window import with_stressed_window
from engine.calibration.dated_markets import calibrated_market
from engine.calibration.estimates import law_json, parameter_estimates
from engine.calibration.loop_record import AfterFalls, loop_json, with_loop_record
from engine.inputs.book.load import book_path
from engine.inputs.history.load import load_history
from engine.inputs.market.dated_files import write_dated_markets
from engine.inputs.outputs import made_folder
from unwind_risk.api.analysis.page import page
from unwind_risk.api.frames import framed
from unwind_risk.api.given import day_of, files_of, of_keywords
from unwind_risk.api.market import Market, digest_of, market_of
from unwind_risk.api.notes import Notes

if TYPE_CHECKING:
    import pandas as pd

LAW_START = "2002-01-01"
UNITS = {  # columns of `Calibration.table`
    "name": "of the parameter",
    "of": "the factors that it is of; of a lead the leader and the one that follows",
    "value": "in the units of the market file",
    "se": "one standard error; NaN: given or known, not estimated",
    "window": "first and last day, or of how many joint dates",
    "method": "how it is estimated, or who gives it",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Calibration:
    """A market made from a history, as it was known on its date. It cannot be changed."""

    market: Market
    given_as_of: date  # on which what no history holds was observed
    falls: AfterFalls | None  # what moved after falls of USD/JPY; None: the record of the loop was not asked for
    warnings: tuple[str, ...]  # days left out, what was carried over, what was accepted
    notes: tuple[str, ...]  # how old what was estimated is

    def table(self) -> "pd.DataFrame":
        """Return every parameter of the market's laws, a row each; units in `.attrs["units"]`."""
        import pandas as pd

        rows = [asdict(each) | {"of": " ".join(each.of)} for each in parameter_estimates(self.market.loaded)]
        frame = pd.DataFrame(rows, columns=[*UNITS]).astype({"se": float})
        return framed(frame, units=UNITS, valuation_date=str(self.market.valuation_date))

    def write(self, folder: str | Path) -> "Calibration":
        """Write DATE.toml and the arrays beside it into a folder, which is made; return this with the market there.

        Raises InputError where it cannot be written.
        """
        (path,) = write_dated_markets([self.market.loaded], made_folder(Path(folder)))
        return replace(self, market=replace(self.market, path=path))

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind calibrate --json` prints it."""
        market = self.market
        path = None if market.path is None else str(market.path)
        of_loop = {} if self.falls is None else loop_json(market.loaded, self.falls)
        told = {"market": path, **law_json(market.loaded), **of_loop, "notes": list(self.warnings)}
        return json.dumps(told, allow_nan=False)

    def __repr__(self) -> str:
        return f"<Calibration of {self.market.valuation_date}>"

    def _repr_html_(self) -> str:
        frame = self.table()
        frame = frame[frame["name"].isin(["vol", "day vol", "row mean", "row sd", "row kurtosis"])]
        return page(f"Law of {self.market.valuation_date}", frame[["name", "of", "value", "se", "window"]])


@of_keywords
def calibrate(
    history: str | Path | Sequence[str | Path],
    date: str | date,
    *,
    like: Market | str | Path | None = None,
    window_start: str | date | None = None,
    law_start: str | date = LAW_START,
    stressed: str | Path | None = None,
    loop: bool = False,
    accept: str | Sequence[str] = (),
) -> Calibration:
    """Estimate the market of a date and the laws of its moves, as they were known on that date.

    The figures are those of `unwind calibrate`; `.market` runs as it is, `.write(folder)` keeps it.

    Parameters
    ----------
    history : a file, several, or a folder of them, as the publishers print them or tidy tables
    date : valuation date, such as "2025-05-28": no later row is used
    like : market whose factors are wanted, and which gives what no history holds; None: the bundled one
    window_start : first day of the window of vols and correlations; None: three years before the date
    law_start : first day that the filtered law looks at
    stressed : book whose worst year since 2007 is found too, for the law "stressed"
    loop : keep the record of USD/JPY that carry trades in a scenario are found in
    accept : values that were looked at and are true though they are odd, such as "2025-04-25:UST_3M"

    Raises
    ------
    InputError
        A file is bad, something in it is doubted, or it does not hold the date or what the law needs.
    """
    window = None if window_start is None else day_of("window_start", window_start)
    return calibrate_with(
        files_of(history),
        day_of("date", date),
        like,
        window,
        day_of("law_start", law_start),
        None if stressed is None else book_path(stressed),
        (accept,) if isinstance(accept, str) else accept,
        loop=loop,
        notes=Notes(),
    )


def calibrate_with(
    history: Sequence[Path],
    day: date,
    like: Market | str | Path | None,
    window_start: date | None,
    law_start: date,
    stressed: Path | None,
    accept: Sequence[str],
    *,
    loop: bool,
    notes: Notes,
) -> Calibration:
    """Estimate as `calibrate`, of files and dates."""
    pattern, read = market_of(like), load_history(history)
    found = calibrated_market(
        read, day, like=pattern.loaded, window_start=window_start, law_start=law_start, accepted=tuple(accept)
    )
    (market,), warnings, falls = found.markets, found.notes, None
    if stressed is not None:
        market, more = with_stressed_window(market, read.values, stressed, notes.say, law_start)
        warnings = (*warnings, *more)
    if loop:
        market, falls = with_loop_record(market, read.values, law_start)
    if market.filtered is not None and (year := market.filtered.stressed) is not None:
        notes.say(f"stressed year of {year.book}: {year.first} to {year.last}; {year.description}")
    notes.say(found.window_words())
    notes.say(found.law_words())
    return Calibration(
        market=Market(loaded=market, sha256=digest_of(market), notes=warnings),
        given_as_of=pattern.valuation_date,
        falls=falls,
        warnings=warnings,
        notes=tuple(notes.lines),
    )
