"""Simulated levels of one scenario, path by path and day by day: of any paths, in any order, without a book."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.conventions.calendars import Calendars
from engine.errors import InputError
from engine.inputs.market.load import market_warnings
from engine.inputs.run import RunConfig
from engine.law.arrays import model_arrays
from engine.law.law import law_of
from engine.law.past.one_step import enumerated
from engine.market.factors import LEVELS_MOVE, Factor, FactorKind
from engine.market.market import Market
from engine.market.row_regimes import FORGOTTEN, REGIMES
from engine.mechanisms.law import LAW_KINDS
from engine.mechanisms.unwind import Unwind
from engine.risk.standing import Standing
from engine.run.backend import choose_backend, device_errors
from engine.run.load import scenario_sha256
from engine.run.sampling.sampler_checks import check_plain
from engine.scenario.apply import apply
from engine.scenario.dated_events import event_notes
from engine.scenario.notes import horizon_notes
from engine.scenario.scenario import Scenario
from engine.scenario.under_laws import standing_of
from kernels.base import AbstractBackend, PathRange, Program
from kernels.law_layout import PATH_SERIES
from kernels.payoffs import empty_book
from kernels.types import F64, U64, Dates

UNITS = {
    FactorKind.RATE: "zero rate, decimal per year, continuously compounded",
    FactorKind.PRICE: "price",
    FactorKind.VOL: "vol, decimal per sqrt(year): at the money, of swaptions normal",
    FactorKind.SPREAD: "spread of zero rates at ten years, decimal per year",
    FactorKind.SKEW: "25-delta risk reversal over the vol at the money",
}
PATH_SERIES_UNITS = {
    "regime": "number of the regime",
    "carry_sold": "USD bn sold so far by carry trades stopped out",
    "private_sold": "USD bn of Treasuries sold so far by Japanese private holders",
    "official_sold": "USD bn of Treasuries sold so far by schedule and for interventions; below 0 bought",
    "jgbs_bought": "JPY tn of JGBs bought so far under a cap on a yield",
    "impact": "impact of sales on the 5-year Treasury yield, decimal",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walk:
    """A scenario made ready to be walked day by day. Series are the factors, then `kernels.law_layout.PATH_SERIES`."""

    scenario: str
    standing: Standing  # a stress or a forecast
    base: Market  # unshocked
    start: Market  # in the scenario: where every path starts
    regimes: tuple[str, ...]  # names by number; one where the scenario has none
    dates: Dates  # (n_days,) joint Tokyo and New York business days after the valuation date
    seed: int
    precision: str  # of draws and steps
    n_moves: int | None  # the law has these equally likely paths alone, path i the i-th; None: as many as are drawn
    notes: tuple[str, ...]
    backend: AbstractBackend
    program: Program

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the factors whose levels come first."""
        return self.start.factors

    @property
    def series(self) -> tuple[str, ...]:
        """Return the names of the series: (n_series,)."""
        return (*(factor.name for factor in self.factors), *PATH_SERIES)

    @property
    def units(self) -> tuple[str, ...]:
        """Return what the figures of each series are: (n_series,)."""
        return (*(UNITS[factor.kind] for factor in self.factors), *(PATH_SERIES_UNITS[name] for name in PATH_SERIES))

    def paths(self, first: int, n: int) -> PathRange:
        """Return the range of n paths from `first` on; all of them where the law has no more than its own."""
        return PathRange(first=first, n=n) if self.n_moves is None else PathRange(first=0, n=self.n_moves)

    def deviations(self, paths: U64) -> F64:
        """Replay paths: (n_days, n_series, n_paths), factors' states less those at the start, after each day."""
        with device_errors():
            return np.asarray(self.backend.levels(self.program, paths)[0], dtype=np.float64)

    def levels(self, paths: U64) -> F64:
        """Replay paths: (n_days, n_series, n_paths), zero rates, prices and vols after each day."""
        found = self.deviations(paths)
        for f, factor in enumerate(self.factors):
            level = self.start.level(factor)
            moved = found[:, f]
            found[:, f] = level + moved if factor.kind in LEVELS_MOVE else level * np.exp(moved)
        return found


