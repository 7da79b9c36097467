"""Studies of what sold Treasuries do to yields, and the law of the impact that a path draws from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import check_ranges, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What one study finds that USD 100 bn of Treasuries sold within a month add to the 5-year yield at first."""

    study: str = parameter(doc="Who and where.", is_name=True)
    low_bp: float = parameter(doc="The least that it finds.", low=0.0, high=1e3, unit="bp per USD 100 bn")
    high_bp: float = parameter(
        doc="The most; a path that draws this study has any in between, one as likely as the other.",
        low=0.0,
        high=1e3,
        unit="bp per USD 100 bn",
    )
    weight: float = parameter(
        doc="How likely a path draws it, over the sum of all.", default=1.0, above=0.0, high=1e3, source="assumption"
    )

    def words(self) -> str:
        """Say it in a line, weight aside."""
        size = f"{self.low_bp:g}" if self.low_bp == self.high_bp else f"{self.low_bp:g} to {self.high_bp:g}"
        return f"{size} bp ({self.study})"


STUDIES = (  # by their figures: each paper weighs the same
    Study(study="Beltran et al., FRB IFDP 1041 (2012), short run", low_bp=40.0, high_bp=60.0, weight=2.0),
    Study(study="Ahmed and Rebucci, NBER 30476 (2022), older identification", low_bp=19.0, high_bp=44.0),
    Study(study="Ahmed and Rebucci, NBER 30476 (2022), more than 100: 100 taken", low_bp=100.0, high_bp=100.0),
    Study(study="IMF WP/17/174 (2017)", low_bp=1.5, high_bp=1.8, weight=2.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLaw:
    """The law of an impact: a study by its weight, and evenly within its range; in any unit."""

    weights: Sequence[float]  # they add up to 1
    lows: Sequence[float]
    highs: Sequence[float]

    def below(self, impact: float) -> float:
        """Return the probability of at most so much."""
        return sum(w * _share(low, high, impact) for w, low, high in self._each())

    def quantile(self, probability: float) -> float:
        """Return the least impact that is not exceeded with a probability in (0, 1)."""
        ends = sorted({*self.lows, *self.highs})
        before = ends[0]
        for end in ends:
            atom = sum(w for w, low, high in self._each() if low == high == end)
            reached, at_end = self.below(before), self.below(end)
            if probability <= at_end - atom:
                return before + (end - before) * (probability - reached) / (at_end - atom - reached)
            if probability <= at_end:
                return end
            before = end
        return ends[-1]

    def _each(self) -> Sequence[tuple[float, float, float]]:
        return list(zip(self.weights, self.lows, self.highs, strict=True))


def law_of_studies(studies: Sequence[Study]) -> StudyLaw:
    """Return the law of the impact of some studies, in bp per USD 100 bn."""
    total = sum(each.weight for each in studies)
    return StudyLaw(
        weights=[each.weight / total for each in studies],
        lows=[each.low_bp for each in studies],
        highs=[each.high_bp for each in studies],
    )


def check_studies(studies: Sequence[Study], at: str, findings: Findings) -> None:
    """Refuse figures out of range, and a study whose least is above its most; `at` is their place."""
    for i, each in enumerate(studies):
        where = f"{at}[{i + 1}]."
        check_ranges(each, where, findings)
        if each.low_bp > each.high_bp:
            findings.refuse(f"{where}low_bp", f"must be at most `high_bp`, {each.high_bp!r}, got {each.low_bp!r}")


def _share(low: float, high: float, impact: float) -> float:
    if impact >= high:
        return 1.0
    return (impact - low) / (high - low) if impact > low else 0.0
