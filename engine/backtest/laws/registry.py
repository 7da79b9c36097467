"""The one list of laws that a backtest walks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.backtest.laws.backtest_law import BacktestLaw
from engine.backtest.laws.ewma import EWMA
from engine.backtest.laws.filtered import FILTERED
from engine.backtest.laws.filtered_regimes import FILTERED_REGIMES
from engine.backtest.laws.gaussian import GAUSSIAN
from engine.backtest.laws.historical import SIZES, historical
from engine.backtest.laws.student import STUDENT
from engine.errors import InputError, did_you_mean

LAWS: dict[str, BacktestLaw] = {
    law.name: law for law in (FILTERED, FILTERED_REGIMES, *map(historical, SIZES), GAUSSIAN, EWMA, STUDENT)
}


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
