"""The laws that a backtest walks: those of `engine.mechanisms.law` that forecast, in its order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.backtest.laws.backtest_law import BacktestLaw
from engine.backtest.laws.by_covariance import by_covariance
from engine.backtest.laws.filtered import FILTERED
from engine.backtest.laws.filtered_regimes import FILTERED_REGIMES
from engine.backtest.laws.gaussian import GAUSSIAN
from engine.backtest.laws.historical import historical
from engine.backtest.laws.mixture import MIXTURE
from engine.errors import InputError, did_you_mean
from engine.mechanisms.law import LAW_KINDS, LawKind, Way

_OWN = {law.name: law for law in (FILTERED, FILTERED_REGIMES, MIXTURE, GAUSSIAN)}
_BY_WAY = {Way.WINDOWS: historical, Way.COVARIANCE: by_covariance}


def _law(kind: LawKind) -> BacktestLaw | None:
    """Return how a law forecasts; None of one that does not: a stressed year is of the past, whatever the date."""
    make = _BY_WAY.get(kind.way)
    return make(kind) if make is not None else _OWN.get(kind.name)


LAWS: dict[str, BacktestLaw] = {law.name: law for kind in LAW_KINDS.values() if (law := _law(kind)) is not None}


@contextmanager
def registered(law: BacktestLaw) -> Iterator[None]:
    """Have a law in the list for a while. Raises ValueError when one of its name is there."""
    if law.name in LAWS:
        raise ValueError(f"there is a law {law.name!r} already")
    LAWS[law.name] = law
    try:
        yield
    finally:
        del LAWS[law.name]


def laws_called(names: Sequence[str]) -> tuple[BacktestLaw, ...]:
    """Return laws by name, each once; "all" is every one. Raises InputError for a name that none has."""
    wanted = list(LAWS) if "all" in names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in LAWS:
            raise InputError(f"no law is called {name!r}{did_you_mean(name, list(LAWS))}; known are {', '.join(LAWS)}")
    return tuple(LAWS[name] for name in wanted)
