"""Which law moves the factors: the one list of laws, and what each needs of a market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Any

from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import Form, parameter
from kernels.registry import Registry

GAUSSIAN, FILTERED, STRESSED = "gaussian", "filtered", "stressed"
ALL = "all"  # of these, where a user asks for laws by name
MOST_DAYS = 10  # of a window of plain history
STRESSED_DATES = 250  # joint dates of a stressed year
LEAST_STRESSED = STRESSED_DATES + MOST_DAYS - 1  # its changes: windows end on each of its dates, and begin before it


class Way(Enum):
    """By what a law moves factors."""

    DIFFUSION = auto()  # the market's vols and correlations, and whatever mechanisms a scenario has
    ROWS = auto()  # past residuals drawn whole, by variances that go along with the path
    WINDOWS = auto()  # windows of the last joint changes as they were: nothing is drawn
    STRESS = auto()  # the same of the worst year for a book
    COVARIANCE = auto()  # normals, or t, by the covariance of the last joint changes per weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class LawKind:
    """A law by its name in scenarios, runs and backtests."""

    name: str
    meaning: str  # one line, with its window and its constants
    way: Way
    is_tilted: bool = False  # of ROWS: drawn by the regimes of the market's [law.regimes]
    jumps: bool = False  # of ROWS: beyond the cap of the rows, by the market's [law.jumps]
    n_moves: int = 0  # of WINDOWS and COVARIANCE: joint changes of the market's [law] that it is made of
    decay: float = 1.0  # of COVARIANCE: what a joint date leaves of the weight of those before
    nu: float | None = None  # of COVARIANCE: degrees of freedom of a t; None: normal


def _windows(n: int) -> LawKind:
    meaning = f"the last {n:,} joint moves as they were, overlapping where the horizon is longer than a day"
    return LawKind(name=f"historical-{n}", meaning=meaning, way=Way.WINDOWS, n_moves=n)


LAW_KINDS: Registry[LawKind] = Registry(
    "law",
    (
        LawKind(
            name=FILTERED,
            meaning="past days' residuals drawn whole, by variances at four speeds that go along with the path",
            way=Way.ROWS,
        ),
        LawKind(
            name="filtered-regimes",
            meaning="the same, days like the present one more often at first, later all alike, by [law.regimes]",
            way=Way.ROWS,
            is_tilted=True,
        ),
        LawKind(
            name="mixture",
            meaning="filtered-regimes, and beyond the cap of its rows jumps, at most one a date, by [law.jumps]",
            way=Way.ROWS,
            is_tilted=True,
            jumps=True,
        ),
        *map(_windows, (250, 500, 1000)),
        LawKind(name=GAUSSIAN, meaning="normal, by the vols and correlations of one long window", way=Way.DIFFUSION),
        LawKind(
            name="ewma",
            meaning="normal; covariance per weekday with exponential weights, 0.97 a joint date",
            way=Way.COVARIANCE,
            n_moves=500,  # what lies before has 2e-7 of the weight
            decay=0.97,
        ),
        LawKind(
            name="t",
            meaning="multivariate t with 4 degrees of freedom; covariance per weekday of 500 joint dates",
            way=Way.COVARIANCE,
            n_moves=500,
            nu=4.0,
        ),
        LawKind(
            name=STRESSED,
            meaning="joint moves of the worst year for a book since 2007, as they were: unwind calibrate --stressed",
            way=Way.STRESS,
        ),
    ),
    name=lambda kind: kind.name,
)

KIND: Any = parameter(
    doc=f"By which law the factors move; left out, {GAUSSIAN}; all others are made of the market's [law]. "
    + "; ".join(f"{kind.name}: {kind.meaning}" for kind in LAW_KINDS.values())
    + ".",
    default=None,
    form=Form.CHOICE,
    choices=LAW_KINDS,
)


def way_of(unwind: Any) -> Way:
    """Return by what a scenario's moves are made; one without a law of its own is a diffusion."""
    return Way.DIFFUSION if unwind is None or unwind.law is None else LAW_KINDS[unwind.law].way


def takes_mechanisms(unwind: Any) -> bool:
    """Return whether a law of past days is drawn step by step, so that other mechanisms may come on top of a step."""
    return way_of(unwind) is Way.ROWS


