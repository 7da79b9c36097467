"""Points: discount factors and their inverses that payoffs need on each path, alone or as products of some."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.conventions.currencies import HOME, currency_of
from engine.market.lookup import curve_factors, pillar_weights
from engine.market.market import Market
from engine.payoffs.curves import zero_curve
from kernels.layout import Point, Points
from kernels.records import Rows
from kernels.types import F64, I64


@dataclass(slots=True)
class PointList:
    """Points asked for so far, each once."""

    keys: dict[tuple[int, str, float, int, int], int] = field(default_factory=dict)

    def discount(self, when: int, curve: str, time: float, then: int = -1) -> int:
        """Return the number of the discount factor over `time` years on `curve`, looked at at observation `when`.

        `then` is the number of a point that it is multiplied by, asked for before; -1: of none.
        """
        return self.keys.setdefault((when, curve, time, -1, then), len(self.keys))

    def growth(self, when: int, curve: str, time: float) -> int:
        """Return the number of the inverse of a discount factor."""
        return self.keys.setdefault((when, curve, time, 1, -1), len(self.keys))

    def today(self, when: int, currency: str, lag: float) -> int:
        """Return the number of what a currency is worth on the day over what its spot rate says, `lag` years ahead.

        D(lag) / P(lag), as `engine.payoffs.spot_days` has it; -1, no point, where there is no lag.
        """
        if lag == 0.0:
            return -1
        inverse = self.growth(when, currency_of(currency).curves.fx, lag)
        return self.discount(when, currency_of(HOME).curves.fx, lag, inverse)

    def worth(self, when: int, currency: str, lag: float) -> int:
        """Return the number of `today`'s point, or of one that is always 1 where there is no lag."""
        found = self.today(when, currency, lag)
        return found if found >= 0 else self.discount(when, currency_of(currency).curves.fx, 0.0)

    def tables(self, market: Market, shocked: Sequence[Market]) -> Points:
        """Return the points as kernels read them, their starts in each of the `shocked` markets."""
        (below, above), (a, b) = (each.T for each in self._factors(market))
        when, then = (np.array([key[place] for key in self.keys], np.int64) for place in (0, 4))
        rows = Point.rows(when=when, below=below, above=above, a=a, b=b, then=then)
        return Points(points=rows, start=self._starts(shocked))

    def _factors(self, market: Market) -> tuple[I64, F64]:
        """Return the rows that move each point, and d ln(point) / d(deviation) of them: (n_points, 2) [years]."""
        factors, exponents = np.zeros((len(self.keys), 2), np.int64), np.zeros((len(self.keys), 2))
        for i, (_, curve, time, sign, _then) in enumerate(self.keys):
            if curve_factors(market, curve)[1].size:
                pair, weight = pillar_weights(market, np.array([curve]), np.array([time]))
                factors[i] = pair[0]
                exponents[i] = sign * time * (1.0 - weight[0]), sign * time * weight[0]
        return factors, exponents

    def _starts(self, shocked: Sequence[Market]) -> F64:
        """Return the values with no deviation: (n_scenarios, n_points)."""
        starts = np.ones((len(shocked), len(self.keys)))
        for i, (_, curve, time, sign, then) in enumerate(self.keys):
            own = [zero_curve(curve, market).discount(time) ** -float(sign) for market in shocked]
            starts[:, i] = own if then < 0 else own * starts[:, then]  # a chain leads back to points asked for before
        return starts


def chain(points: Rows[Point], number: int) -> Iterator[Point]:
    """Yield a point and those that it is multiplied by."""
    while number >= 0:
        yield points[number]
        number = int(points[number].then)
