"""A request to stop, honoured between two pieces of work, so that nothing that was computed is lost."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from engine.errors import RiskError

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StoppedWorkError(RiskError):
    """A signal came; the work goes on from what it kept when it is started again."""

    def __init__(self, number: int) -> None:
        name = signal.Signals(number).name
        super().__init__(f"{name}: stopped, and what was finished is kept; start the same command again to go on")
        self.exit_code = 128 + number


class Stop:
    """Whether a stop was asked for."""

    def __init__(self) -> None:
        self.number: int | None = None  # of the signal

    def check(self) -> None:
        """Raise StoppedWorkError if a stop was asked for."""
        if self.number is not None:
            raise StoppedWorkError(self.number)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Take SIGTERM and SIGINT as requests; a second one acts as it did before."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.number = number
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
