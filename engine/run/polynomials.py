"""Compress flows between two pillars into one polynomial of the two pillars' deviations, with a bound on the error.

A flow's value is v exp(e0 x0 + e1 x1). On x = centre + half_width * u, |u| <= 1, each exponential is its Chebyshev
series exp(a u) = I_0(a) + 2 sum I_k(a) T_k(u) (Abramowitz & Stegun 9.6.34), so a segment is the sum of products of two
such series. Cut at total degree D, what is left out is at most the sum of its coefficients' sizes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev
from scipy.special import iv

from engine.run.flows import Segments
from kernels.base import DEGREES

F64 = npt.NDArray[np.float64]

WANTED = 1e-10  # of a segment's gross value: its error at most
REACH = 8.5  # standard deviations of the horizon's law that a polynomial covers, where `WANTED` allows it
NARROWER = 0.7  # step by which the range shrinks where it does not; paths outside are summed flow by flow
ORDERS = max(DEGREES) + 12  # of each series; the next is below 1e-20 where the range is of any use
ROUNDING = 2.0**-53


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compressed:
    """Polynomials of all segments in all scenarios."""

    degree: int
    coefficients: F64  # (n_scenarios, n_segments, n_terms) power basis, u-major
    half_width: F64  # (n_scenarios, n_factors) of the range, in units of the deviations
    bound: float  # error at most, as a fraction of gross value: of any segment, so of any book; never above WANTED
    lost: F64  # (n_scenarios, n_segments) error at most, in the currency
    most: F64  # (n_scenarios, n_segments) gross value at most within the range, in the currency


def compress(segments: Segments, values: F64, centre: F64, std: F64) -> Compressed:
    """Polynomials of the lowest degree that is good enough; where none is, on a narrower range.

    values       (n_scenarios, n_flows)    at the horizon with no deviation, in the flow's currency
    centre, std  (n_scenarios, n_factors)  of the deviations at the horizon
    """
    reach = np.full(values.shape[0], REACH)
    gross = _per_segment(segments, np.abs(values))  # (n_scenarios, n_segments)
    while True:
        half_width = reach[:, None] * std
        with np.errstate(over="ignore", invalid="ignore"):  # a range far too wide overflows: no number of its is kept
            series = np.stack(
                [_series(segments, *scenario) for scenario in zip(values, centre, half_width, strict=True)]
            )
            cuts = [_cut(series, degree) for degree in DEGREES]
            parts = np.stack([lost for _, lost in cuts]) / np.maximum(gross, np.finfo(np.float64).tiny)
        bounds = parts.max(axis=2, initial=0.0)  # (n_degrees, n_scenarios)
        enough = bounds <= WANTED
        if enough.any(axis=0).all():
            taken = enough.argmax(axis=0)  # by each scenario alone, so that its bits do not depend on the others
            degree = DEGREES[taken.max()]
            terms = [_padded(cuts[k][0][s], DEGREES[k], degree) for s, k in enumerate(taken)]
            return Compressed(
                degree=degree,
                coefficients=np.stack(terms),
                half_width=half_width,
                bound=float(bounds[taken, np.arange(taken.size)].max(initial=0.0)),
                lost=np.stack([cuts[k][1][s] for s, k in enumerate(taken)]),
                most=_most(segments, values, centre, half_width),
            )
        reach = np.where(enough[-1], reach, NARROWER * reach)


def _padded(terms: F64, own: int, degree: int) -> F64:
    """The polynomials (n_segments, n_terms) with zeros from degree `own` up to `degree`: on top they change no bit."""
    i, j = np.array([(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]).T
    padded = np.zeros((terms.shape[0], i.size))
    padded[:, i + j <= own] = terms
    return padded


def _cut(series: F64, degree: int) -> tuple[F64, F64]:
    """Terms up to a total degree, and each segment's error at most: (n_scenarios, n_segments)."""
    orders = np.add.outer(np.arange(ORDERS), np.arange(ORDERS))
    kept = np.where(orders <= degree, series, 0.0)
    terms = _power_terms(kept, degree)
    lost = np.abs(series - kept).sum(axis=(2, 3)) + 4.0 * degree * ROUNDING * np.abs(terms).sum(axis=2)
    return terms, lost


def _series(segments: Segments, values: F64, centre: F64, half_width: F64) -> F64:
    """Chebyshev coefficients (n_segments, ORDERS, ORDERS) of T_k(u) T_l(v) in one scenario."""
    factors = _factors_of_flows(segments)
    at_centre = values * np.exp((segments.exponents * centre[factors]).sum(axis=1))
    widths = segments.exponents * half_width[factors]
    orders = np.arange(ORDERS)
    weights = np.where(orders == 0, 1.0, 2.0)
    u, v = (weights * iv(orders, widths[:, side, None]) for side in (0, 1))  # (n_flows, ORDERS)
    parts = [(at_centre[a:b, None] * u[a:b]).T @ v[a:b] for a, b in segments.flow_range.tolist()]
    return np.array(parts).reshape(len(parts), ORDERS, ORDERS)


def _factors_of_flows(segments: Segments) -> npt.NDArray[np.int64]:
    """(n_flows, 2) factors at the pillars of each flow."""
    return np.repeat(segments.segment_factors, np.diff(segments.flow_range, axis=1).ravel(), axis=0)


def _power_terms(kept: F64, degree: int) -> F64:
    """From T_k(u) T_l(v) to u^i v^j, i + j <= degree: (n_scenarios, n_segments, n_terms), u-major."""
    n = degree + 1
    to_powers = np.zeros((n, n))  # [k, i]: of u^i in T_k
    for k in range(n):
        to_powers[k, : k + 1] = chebyshev.cheb2poly(np.eye(n)[k])[: k + 1]
    powers = np.einsum("ki,sgkl,lj->sgij", to_powers, kept[:, :, :n, :n], to_powers)
    i, j = zip(*((i, j) for i in range(n) for j in range(n - i)), strict=True)
    return np.ascontiguousarray(powers[:, :, i, j])


def _per_segment(segments: Segments, values: F64) -> F64:
    """Sum (n_scenarios, n_flows) over each segment's flows."""
    return np.stack([values[:, a:b].sum(axis=1) for a, b in segments.flow_range.tolist()], axis=1)


def _most(segments: Segments, values: F64, centre: F64, half_width: F64) -> F64:
    """Gross value of each segment in the corner of its range where it is largest: (n_scenarios, n_segments)."""
    factors = _factors_of_flows(segments)
    moves = segments.exponents * centre[:, factors] + np.abs(segments.exponents) * half_width[:, factors]
    return _per_segment(segments, np.abs(values) * np.exp(moves.sum(axis=2)))
