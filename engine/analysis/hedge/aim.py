"""What a mix of hedges makes least: one scenario's ES, the largest of several, or their weighted mean."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from engine.analysis.whatif.paired_changes import Change, drawn_changes, paired_changes
from engine.errors import InputError, did_you_mean
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.risk.estimate import Estimate
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.ranks import INTERVAL_CONFIDENCE, tail_mass
from engine.risk.tail import estimate_sample
from engine.run.prepared import Prepared
from kernels.types import F64

FIRST, WORST, MEAN = "first", "worst", "mean"
AIMS = {
    FIRST: "ES of the first scenario",
    WORST: "the largest ES of all scenarios",
    MEAN: "the weighted mean of all scenarios' ES",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which scenarios a mix is solved for, and what of their ES."""

    kind: str  # of AIMS
    scenarios: tuple[str, ...]  # the first ones of the run
    weights: tuple[float, ...]  # in all 1; (): the largest ES counts, not a mean

    @property
    def array(self) -> F64 | None:
        """Return the weights (n_scenarios,); None: the largest ES counts."""
        return np.array(self.weights) if self.weights else None


def aim_of(kind: str, weights: Mapping[str, float], names: Sequence[str]) -> Aim:
    """Return the aim of a run of these scenarios.

    weights   by scenario, of a mean; of a scenario that is not named 1

    Raises InputError for a kind that there is not, and for weights that say nothing.
    """
    if kind not in AIMS:
        raise InputError(f"--aim: no aim is called {kind!r}{did_you_mean(kind, [*AIMS])}; there are {', '.join(AIMS)}")
    if weights and kind != MEAN:
        raise InputError(f"--weight: weights are those of a mean; give --aim {MEAN} beside them, or leave them out")
    if kind == FIRST:
        return Aim(kind=kind, scenarios=(names[0],), weights=())
    if unknown := [name for name in weights if name not in names]:
        hint = did_you_mean(unknown[0], names)
        raise InputError(f"--weight: no scenario is called {unknown[0]!r}{hint}; there are {', '.join(names)}")
    each = [weights.get(name, 1.0) for name in names]
    if min(each) < 0.0 or not sum(each) > 0.0:
        raise InputError("--weight: weights must be 0 or more, and one of them above 0")
    mean = tuple(one / sum(each) for one in each) if kind == MEAN else ()
    return Aim(kind=kind, scenarios=tuple(names), weights=mean)


def weights_of(texts: Sequence[str]) -> dict[str, float]:
    """Return weights by scenario from NAME=NUMBER. Raises InputError."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        value = parse_number(number)
        if not name or value is None:
            raise InputError(f"--weight: must be SCENARIO=NUMBER, {PLAIN}, got {text!r}{number_hint(number)}")
        if name in found:
            raise InputError(f"--weight: {name!r} is given twice; give it once")
        found[name] = value
    return found


def aim_change(
    aim: Aim, before: Sequence[F64], after: Sequence[F64], confidence: float, drawn: Prepared | None
) -> Change:
    """Compare what an aim makes least before and after, on the same paths, with its paired error.

    Parameters
    ----------
    before, after : (n_paths,) P&L [currency] of each of the aim's scenarios, gains positive; paths are common
    drawn : whose first scenarios they are, for the error of the law's table; None: it is not wanted

    Notes
    -----
    Of a mean the error is that of the weighted sum of the excesses over each VaR, path by path, and the table's errors
    are added up: scenarios share one table. Of the largest ES it is that of the two scenarios that have it; where these
    are not the same the table's is not known.
    """
    if aim.weights:
        return _mean_change(aim, before, after, confidence, drawn)
    was, now = (_worst(pnl, confidence) for pnl in (before, after))
    if drawn is not None and was == now:
        return es_of(drawn_changes(drawn, was, before[was], after[was], (confidence,)))
    return es_of(paired_changes(before[was], after[now], (confidence,)))


def es_of(changes: Sequence[Change]) -> Change:
    """Return the change of ES among changes of all measures."""
    return next(each for each in changes if each.measure == EXPECTED_SHORTFALL.key)


def _worst(pnl: Sequence[F64], confidence: float) -> int:
    if len(pnl) == 1:
        return 0
    return int(np.argmax([estimate_sample(each, confidence).of(EXPECTED_SHORTFALL).value for each in pnl]))


def _mean_change(
    aim: Aim, before: Sequence[F64], after: Sequence[F64], confidence: float, drawn: Prepared | None
) -> Change:
    was, now = (_mean(aim, pnl, confidence) for pnl in (before, after))
    table_ses: list[float] = []
    if drawn is not None:
        pairs = enumerate(zip(before, after, strict=True))
        found = [es_of(drawn_changes(drawn, s, one, other, (confidence,))).table_se for s, (one, other) in pairs]
        table_ses = [w * se for w, se in zip(aim.weights, found, strict=True) if se is not None]
    return Change(
        measure=EXPECTED_SHORTFALL.key,
        confidence=confidence,
        before=_estimate(*was),
        after=_estimate(*now),
        value=now[0] - was[0],
        se=_mean_se(now[1] - was[1]),
        table_se=sum(table_ses) if table_ses else None,
    )


def _mean(aim: Aim, pnl: Sequence[F64], confidence: float) -> tuple[float, F64]:
    """Return the weighted mean of ES, and what each path adds to it beyond VaR: (n_paths,) [currency]."""
    n = pnl[0].size
    value, beyond, scale = 0.0, np.zeros(n), n / float(tail_mass(confidence, n))
    for weight, each in zip(aim.weights, pnl, strict=True):
        found = estimate_sample(each, confidence)
        value += weight * found.of(EXPECTED_SHORTFALL).value
        beyond += (weight * scale) * np.maximum(-each - found.of(VALUE_AT_RISK).value, 0.0)
    return value, beyond


def _mean_se(values: F64) -> float:
    return float(values.std()) / math.sqrt(values.size)


def _estimate(value: float, beyond: F64) -> Estimate:
    se = _mean_se(beyond)
    reach = float(ndtri((1.0 + INTERVAL_CONFIDENCE) / 2.0)) * se
    return Estimate(value=value, se=se, low=value - reach, high=value + reach)
