"""What a run says before and while it works: kept for its result, and passed on."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

LOG = logging.getLogger("unwind_risk")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Notes:
    """Lines as they come. A program finds them in its result and in the log; a command prints them at once."""

    pass_on: Callable[[str], None] = LOG.info
    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Keep a line, and pass it on."""
        self.lines.append(text)
        self.pass_on(text)
