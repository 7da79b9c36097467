"""Compress flows between two pillars into one polynomial of the two pillars' deviations, with a bound on the error.

A flow's value is v exp(e0 x0 + e1 x1). On x = centre + half_width * u, |u| <= 1, each exponential is its Chebyshev
series exp(a u) = I_0(a) + 2 sum I_k(a) T_k(u) (Abramowitz & Stegun 9.6.34), so a segment is the sum of products of two
such series. Cut at total degree D, what is left out is at most the sum of its coefficients' sizes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import iv

from engine.pack.flows import Segments
from kernels.layout import DEGREES
from kernels.types import F64, I64

WANTED = 1e-10  # of a segment's gross value: its error at most
REACH = 8.5  # standard deviations of the horizon's law that a polynomial covers, where `WANTED` allows it
NARROWER = 0.7  # step by which the range shrinks where it does not; paths outside are summed flow by flow
FEW = 1  # flows of a segment up to which their exponentials are cheaper than a polynomial
ORDERS = max(DEGREES) + 12  # of each series; the next is below 1e-20 where the range is of any use
ROUNDING = 2.0**-53
_SUMMED = 256  # flows at a time: of longer sums BLAS makes as many parts as it has threads, and other bits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compressed:
    """Polynomials of all segments in all scenarios."""

    degrees: I64  # (n_scenarios, n_segments) total degree of each; 0: its flows one by one
    coefficients: F64  # (n_scenarios, n_segments, n_terms) power basis, by total degree, then zeros
    half_width: F64  # (n_scenarios, n_moves) of the range, in units of the deviations
    bound: float  # error at most, as a fraction of gross value: of any segment, so of any book; never above WANTED
    lost: F64  # (n_scenarios, n_segments) error at most, in the currency
    most: F64  # (n_scenarios, n_segments) gross value at most within the range, in the currency


def compress(segments: Segments, values: F64, centre: F64, std: F64) -> Compressed:
    """Polynomials of the lowest degree that is good enough for each segment; where none is, on a narrower range.

    values       (n_scenarios, n_flows)    at the horizon with no deviation, in the flow's currency
    centre, std  (n_scenarios, n_moves)  of the deviations at the horizon
    """
    found = [_compress(segments, *scenario) for scenario in zip(values, centre, std, strict=True)]
    n_terms = max(each.coefficients.shape[1] for each in found)
    return Compressed(
        degrees=np.stack([each.degrees for each in found]),
        coefficients=np.stack(
            [np.pad(each.coefficients, ((0, 0), (0, n_terms - each.coefficients.shape[1]))) for each in found]
        ),
        half_width=np.stack([each.half_width for each in found]),
        bound=max(each.bound for each in found),
        lost=np.stack([each.lost for each in found]),
        most=np.stack([each.most for each in found]),
    )


def _compress(segments: Segments, values: F64, centre: F64, std: F64) -> Compressed:
    """As `compress`, in one scenario: by itself, so that its bits do not depend on the others."""
    few = np.diff(segments.flow_range, axis=1).ravel() <= FEW
    gross = np.maximum(_per_segment(segments, np.abs(values)), np.finfo(np.float64).tiny)
    reach = REACH
    while True:
        half_width = reach * std
        with np.errstate(over="ignore", invalid="ignore"):  # a range far too wide overflows: no number of its is kept
            series = _series(segments, values, centre, half_width)
            cuts = [_cut(series, degree) for degree in DEGREES]
            parts = np.stack([lost for _, lost in cuts]) / gross  # (n_degrees, n_segments)
        enough = (parts <= WANTED) | few
        if enough.any(axis=0).all():
            taken = enough.argmax(axis=0)
            own = np.where(few, 0.0, np.take_along_axis(parts, taken[None], axis=0)[0])
            return Compressed(
                degrees=np.where(few, 0, np.array(DEGREES)[taken]),
                coefficients=_chosen([terms for terms, _ in cuts], np.where(few, -1, taken)),
                half_width=half_width,
                bound=float(own.max(initial=0.0)),
                lost=own * gross,
                most=_most(segments, values, centre, half_width),
            )
        reach *= NARROWER


def _chosen(cuts: list[F64], taken: I64) -> F64:
    """The terms of each segment's own degree, DEGREES[taken], then zeros; -1: none."""
    chosen = np.zeros((taken.size, cuts[taken.max(initial=-1)].shape[1] if taken.max(initial=-1) >= 0 else 0))
    for k in np.unique(taken[taken >= 0]).tolist():
        mine = taken == k
        chosen[mine, : cuts[k].shape[1]] = cuts[k][mine]
    return chosen


