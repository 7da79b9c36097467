"""Sobol's points, scrambled anew for each replicate: even in every few coordinates, the first the best.

Sobol (1967), "On the distribution of points in a cube", USSR Comput. Math. and Math. Phys. 7(4), with the direction
numbers of Joe & Kuo (2008); scrambled by a random linear matrix and a shift, Matousek (1998), "On the L2-discrepancy
for anchored boxes", J. Complexity 14(4): each point alone is uniform, so that a mean over points is unbiased.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from kernels.types import F64, U64

DIGITS = 52  # binary, of a point: its middle is then a number in binary64
DIRECTION_NUMBERS = Path(__file__).with_name("data") / "direction-numbers.csv"
MOST_LOG2 = 31  # of points: digits that directions are made to


def sobol_points(n_coordinates: int, log2_points: int, key: tuple[int, int]) -> F64:
    """Return scrambled points within (0, 1), (n_coordinates, 2**log2_points), plain numbers.

    key   of the scrambling: the same key, the same points; different ones, independent scramblings

    Coordinates beyond those that have direction numbers, 256, are independent uniforms.
    """
    words = np.random.Philox(key=np.array(key, np.uint64))
    n_even = min(n_coordinates, len(_directions()))
    masks, shift = words.random_raw(n_even * DIGITS).reshape(n_even, DIGITS), words.random_raw(n_coordinates)
    directions = _scrambled(_directions()[:n_even, :log2_points], masks)
    digits = np.empty((n_coordinates, 1 << log2_points), np.uint64)
    digits[:, 0] = shift >> np.uint64(64 - DIGITS)
    for bit in range(log2_points):
        half = 1 << bit
        digits[:n_even, half : 2 * half] = digits[:n_even, :half] ^ directions[:, bit, None]
    rest = (n_coordinates - n_even, (1 << log2_points) - 1)
    digits[n_even:, 1:] = words.random_raw(rest[0] * rest[1]).reshape(rest) >> np.uint64(64 - DIGITS)
    return np.asarray((digits.astype(np.float64) + 0.5) * 2.0**-DIGITS)


@lru_cache(maxsize=1)
def _directions() -> U64:
    """Return the directions of each coordinate, (n, MOST_LOG2) numbers of DIGITS binary digits."""
    rows = [line.split(",") for line in DIRECTION_NUMBERS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    found = [_of_coordinate(0, 0, [])] + [_of_coordinate(int(s), int(a), list(map(int, m))) for s, a, *m in rows]
    return np.array(found, np.uint64)


def _of_coordinate(degree: int, coefficients: int, numbers: list[int]) -> list[int]:
    """Return a coordinate's directions by the recurrence of its polynomial; degree 0: the digits read backwards."""
    found = list(numbers) if degree else [1] * MOST_LOG2
    while len(found) < MOST_LOG2:
        number = found[-degree] ^ (found[-degree] << degree)
        for k in range(1, degree):
            if coefficients >> (degree - 1 - k) & 1:
                number ^= found[-k] << k
        found.append(number)
    return [number << (DIGITS - 1 - k) for k, number in enumerate(found)]


def _scrambled(directions: U64, random: U64) -> U64:
    """Return directions (n, n_bits) times a random lower matrix of each coordinate, with ones on its diagonal."""
    found = np.zeros_like(directions)
    for digit in range(DIGITS):  # the first is the greatest
        place = np.uint64(1 << (DIGITS - 1 - digit))
        above = np.uint64((1 << DIGITS) - (1 << (DIGITS - digit)))
        row = (random[:, digit, None] & above) | place
        found |= np.where(np.bitwise_count(row & directions) & 1, place, np.uint64(0))
    return found
