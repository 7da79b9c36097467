"""Runs between two nights on one stream of draws: each mover as one of the nights has it."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.sectioning import N_SECTIONS
from engine.book.compiled import CompiledBook
from engine.errors import InputError
from engine.explain.nights.mixed_books import NightBooks, has_quotes, without_quotes
from engine.explain.nights.mixed_market import aligned, mixed_market
from engine.explain.nights.movers import AGEING, LAW, TRADES
from engine.explain.nights.orders import Orders
from engine.explain.nights.recorded_night import RecordedNight
from engine.inputs.batch import BatchRun
from engine.market.market import Market
from engine.risk.exact_tails import exact_values
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, WINDOW
from engine.risk.ordered_tail import worst_of
from engine.risk.ranks import tail_count, tail_mass
from engine.run.backend import choose_backend, device_errors
from engine.run.blocks import Progress
from engine.run.load import Inputs
from engine.run.past_laws import exact_scenarios
from engine.run.prepared import Prepared, prepared_by, scopes_of
from engine.run.whole_scenarios import whole_moves
from engine.scenario.apply import ShockedMarket, apply
from engine.scenario.scenario import Scenario
from kernels.base import AbstractBackend, PathRange
from kernels.types import F64, I64

MEASURES = (VALUE_AT_RISK, EXPECTED_SHORTFALL)  # whose changes are explained
_VAR = MEASURES.index(VALUE_AT_RISK)
N_NEAR = 41  # ranks around VaR that are looked at
MOST_BYTES = 2**31  # of one run's P&L


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TailFigures:
    """VaR and ES of one or more runs [currency], and what their paired errors are made of."""

    values: F64  # (..., n_scopes, n_confidences, n_measures)
    sections: F64  # (N_SECTIONS, ..., n_scopes, n_confidences, n_measures) on disjoint sections; VaR the mean near it
    near: F64  # (N_NEAR, ..., n_scopes, n_confidences, n_measures) losses of ranks around VaR; ES: 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonRuns:
    """Figures of all runs between two nights on the common draws."""

    orders: Orders  # in which movers move
    sets: TailFigures  # (n_sets, ...) without market prices of positions, of the sets of movers on the way
    quoted: TailFigures  # (2, ...) both nights with these
    as_run: TailFigures  # (2, ...) the same, each night's table of past days in the order in which it was drawn from


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stream:
    """What all runs between two nights share: draws, horizon, steps, and the figures that are wanted of them."""

    config: BatchRun  # the later night's, with the number of paths
    backend: AbstractBackend
    n_steps: int
    scopes: tuple[str, ...]  # the total and every book of either night
    confidences: tuple[float, ...]


def stream_of(
    nights: Sequence[RecordedNight],
    n_paths: int,
    scopes: Sequence[str],
    confidences: Sequence[float],
    say: Callable[[str], None],
) -> Stream:
    """Return the stream of the later night's seed and settings; it is walked by day where either night's run was."""
    config = nights[1].run.model_copy(update={"n_paths": n_paths, "until_se": None})
    rows = len(scopes)
    if n_paths * rows * 8 > MOST_BYTES:
        raise InputError(
            f"{n_paths:,} paths of {rows} scopes take {n_paths * rows * 8 / 2**30:,.1f} GiB, and {MOST_BYTES / 2**30:g}"
            f" GiB are allowed: --paths {MOST_BYTES // (8 * rows):,} at most"
        )
    return Stream(
        config=config,
        backend=choose_backend(config.backend, say),
        n_steps=config.horizon_days if any(night.is_daily for night in nights) else 1,
        scopes=tuple(scopes),
        confidences=tuple(confidences),
    )


def common_runs(
    nights: Sequence[RecordedNight],
    books: NightBooks,
    stream: Stream,
    movers: Sequence[Sequence[str]],
    orders: Orders,
    progress: Progress,
) -> CommonRuns:
    """Run the sets of movers on the common draws, and both nights as they were.

    Parameters
    ----------
    movers : (n,) keys of each mover that moves
    orders : in which they move
    progress : called after each set of movers

    Raises
    ------
    InputError
        A mix of the nights cannot be run: names the movers.
    """
    runs = _Runs(nights=nights, books=books, stream=stream, aligned=aligned(nights[0].market, nights[1].market))
    # Rows that differ in their market prices alone are no trades, yet the later night's own are what it was run with.
    every = {TRADES, *(key for keys in movers for key in keys)}
    sets = []
    for done, each in enumerate(orders.sets, start=1):
        sets.append(runs.figures({key for i, keys in enumerate(movers) if each >> i & 1 for key in keys}))
        progress(done, len(orders.sets))
    quoted = [sets[0], sets[-1]]
    if any(has_quotes(books.on(at, at)) for at in (0, 1)):
        quoted = [runs.figures(taken, has_quotes=True) for taken in (set[str](), every)]
    as_run = [quoted[0], runs.figures(every, has_quotes=True, is_aligned=False) if runs.reorders else quoted[1]]
    return CommonRuns(orders=orders, sets=_stacked(sets), quoted=_stacked(quoted), as_run=_stacked(as_run))


def _stacked(found: Sequence[TailFigures]) -> TailFigures:
    return TailFigures(
        values=np.stack([each.values for each in found]),
        sections=np.stack([each.sections for each in found], axis=1),
        near=np.stack([each.near for each in found], axis=1),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Runs:
    """Runs between two nights."""

    nights: Sequence[RecordedNight]
    books: NightBooks
    stream: Stream
    aligned: Market  # of the later night

    @property
    def reorders(self) -> bool:
        """Return whether the later night's table of past days stands in another order than it was recorded with."""
        return self.aligned is not self.nights[1].market

    def figures(self, taken: Collection[str], *, has_quotes: bool = False, is_aligned: bool = True) -> TailFigures:
        """Run the earlier night with some movers as the later has them.

        taken        keys of these movers
        has_quotes   True: positions keep the market prices that their rows state
        is_aligned   False: with the later night's table of past days as it was recorded
        """
        book = self.books.on(int(AGEING in taken), int(TRADES in taken))
        later = self.aligned if is_aligned else self.nights[1].market
        night = self.nights[int(LAW in taken)]
        try:
            market = mixed_market(self.nights[0].market, later, taken)
            shocked = apply(night.scenario, market, self.stream.config.horizon_days)
            if is_aligned and self.reorders and exact_scenarios((shocked.unwind,), self.stream.n_steps):
                return self.figures(taken, has_quotes=has_quotes, is_aligned=False)  # nothing is drawn of the table
            held = book if has_quotes else without_quotes(book)
            return _figures(self.stream, market, held, night.scenario, shocked)
        except InputError as error:
            which = ", ".join(sorted(taken)) or "no mover"
            raise InputError(f"the earlier night with {which} of the later cannot be run: {error}") from None


