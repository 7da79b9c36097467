"""The mix of hedges that makes a run's tail least, scored on fresh draws."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.analysis.hedge.aim import FIRST
from engine.analysis.hedge.hedge import hedge as best_mix
from engine.analysis.hedge.result import HedgeResult, as_json
from engine.analysis.hedge.wishes import Wishes, check_settings, next_seed
from engine.errors import InputError
from engine.inputs.opened import Opened
from engine.inputs.run import MAX_SEED
from engine.run.blocks import Progress
from unwind_risk.api.analysis.asked_run import Run, config_of, inputs_of
from unwind_risk.api.analysis.page import page
from unwind_risk.api.analysis.unit_frames import fields_of, frame_of
from unwind_risk.api.given import amount_of, of_keywords, whole_of
from unwind_risk.api.notes import Notes
from unwind_risk.api.progress import Asked, shown

if TYPE_CHECKING:
    import pandas as pd

MIX = {  # columns of `Hedge.table`
    "hedge": "name",
    "lot": "what a lot is",
    "lots": "in the mix; 0: the hedge is not used",
    "most": "lots that are allowed",
    "cost": "{currency}, half the bid-offer spread of all lots",
    "carry_a_day": "{currency}, exact, of all lots: gain in a business day in which nothing moves; below 0 a cost",
    "lot_cost": "{currency}",
    "lot_carry_a_day": "{currency}",
}
SCORES = {  # columns of `Hedge.scores`
    "scenario": "name; those that the mix was solved for first",
    "measure": "value_at_risk, expected_shortfall",
    "confidence": "probability",
    "before": "{currency}, losses positive: without hedges, on fresh paths",
    "after": "{currency}, losses positive: with the mix, its costs included",
    "change": "{currency}; below 0 the mix helps",
    "change_se": "{currency}, one standard error, paired",
    "pnl": "{currency}, mean of the mix; gains positive",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Hedge:
    """A mix of hedges, what it costs, and how it scores. It cannot be changed."""

    found: HedgeResult  # the engine's
    notes: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a reader should know of the hedges, basis risk that no factor moves among it."""
        return self.found.warnings

    def table(self) -> "pd.DataFrame":
        """Return the mix, a row a hedge; units in `.attrs["units"]`."""
        rows = [{"hedge": each.name, **fields_of(each, [*MIX][1:])} for each in self.found.lines]
        return self._framed(rows, MIX)

    def scores(self) -> "pd.DataFrame":
        """Return what the mix does to VaR and ES of each scenario on fresh paths, costs included, a row each."""
        rows = [
            {
                "scenario": each.scenario,
                "measure": one.measure,
                "confidence": one.confidence,
                "before": one.before.value,
                "after": one.after.value,
                "change": one.value,
                "change_se": one.se,
                "pnl": each.pnl.value,
            }
            for each in self.found.scenarios
            for one in each.changes
        ]
        return self._framed(rows, SCORES)

    def to_json(self) -> str:
        """Return everything as one line of strict JSON, as `unwind hedge --json` prints it."""
        return json.dumps(as_json(self.found), ensure_ascii=False, allow_nan=False)

    def _framed(self, rows: Iterable[Any], units: Mapping[str, str]) -> "pd.DataFrame":
        facts = {"valuation_date": str(self.found.valuation_date), "gap": self.found.gap}
        return frame_of(rows, units, self.found.currency, **facts)

    def __repr__(self) -> str:
        used = ", ".join(f"{each.lots:g} {each.name}" for each in self.found.lines if each.lots)
        return f"<Hedge on {self.found.valuation_date}: {used or 'no hedge pays'}>"

    def _repr_html_(self) -> str:
        mix, scores = self.table()[["hedge", "lot", "lots", "most", "cost", "carry_a_day"]], self.scores()
        currency = self.found.currency
        return page("The mix", mix[mix["lots"] > 0.0], amounts=("cost", "carry_a_day"), currency=currency) + page(
            "On fresh paths", scores, amounts=("before", "after", "change", "change_se", "pnl"), currency=currency
        )


@of_keywords
def hedge(
    run: Run,
    hedges: "pd.DataFrame | str | Path | None" = None,
    *,
    names: str | Sequence[str] = (),
    budget: float | None = None,
    carry_least: float | None = None,
    es_most: float | None = None,
    aim: str = FIRST,
    weights: Mapping[str, float] | None = None,
    fractional: bool = False,
    score_seed: int | None = None,
    progress: Asked = None,
) -> Hedge:
    """Find the mix of hedges that makes expected shortfall and costs least.

    It is solved for the run's first confidence by an aim, and scored on fresh paths in all scenarios. The figures are
    those of `unwind hedge`.

    Parameters
    ----------
    run : a result of `run`, or a RUN.toml
    hedges : rows of a book file or frame, one lot each, with columns `cost`, half the bid-offer spread of a lot in the
        row's currency, `most` and perhaps `least`, lots; None: what the article advises, contracts of 2025-05-28
    names : of hedges that may be used; none: all
    budget, carry_least, es_most : amounts in the run's currency: of bid-offer costs at most; that the mix earns in a
        day at least, below 0 a cost; of expected shortfall, costs included, at most
    aim : what is made least: "first", ES of the run's first scenario; "worst", the largest of all; "mean", their mean
    weights : of the mean, by scenario; of one that is not named 1
    fractional : parts of a lot are allowed
    score_seed : of the fresh paths; None: the run's next seed
    progress : called with paths done and in all; None: a bar in a notebook, else nothing; False: nothing

    Raises
    ------
    InputError
        An input is bad, a scenario has no paths to draw, or no mix fits: names what stands in the way.
    """
    config = config_of(run)
    wishes = Wishes(
        score_seed=next_seed(config) if score_seed is None else _seed(score_seed),
        names=(names,) if isinstance(names, str) else tuple(names),
        budget=amount_of("budget", budget),
        carry_least=amount_of("carry_least", carry_least),
        es_most=amount_of("es_most", es_most),
        is_whole=not fractional,
        aim=aim,
        weights={name: amount_of(f"weights[{name!r}]", each) or 0.0 for name, each in (weights or {}).items()},
    )
    notes = Notes()
    with shown(progress) as report:
        return hedge_with(run, hedges, wishes, progress=report, notes=notes)


def _seed(given: int) -> int:
    seed = whole_of("score_seed", given)
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"score_seed: must be a whole number from 0 to 2^64 - 1, got {given!r}")
    return seed


def hedge_with(
    run: Run,
    hedges: "pd.DataFrame | str | Path | None",
    wishes: Wishes,
    *,
    progress: Progress,
    notes: Notes,
) -> Hedge:
    """Find a mix as `hedge`."""
    config = config_of(run)
    check_settings(config)
    found = best_mix(_file(hedges), config, inputs_of(run, config), wishes, progress, notes.say)
    return Hedge(found=found, notes=tuple(notes.lines))


def _file(hedges: "pd.DataFrame | str | Path | None") -> Path | Opened | None:
    """Return where hedges are, or the bytes of a frame of them; its first row is line 2 in errors, as in a file."""
    if hedges is None or isinstance(hedges, str | Path):
        return None if hedges is None else Path(hedges)
    return Opened(path=Path("frame of hedges"), data=hedges.to_csv(index=False).encode())
