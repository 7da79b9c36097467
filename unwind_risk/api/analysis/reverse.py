"""The likeliest ways to lose an amount, the level that it takes, and markets given a level."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.analysis.reverse.loss_amount import LEAST
from engine.analysis.reverse.results import ReverseStress
from engine.analysis.reverse.reverse_stress import as_json, reverse_stresses
from engine.errors import InputError
from engine.run.blocks import Progress
from unwind_risk.api.analysis.asked_run import Run, config_of, inputs_of, loaded_run
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import fields_of, frame_of
from unwind_risk.api.book import Book
from unwind_risk.api.given import amount_of, of_keywords
from unwind_risk.api.market import Market
from unwind_risk.api.notes import Notes
from unwind_risk.api.progress import Asked, shown

if TYPE_CHECKING:
    import pandas as pd

    from unwind_risk.api.given import Given
    from unwind_risk.api.scenario import Scenario

WAYS = {  # columns of `Reverse.table`
    "scenario": "name",
    "way": "number, the likeliest first",
    "regime": "in which its paths end; empty: the scenario has none",
    "share": "of the paths that lose about as much, or of the probability of losing as much or more",
    "share_se": "one standard error",
    "distance": "from the law's mean, standard deviations by Mahalanobis",
    "probability": "of losing as much or more over the horizon, by any way",
    "probability_se": "one standard error",
    "probability_at_most": "with 95 % confidence, where no drawn path loses as much; missing: the error says how sure",
    "n_near": "paths that lose about as much by this way",
    "path": "number of the one nearest to it, which `replay` shows; missing: no path loses about as much",
}
MARKETS = {  # columns of `Reverse.markets`
    "scenario": "name",
    "way": "number, as in the table",
    "factor": "name",
    "kind": "rate, price, vol or spread",
    "start": "level: a price, or a decimal",
    "level": "at the horizon",
    "move": "of a rate or spread level less start; of a price or vol the logarithm of their ratio",
    "move_se": "one standard error; 0: exact",
    "in_std": "move less the law's mean, over its standard deviation",
}
REQUIRED = {  # columns of `Reverse.required`
    "scenario": "name",
    "factor": "name",
    "start": "level",
    "level": "at which the loss is the amount, all others where they would be with it; missing: none that was tried",
    "in_std": "of the law",
    "beyond": "probability that the factor ends there or farther from its mean",
}
GIVEN = {  # columns of `Reverse.given`
    "scenario": "name",
    "factor": "name",
    "start": "level",
    "mean_level": "level at the mean of its state, given the others' levels",
    "low": "level one standard deviation below",
    "high": "level one standard deviation above",
    "is_given": "its level was asked for",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reverse:
    """The likeliest ways to lose an amount. It cannot be changed."""

    found: tuple[ReverseStress, ...]  # the engine's, one a scenario
    notes: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was accepted or repaired in the inputs."""
        return tuple(dict.fromkeys(warning for each in self.found for warning in each.warnings))

    def table(self) -> "pd.DataFrame":
        """Return the ways, a row a scenario and way; units in `.attrs["units"]`."""
        rows = [
            {
                "scenario": each.scenario,
                "way": number,
                "regime": mode.regime or "",
                "share": mode.share.value,
                "share_se": mode.share.se,
                "distance": mode.distance,
                "probability": each.probability.value,
                "probability_se": each.probability.se,
                "probability_at_most": each.probability.at_most,
                "n_near": mode.n_near,
                "path": mode.path,
            }
            for each in self.found
            for number, mode in enumerate(each.modes, 1)
        ]
        return self._framed(rows, WAYS).astype({"path": "Int64", "probability_at_most": float})

    def markets(self) -> "pd.DataFrame":
        """Return where every factor ends in each way, a row a scenario, way and factor."""
        rows = [
            {"scenario": each.scenario, "way": number, "factor": move.name, **fields_of(move, [*MARKETS][3:])}
            for each in self.found
            for number, mode in enumerate(each.modes, 1)
            for move in mode.market
        ]
        return self._framed(rows, MARKETS)

    def required(self) -> "pd.DataFrame":
        """Return the levels of factors that were solved for, a row each; a factor that does not do it has none."""
        rows: list[dict[str, Any]] = []
        for each in self.found:
            for one in each.required:
                head = {"scenario": each.scenario, "factor": one.factor, "start": one.start}
                levels = [
                    {**head, "level": level.level, "in_std": level.in_std, "beyond": level.beyond.value}
                    for level in one.levels
                ]
                rows += levels or [head]
        return self._framed(rows, REQUIRED)

    def given(self) -> "pd.DataFrame":
        """Return the market given the levels that were asked for, a row a scenario and factor."""
        rows = [
            {"scenario": each.scenario, "factor": one.name, **fields_of(one, [*GIVEN][2:])}
            for each in self.found
            if each.given is not None
            for one in each.given.market
        ]
        return self._framed(rows, GIVEN)

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind reverse --json` prints it."""
        return json.dumps(as_json(self.found), ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any], units: Mapping[str, str]) -> "pd.DataFrame":
        first = self.found[0]
        return frame_of(rows, units, first.currency, valuation_date=first.valuation_date, loss=first.target)

    def __repr__(self) -> str:
        return f"<Reverse: {self._title()}>"

    def _title(self) -> str:
        first = self.found[0]
        return f"ways to lose {first.currency} {first.target:,.0f} over {first.horizon_days} business days"

    def _repr_html_(self) -> str:
        return page(f"The likeliest {self._title()}", self.table())


@of_keywords
def reverse(
    run: Run | Book,
    loss: float,
    *,
    solve: str | Sequence[str] = (),
    given: str | Sequence[str] = (),
    market: Market | str | Path | None = None,
    scenarios: "Given[Scenario]" = None,
    paths: int | None = None,
    horizon_days: int | None = None,
    seed: int | None = None,
    law: str | Sequence[str] | None = None,
    backend: str | None = None,
    currency: str | None = None,
    progress: Asked = None,
) -> Reverse:
    """Find the likeliest ways to lose an amount under each scenario's law, and what the market is in each.

    The figures are those of `unwind reverse`.

    Parameters
    ----------
    run : a result of `run`; a RUN.toml; or a book, which nothing has run yet
    loss : in the run's currency, positive: 30e9
    solve : factors, each of which is asked what it must be for that loss: "USDJPY"
    given : levels at which factors end, "USDJPY=125" or "UST_10Y=3.5" (zero rates and vols in percent); what the rest
        of the market and the loss are then
    market, scenarios, paths, horizon_days, seed, law, backend, currency : of a book alone, as `run` takes them
    progress : called with paths done and in all; None: a bar in a notebook, else nothing; False: nothing

    Raises
    ------
    InputError
        An input is bad, there is no such factor, or the loss is beyond the paths or below the usual.
    """
    amount = amount_of("loss", loss)
    if amount is None or amount < LEAST:
        raise InputError(
            f"loss: must be an amount of {LEAST:g} or more, such as 30e9, got {loss!r}; a loss is positive"
        )
    keywords = {
        "paths": paths,
        "horizon_days": horizon_days,
        "seed": seed,
        "law": law,
        "backend": backend,
        "currency": currency,
    }
    asked = _asked(run, market, scenarios, keywords)
    notes = Notes()
    with shown(progress) as report:
        return reverse_with(asked, amount, _several(solve), _several(given), progress=report, notes=notes)


def _asked(run: Run | Book, market: Any, scenarios: Any, keywords: dict[str, Any]) -> Run:
    """Return the run that is meant. Raises InputError where settings of a book stand beside a run that has its own."""
    if isinstance(run, Book):
        return loaded_run(run, market, scenarios, keywords)
    named = [
        name for name, value in {"market": market, "scenarios": scenarios, **keywords}.items() if value is not None
    ]
    if named:
        raise InputError(f"{', '.join(named)}: the run has settings of its own; leave these out, or give a book")
    return run


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def reverse_with(
    run: Run,
    loss: float,
    solve: Sequence[str],
    given: Sequence[str],
    *,
    progress: Progress,
    notes: Notes,
) -> Reverse:
    """Look for ways as `reverse`."""
    config = config_of(run)
    found = reverse_stresses(config, inputs_of(run, config), loss, solve, given, progress, notes.say)
    return Reverse(found=found, notes=tuple(notes.lines))