def _figures(
    stream: Stream, market: Market, book: CompiledBook, scenario: Scenario, shocked: ShockedMarket
) -> TailFigures:
    inputs = Inputs(
        market=market,
        book=book,
        scenarios=(scenario,),
        names=(scenario.name,),
        shocked=(shocked.market,),
        unwinds=(shocked.unwind,),
        horizon_days=stream.config.horizon_days,
        sha256={},
        warnings=(),
    )
    prepared = prepared_by(stream.config, inputs, stream.backend, stream.n_steps)
    if prepared.drawn is not None:
        return _drawn(stream, prepared.drawn)
    assert prepared.whole is not None, "a run is drawn or known whole"
    return _exact(stream, prepared.whole)


def _drawn(stream: Stream, drawn: Prepared) -> TailFigures:
    """Draw the paths, and measure all of them and each section."""
    with device_errors():
        pnl = np.asarray(stream.backend.pnl(drawn.program, PathRange(first=0, n=stream.config.n_paths)))
    rows = dict(zip(scopes_of(drawn), pnl, strict=True))
    values = np.zeros((len(stream.scopes), len(stream.confidences), len(MEASURES)))
    sections, near = np.zeros((N_SECTIONS, *values.shape)), np.zeros((N_NEAR, *values.shape))
    for k, scope in enumerate(stream.scopes):
        if scope in rows:  # a book that holds nothing yet, or nothing any more, loses nothing
            values[k] = _measured(rows[scope], stream.confidences)
            near[..., k, :, _VAR] = _losses_near_var(rows[scope], stream.confidences)
            for s, part in enumerate(np.array_split(rows[scope], N_SECTIONS)):
                sections[s, k] = _measured(part, stream.confidences)
                sections[s, k, :, _VAR] = _losses_near_var(part, stream.confidences).mean(axis=0)
    return TailFigures(values=values, sections=sections, near=near)


def _measured(pnl: F64, confidences: Sequence[float]) -> F64:
    """Return the measures of P&L (n,): (n_confidences, n_measures)."""
    needed = [level for each in confidences for measure in MEASURES for level in measure.quantiles(each)]
    tail = worst_of(pnl, needed)
    return np.array([[measure.estimate(tail, each).value for measure in MEASURES] for each in confidences])


def _losses_near_var(pnl: F64, confidences: Sequence[float]) -> F64:
    """Return losses of ranks within a quarter of the tail's size of VaR's: (N_NEAR, n_confidences), worst first."""
    ranks = np.stack([_ranks_near_var(each, pnl.size) for each in confidences], axis=1)
    last = int(ranks.max())
    return np.asarray(0.0 - np.sort(np.partition(pnl, last)[: last + 1])[ranks])


def _ranks_near_var(confidence: float, n_paths: int) -> I64:
    middle, reach = tail_count(confidence, n_paths)[0], math.ceil(WINDOW * tail_mass(confidence, n_paths))
    return np.linspace(max(middle - reach, 0), min(middle + reach, n_paths - 1), N_NEAR).round().astype(np.int64)


def _exact(stream: Stream, whole: Prepared) -> TailFigures:
    """Value every move: no section says anything else."""
    moves, rows = whole_moves(whole, 0), scopes_of(whole)
    values = np.zeros((len(stream.scopes), len(stream.confidences), len(MEASURES)))
    for k, scope in enumerate(stream.scopes):
        if scope in rows:
            values[k] = exact_values(moves, rows.index(scope), stream.confidences)
    sections = np.broadcast_to(values, (N_SECTIONS, *values.shape)).copy()
    return TailFigures(values=values, sections=sections, near=np.zeros((N_NEAR, *values.shape)))