def _cut(series: F64, degree: int) -> tuple[F64, F64]:
    """Terms up to a total degree, and each segment's error at most: (n_segments,)."""
    orders = np.add.outer(np.arange(ORDERS), np.arange(ORDERS))
    kept = np.where(orders <= degree, series, 0.0)
    terms = _power_terms(kept, degree)
    lost = np.abs(series - kept).sum(axis=(1, 2)) + 4.0 * degree * ROUNDING * np.abs(terms).sum(axis=1)
    return terms, lost


def _series(segments: Segments, values: F64, centre: F64, half_width: F64) -> F64:
    """Chebyshev coefficients (n_segments, ORDERS, ORDERS) of T_k(u) T_l(v) in one scenario."""
    factors = _factors_of_flows(segments)
    at_centre = values * np.exp((segments.exponents * centre[factors]).sum(axis=1))
    widths = segments.exponents * half_width[factors]
    orders = np.arange(ORDERS)
    weights = np.where(orders == 0, 1.0, 2.0)
    distinct, place = np.unique(widths.view(np.int64), return_inverse=True)  # bit by bit: flows of all books share days
    table = np.asarray(weights * iv(orders, distinct.view(np.float64)[:, None]), np.float64)  # (n_distinct, ORDERS)
    places = place.reshape(widths.shape)
    u, v = table[places[:, 0]] * at_centre[:, None], table[places[:, 1]]  # (n_flows, ORDERS)
    parts = [_outer_sum(u[a:b], v[a:b]) for a, b in segments.flow_range.tolist()]
    return np.array(parts).reshape(len(parts), ORDERS, ORDERS)


def _outer_sum(u: F64, v: F64) -> F64:
    """Sum over rows of the outer products of u's and v's, both (n_flows, ORDERS), whatever the number of threads."""
    total = u[:_SUMMED].T @ v[:_SUMMED]
    for first in range(_SUMMED, len(u), _SUMMED):
        part = slice(first, first + _SUMMED)
        total += u[part].T @ v[part]
    return np.asarray(total)


def _factors_of_flows(segments: Segments) -> I64:
    """(n_flows, 2) factors at the pillars of each flow."""
    return np.repeat(segments.segment_factors, np.diff(segments.flow_range, axis=1).ravel(), axis=0)


def _power_terms(kept: F64, degree: int) -> F64:
    """From T_k(u) T_l(v) to u^i v^j, i + j <= degree: (n_segments, n_terms), by i + j, then i."""
    n = degree + 1
    to_powers = np.zeros((n, n))  # [k, i]: of u^i in T_k
    for k in range(n):
        to_powers[k, : k + 1] = chebyshev.cheb2poly(np.eye(n)[k])[: k + 1]
    powers = np.einsum("ki,gkl,lj->gij", to_powers, kept[:, :n, :n], to_powers, optimize=True)
    i, j = np.array([(i, total - i) for total in range(n) for i in range(total + 1)]).T
    return np.ascontiguousarray(powers[:, i, j])


def _per_segment(segments: Segments, values: F64) -> F64:
    """Sum of (n_flows,) over each segment's flows."""
    return np.array([values[a:b].sum() for a, b in segments.flow_range.tolist()])


def _most(segments: Segments, values: F64, centre: F64, half_width: F64) -> F64:
    """Gross value of each segment in the corner of its range where it is largest: (n_segments,)."""
    factors = _factors_of_flows(segments)
    moves = segments.exponents * centre[factors] + np.abs(segments.exponents) * half_width[factors]
    return _per_segment(segments, np.abs(values) * np.exp(moves.sum(axis=1)))