def is_whole(unwind: Any) -> bool:
    """Return whether a scenario's moves are windows of the past as they were: known whole, nothing is drawn."""
    return way_of(unwind) in (Way.WINDOWS, Way.STRESS)


def draws_jumps(unwind: Any) -> bool:
    """Return whether a scenario's law has jumps beyond its rows, which are drawn even over one day."""
    return unwind is not None and unwind.law is not None and LAW_KINDS[unwind.law].jumps


def forecasting(group: Mapping[str, str]) -> dict[str, str]:
    """Return the laws of a group, law -> scenario, that say what may come: a stressed year says what once came."""
    return {law: name for law, name in group.items() if law not in LAW_KINDS or LAW_KINDS[law].way is not Way.STRESS}


def check_law(kind: str | None, refused: tuple[str, ...], findings: Findings) -> None:
    """Refuse mechanisms, by their keys in a scenario file, that a law of past days has no place for."""
    if kind is not None:
        on_top = ", drifts, a bridge, jumps, intervention and sales" if LAW_KINDS[kind].way is Way.ROWS else ""
        for key in refused:
            findings.refuse(
                key,
                f"law {kind!r} goes with shocks and vol multipliers{on_top}, not with {key}: leave {key} out, or take"
                " law = 'gaussian'" + (" (shocks with a `day` are jumps)" if key == "jumps" else ""),
            )


def check_law_on_market(kind: str | None, market: Market, findings: Findings) -> None:
    """Refuse a law of past days on a market that has none, or whose law does not say how some factor moves."""
    if kind is None:
        return
    for reason in lacking(LAW_KINDS[kind], market):
        findings.refuse("law", reason)


def lacking(kind: LawKind, market: Market) -> Sequence[str]:
    """Return what a market lacks for a law, in words; nothing where it has all."""
    if kind.way is Way.DIFFUSION:
        return ()
    if market.filtered is None:
        return (
            f"the market of {market.valuation_date} has no law of past days: {market.no_filtered}; `unwind calibrate"
            f" HISTORY --date {market.valuation_date}` writes one, or take --scenario base, the normal law by the"
            " market's vols (in a file, law = 'gaussian')",
        )
    names = [factor.name for factor in market.factors]
    return (*_lacking_of_state(kind, market, market.filtered, names), *_lacking_factors(market.filtered, names))


def stressed_command(valuation_date: date, book: str = "BOOK") -> str:
    """Return the command that finds the worst year for a book and writes the market with it."""
    return f"unwind calibrate HISTORY --date {valuation_date} --stressed {book} --out FOLDER"


def _lacking_of_state(kind: LawKind, market: Market, state: FilteredState, names: Sequence[str]) -> Sequence[str]:
    wanted = kind.n_moves + (MOST_DAYS - 1 if kind.way is Way.WINDOWS else 0)
    if len(state.moves) < wanted:
        return (
            f"law {kind.name!r} needs the last {wanted:,} joint changes; the market's [law] has {len(state.moves):,}",
        )
    if kind.way is Way.COVARIANCE and state.move_spans.size < kind.n_moves:
        return (
            f"law {kind.name!r} needs the weekdays of each joint change, `move_spans`, which the market's [law] lacks:"
            " `unwind calibrate` writes them",
        )
    if kind.way is Way.STRESS and state.stressed is None:
        return (
            f"law {kind.name!r} needs the worst year for a book, [law.stressed] and its file, which the market lacks:"
            f" `{stressed_command(market.valuation_date)}` finds and writes it",
        )
    if kind.is_tilted and state.regimes is None:
        return (
            f"law {kind.name!r} needs [law.regimes] and the file of memberships that it names, and the market has not"
            " both: `unwind calibrate` writes them; or take law = 'filtered'",
        )
    if kind.jumps and state.cap_jumps is None:
        return (f"law {kind.name!r} needs [law.jumps], which the market lacks: `unwind calibrate` writes it",)
    missing = [name for name in state.leaders if name not in names] if kind.way is Way.ROWS else []
    if missing:
        return (f"{', '.join(missing)} lead others in the market's [law] and are none of its factors",)
    return ()


def _lacking_factors(state: FilteredState, names: Sequence[str]) -> Sequence[str]:
    unknown = [name for name in names if name not in state.factors and name not in state.given]
    if unknown:
        return (f"the market's [law] does not say how {', '.join(unknown)} moves: add [law.given.NAME]",)
    return ()