def walk_of(
    scenario: Scenario,
    market: Market,
    *,
    n_days: int,
    seed: int,
    backend: AbstractBackend,
    precision: str = "float64",
    whole: bool = False,
) -> Walk:
    """Lay a scenario on a market and make its walk of `n_days` business days ready.

    Paths are those of a run with `steps = daily` and the same seed. A longer walk goes on where a shorter one ends,
    but for a scenario with a bridge, whose drift depends on the horizon. With `whole` a law that is known without
    simulation, plain history or one day of filtered history, has its own paths: each of its moves once; where
    regimes make some moves likelier than others it is drawn all the same, for paths count alike.

    Raises
    ------
    InputError
        The scenario does not fit the market, or is plain history and not asked for whole.
    """
    shocked = apply(scenario, market, n_days)
    law = law_of(shocked.market, n_days, n_days, shocked.unwind, market)
    if law.rows is not None and law.rows.is_enumerated and not whole:
        raise InputError(f"{scenario.name} is plain history, which has no paths to draw, but windows of its own")
    _, model = model_arrays([law])
    is_even = not model.laws["n_row_regimes"].any()
    model, (n_moves,) = enumerated(model, n_days) if whole and is_even else (model, (0,))
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=len(market.factors), n_steps=n_days)
    single = precision == "float32"
    with device_errors():
        program = backend.prepare(model, book, seed=seed, n_steps=n_days, float32=single, centre=np.zeros(2))
    coming = Calendars(market.valuation_date).steps.coming(n_days)
    return Walk(
        scenario=scenario.name,
        standing=standing_of(scenario, market),
        base=market,
        start=shocked.market,
        regimes=regime_names(shocked.unwind),
        dates=np.datetime64(market.valuation_date, "D") + coming.astype("timedelta64[D]"),
        seed=seed,
        precision=precision,
        n_moves=int(n_moves) or None,
        notes=(
            *shocked.notes,
            *horizon_notes(scenario, n_days),
            *event_notes(scenario, market.valuation_date, n_days),
        ),
        backend=backend,
        program=program,
    )


def loaded_walk(
    market: Market, scenario: Scenario, config: RunConfig, say: Callable[[str], None], *, market_sha256: str
) -> tuple[Walk, dict[str, str], tuple[str, ...]]:
    """Return the walk, whole where it can be, that a run's settings ask for; the sha256 of its inputs; warnings.

    Raises
    ------
    InputError
        The scenario does not fit the market, or the settings ask for laws by name.
    """
    check_plain(config)
    if config.laws:
        raise InputError("law: one scenario is walked, by the law that it names; `unwind run` takes laws by name")
    walk = walk_of(
        scenario,
        market,
        n_days=config.horizon_days,
        seed=config.seed,
        backend=choose_backend(config.backend, say),
        precision=config.precision,
        whole=True,
    )
    contents = {"market": market_sha256, f"scenario:{scenario.name}": scenario_sha256(scenario)}
    return walk, contents, (*market_warnings(market), *walk.notes)


def one_path(walk: Walk, path: int) -> F64:
    """Return the levels of one path alone, the same as among others: (n_days, n_series), in `walk.units`.

    Raises InputError where the law has fewer paths of its own.
    """
    if walk.n_moves is not None and path >= walk.n_moves:
        last = walk.n_moves - 1
        raise InputError(f"{walk.scenario} is exact and has {walk.n_moves:,} paths, 0 to {last:,}; got {path:,}")
    return walk.levels(np.array([path], np.uint64))[..., 0]


def regime_names(unwind: Unwind | None) -> tuple[str, ...]:
    """Return the names of the regimes by their numbers, () where there are none."""
    if unwind is not None and unwind.law is not None and LAW_KINDS[unwind.law].is_tilted:
        return (FORGOTTEN, *REGIMES)
    return tuple(regime.name for regime in unwind.regimes) if unwind is not None else ()
