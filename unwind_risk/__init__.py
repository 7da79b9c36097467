"""Monte Carlo market risk of the yen carry trade: what a program imports, and where the `unwind` command starts.

    import unwind_risk as uw

    result = uw.run(book="sample", paths=100_000)
    result.table()

Names are loaded when they are first used, so that the import itself takes no time. What is public is in `__all__`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from unwind_risk.siblings import claim_siblings, is_command

if TYPE_CHECKING:
    from engine.errors import InputError, RiskError
    from unwind_risk.api import positions
    from unwind_risk.api.book import Book
    from unwind_risk.api.levels import Levels, simulate
    from unwind_risk.api.market import Market
    from unwind_risk.api.result import Result
    from unwind_risk.api.run import run
    from unwind_risk.api.scenario import Scenario
    from unwind_risk.api.stress import StressResult, stress

__version__ = "0.1.0"

__all__ = [
    "Book",
    "InputError",
    "Levels",
    "Market",
    "Result",
    "RiskError",
    "Scenario",
    "StressResult",
    "__version__",
    "positions",
    "run",
    "simulate",
    "stress",
]

_HOMES = {  # name -> the module that it is loaded from
    "Book": "unwind_risk.api.book",
    "InputError": "engine.errors",
    "Levels": "unwind_risk.api.levels",
    "Market": "unwind_risk.api.market",
    "Result": "unwind_risk.api.result",
    "RiskError": "engine.errors",
    "Scenario": "unwind_risk.api.scenario",
    "StressResult": "unwind_risk.api.stress",
    "positions": "unwind_risk.api.positions",
    "run": "unwind_risk.api.run",
    "simulate": "unwind_risk.api.levels",
    "stress": "unwind_risk.api.stress",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'unwind_risk' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    found = globals()[name] = home if name == "positions" else getattr(home, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not is_command():  # the command claims them in `main`, whatever else is on the path
    claim_siblings()
