"""A run's result as one line of strict JSON: what `unwind run --json` prints."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.analysis.contributions.figures import contributions_json
from engine.backtest.bundled_verdicts import laws_json
from engine.risk.results import RunResult, as_json, plain_json

if TYPE_CHECKING:
    from engine.analysis.contributions.figures import ContributionTable
    from engine.analysis.gradient.gradients import GradientTable
    from engine.record.read import LimitUse


def result_json(
    result: RunResult,
    contributions: "Sequence[ContributionTable]" = (),
    gradients: "Sequence[GradientTable]" = (),
    uses: "Sequence[LimitUse]" = (),
) -> str:
    """Return the result, what it was taken apart by, and the use of limits.

    Raises RiskError where a figure is not a number.
    """
    slopes = {"gradients": [plain_json(each, "gradients") for each in gradients]} if gradients else {}
    limits = {"limits": [plain_json(each, "limits") for each in uses]} if uses else {}
    return json.dumps(
        {**as_json(result), **laws_json(result), **contributions_json(contributions), **slopes, **limits},
        ensure_ascii=False,
        allow_nan=False,
    )
