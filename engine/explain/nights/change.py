"""`unwind explain NIGHT1 NIGHT2`: what two nights' figures differ by, and why. A command's answer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.analysis.sectioning import LEAST_IN_TAIL, N_SECTIONS, check_sectioning
from engine.errors import InputError
from engine.explain.nights.corners import Stream, common_runs, stream_of
from engine.explain.nights.mixed_books import NightBooks, Trades, trades_between
from engine.explain.nights.mixed_market import check_mixable, is_same, moves
from engine.explain.nights.movers import AGEING, LAW, MOST_MOVERS, TRADES, Mover, at_most, grouped, movers_of
from engine.explain.nights.orders import Orders, all_orders_of, some_orders_of
from engine.explain.nights.pnl_explain import HeldBook, PnlExplain, pnl_explain
from engine.explain.nights.realised import realised_between
from engine.explain.nights.recorded_night import RecordedNight, two_nights
from engine.explain.nights.tail_change import QUOTES, SIMULATION, TailChange, tail_changes
from engine.risk.ranks import exact_confidence
from engine.run.blocks import Progress
from engine.sharing.program_digest import code

ALL_PATHS = 2**24  # of all runs together, unless a number is asked for: about a minute on two cores
QUICK_PATHS = 3_000_000  # the same where some orders do: some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuestion:
    """What is asked of two nights."""

    nights: tuple[Path, Path]
    run: str | None = None  # None: the first that both have
    scenario: str | None = None  # None: the later night's main one
    confidences: tuple[float, ...] = ()  # (): all that both have
    n_paths: int | None = None  # of each run between the nights; None: as many as fit into all
    realised: Path | None = None  # file of realised P&L; None: the later night's own, if it names one
    is_quick: bool = False  # of many movers some orders and fewer paths, for a report that waits for it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NightsChange:
    """How two nights differ, in the run's currency."""

    run: str
    scenario: str
    nights: tuple[date, date]
    currency: str
    horizon_days: int
    n_paths: int  # of each run between the nights
    n_runs: int
    n_orders: int  # in which the movers moved, forwards and backwards; 0: all that there are
    n_sections: int  # of the paths, from which the errors come
    movers: tuple[Mover, ...]  # of all parts, in their order
    unmoved: tuple[str, ...]  # keys of movers that are the same on both nights: exactly 0
    trades: Trades
    changes: tuple[TailChange, ...]
    pnl: PnlExplain
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    """What moves between two nights."""

    movers: tuple[Mover, ...]  # all of them
    moved: tuple[Mover, ...]
    trades: Trades
    notes: tuple[str, ...]


def nights_change(question: ChangeQuestion, progress: Progress, say: Callable[[str], None]) -> NightsChange:
    """Take the change between two nights apart.

    Parameters
    ----------
    question : which nights, and what of them
    progress : called after each run between them with runs done and in all
    say : is told what was picked

    Raises
    ------
    InputError
        A night, run, scenario or confidence is not there; its inputs are not as they were; or the nights cannot be
        mixed. Says the way out.
    RiskError
        A run failed.
    """
    nights = two_nights(*question.nights, question.run, question.scenario)
    check_mixable(nights[0].market, nights[1].market)
    books = NightBooks(nights=nights)
    mix = _mix(nights, books)
    orders = (some_orders_of if question.is_quick else all_orders_of)(len(mix.moved))
    stream = _stream(nights, question, orders, say)
    moved = ", ".join(mover.label for mover in mix.moved)
    n_runs = len(orders.sets)
    runs_words = f"{n_runs:,} runs of {stream.config.n_paths:,} paths on common draws, for these moved: {moved}"
    say(runs_words if moved else "nothing moved but paths and settings")
    runs = common_runs(nights, books, stream, [mover.keys for mover in mix.moved], orders, progress)
    realised = realised_between(nights, question.realised)
    held = HeldBook(
        before=nights[0].market,
        after=nights[1].market,
        book=books.on(0, 0),
        next_book=books.on(1, 1),
        trades=mix.trades,
        currency=stream.config.currency,
    )
    return NightsChange(
        run=nights[1].record.name,
        scenario=nights[1].scenario.name,
        nights=(nights[0].valuation_date, nights[1].valuation_date),
        currency=stream.config.currency,
        horizon_days=stream.config.horizon_days,
        n_paths=stream.config.n_paths,
        n_runs=n_runs,
        n_orders=2 * len(orders.forwards),
        n_sections=N_SECTIONS,
        movers=(*mix.movers, QUOTES, SIMULATION),
        unmoved=tuple(mover.key for mover in mix.movers if mover not in mix.moved),
        trades=mix.trades,
        changes=tail_changes(nights, stream, mix.movers, mix.moved, runs),
        pnl=pnl_explain(held, mix.moved, stream.scopes, realised.by_scope),
        notes=(*_program_notes(nights), *mix.notes, *realised.notes),
    )


