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
    from unwind_risk.api.analysis.backtest import Backtest, backtest
    from unwind_risk.api.analysis.calibrate import Calibration, calibrate
    from unwind_risk.api.analysis.explain import Explanation, explain
    from unwind_risk.api.analysis.hedge import Hedge, hedge
    from unwind_risk.api.analysis.nights import NightsExplanation
    from unwind_risk.api.analysis.record import Record
    from unwind_risk.api.analysis.replay import Replay, replay
    from unwind_risk.api.analysis.reverse import Reverse, reverse
    from unwind_risk.api.analysis.whatif import WhatIf, whatif
    from unwind_risk.api.book import Book
    from unwind_risk.api.levels import Levels, simulate
    from unwind_risk.api.market import Market
    from unwind_risk.api.result import Result
    from unwind_risk.api.run import run
    from unwind_risk.api.scenario import Scenario
    from unwind_risk.api.stress import StressResult, stress

__version__ = "0.1.0"

__all__ = [
    "Backtest",
    "Book",
    "Calibration",
    "Explanation",
    "Hedge",
    "InputError",
    "Levels",
    "Market",
    "NightsExplanation",
    "Record",
    "Replay",
    "Result",
    "Reverse",
    "RiskError",
    "Scenario",
    "StressResult",
    "WhatIf",
    "__version__",
    "backtest",
    "calibrate",
    "explain",
    "hedge",
    "positions",
    "replay",
    "reverse",
    "run",
    "simulate",
    "stress",
    "whatif",
]

_HOMES = {  # name -> the module that it is loaded from
    "Backtest": "unwind_risk.api.analysis.backtest",
    "Book": "unwind_risk.api.book",
    "Calibration": "unwind_risk.api.analysis.calibrate",
    "Explanation": "unwind_risk.api.analysis.explain",
    "Hedge": "unwind_risk.api.analysis.hedge",
    "InputError": "engine.errors",
    "Levels": "unwind_risk.api.levels",
    "Market": "unwind_risk.api.market",
    "NightsExplanation": "unwind_risk.api.analysis.nights",
    "Record": "unwind_risk.api.analysis.record",
    "Replay": "unwind_risk.api.analysis.replay",
    "Result": "unwind_risk.api.result",
    "Reverse": "unwind_risk.api.analysis.reverse",
    "RiskError": "engine.errors",
    "Scenario": "unwind_risk.api.scenario",
    "StressResult": "unwind_risk.api.stress",
    "WhatIf": "unwind_risk.api.analysis.whatif",
    "backtest": "unwind_risk.api.analysis.backtest",
    "calibrate": "unwind_risk.api.analysis.calibrate",
    "explain": "unwind_risk.api.analysis.explain",
    "hedge": "unwind_risk.api.analysis.hedge",
    "positions": "unwind_risk.api.positions",
    "replay": "unwind_risk.api.analysis.replay",
    "reverse": "unwind_risk.api.analysis.reverse",
    "run": "unwind_risk.api.run",
    "simulate": "unwind_risk.api.levels",
    "stress": "unwind_risk.api.stress",
    "whatif": "unwind_risk.api.analysis.whatif",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        from engine.errors import did_you_mean  # here: the import itself loads nothing of ours

        raise AttributeError(f"unwind_risk has no {name!r}{did_you_mean(name, __all__)}")
    home = import_module(_HOMES[name])
    found = globals()[name] = home if name == "positions" else getattr(home, name)
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


if not is_command():  # the command claims them in `main`, whatever else is on the path
    claim_siblings()
