"""The tail measures there are. Results, records, limits, metrics, reports and tables iterate over this list."""

from collections.abc import Iterable
from fractions import Fraction

from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.measure import TailMeasure
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.ranks import Confidence, exact_confidence
from kernels.registry import Registry

# By key, in the order in which they are shown.
MEASURES: Registry[TailMeasure] = Registry(
    "measure",
    (
        VALUE_AT_RISK,
        EXPECTED_SHORTFALL,
    ),
    name=lambda each: each.key,
)

# What a summary shows where there is room for little. The first is drawn as a line or a bar and ranks books, the
# others are marks beside it; the last is also counted from the shocked state.
HEADLINE = (VALUE_AT_RISK, EXPECTED_SHORTFALL)


def measures_among(keys: Iterable[str]) -> tuple[TailMeasure, ...]:
    """Return the measures whose keys are among `keys`, in the order in which they are shown."""
    wanted = set(keys)
    return tuple(each for each in MEASURES.values() if each.key in wanted)


def measures_by_label() -> dict[str, TailMeasure]:
    """Return the measures by what limit files and tables call them."""
    return {each.label: each for each in MEASURES.values()}


def quantiles_needed(confidences: Iterable[Confidence]) -> tuple[Confidence, ...]:
    """Return the confidences whose order statistics all measures need at `confidences`, each once.

    Raises
    ------
    InputError
        A confidence is out of range.
    """
    found: dict[Fraction, Confidence] = {}
    for confidence in confidences:
        for measure in MEASURES.values():
            found |= {exact_confidence(each): each for each in measure.quantiles(confidence)}
    return tuple(found.values())