def _mix(nights: Sequence[RecordedNight], books: NightBooks) -> _Mix:
    """Find which movers moved, and group those that cannot move one by one."""
    is_one_date = nights[0].valuation_date == nights[1].valuation_date
    apart = None if books.are_same or is_one_date else books.why_not_apart()
    movers, notes = movers_of([night.market for night in nights]), list[str]()
    if apart is not None:
        movers = grouped(movers, (AGEING, TRADES), "ageing and trades")
        notes.append(f"ageing and trades are one part: {apart}")
    moved = [mover for mover in movers if any(_moves(nights, books, key) for key in mover.keys)]
    fewer = at_most(moved)
    for mover in fewer:
        if mover not in moved:
            movers = grouped(movers, mover.keys, mover.label)
            notes.append(f"{len(moved)} movers moved, more than {MOST_MOVERS}: {mover.label} are one part")
    return _Mix(movers=movers, moved=fewer, trades=_trades(nights, books, apart), notes=tuple(notes))


def _moves(nights: Sequence[RecordedNight], books: NightBooks, key: str) -> bool:
    """Return whether what a key stands for is another on the later night."""
    if key == TRADES:
        return not books.have_same_rows
    first, second = nights[0].market, nights[1].market
    is_moved = moves(first, second, key)
    return is_moved or (key == LAW and not is_same(nights[0].scenario, nights[1].scenario))


def _trades(nights: Sequence[RecordedNight], books: NightBooks, apart: str | None) -> Trades:
    """Return the rows that came, went and changed; where rows cannot be laid on one date, none is known as changed."""
    if apart is None:
        return trades_between(books.on(1, 0), books.on(1, 1), nights[1].market)
    before, after = books.on(0, 0).position_ids, books.on(1, 1).position_ids
    return Trades(
        came=tuple(name for name in after if name not in set(before)),
        went=tuple(name for name in before if name not in set(after)),
        changed=(),
    )


def _stream(
    nights: Sequence[RecordedNight], question: ChangeQuestion, orders: Orders, say: Callable[[str], None]
) -> Stream:
    """Return the draws of all runs between the nights, with the figures that are wanted."""
    confidences = _confidences(nights, question.confidences)
    scopes = tuple(dict.fromkeys(scope for night in nights for scope in night.scopes))
    return stream_of(nights, _n_paths(nights, question, confidences, len(orders.sets)), scopes, confidences, say)


def _confidences(nights: Sequence[RecordedNight], wanted: Sequence[float]) -> tuple[float, ...]:
    there = [night.run.confidences for night in nights]
    common = tuple(each for each in there[1] if each in there[0])
    if missing := [each for each in wanted if each not in common]:
        raise InputError(
            f"confidence {missing[0]:g} is not recorded on both nights; --confidence takes"
            f" {', '.join(f'{each:g}' for each in common) or 'none'}"
        )
    if not common:
        raise InputError("the two nights have no confidence in common: run one of them again with the other's")
    return tuple(wanted) or common


def _n_paths(
    nights: Sequence[RecordedNight], question: ChangeQuestion, confidences: tuple[float, ...], n_runs: int
) -> int:
    """Return the number of paths of each run, which must leave each section a tail."""
    if question.n_paths is not None:
        check_sectioning(question.n_paths, confidences)
        return question.n_paths
    least = N_SECTIONS * LEAST_IN_TAIL / (1 - exact_confidence(max(confidences)))
    together = QUICK_PATHS if question.is_quick else ALL_PATHS
    return max(math.ceil(least), min(together // n_runs, *(night.n_paths for night in nights)))


def _program_notes(nights: Sequence[RecordedNight]) -> tuple[str, ...]:
    others = [str(night.valuation_date) for night in nights if night.record.manifest["code"] != code()]
    if not others:
        return ()
    return (
        f"recorded by another program than this one: {' and '.join(others)}; what that changes is in"
        f" {SIMULATION.label}",
    )
