"""Convergence: a measure from more and more paths with its interval, beside that of the whole run."""

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from engine.report.pictures.svg import (
    Axis,
    Width,
    area,
    at_both_widths,
    dot,
    level_line,
    line,
    text,
    vertical_axis,
)
from kernels.types import F64

_HEIGHT, _LEFT, _TOP, _BELOW, _RIGHT = 190.0, 40.0, 8.0, 20.0, 50.0


def convergence(
    alt: str, n_paths: Sequence[int], values: F64, low: F64, high: F64, final: tuple[int, float], figure: str
) -> Markup:
    """Draw estimates from `n_paths` paths, in the logarithm, and their interval; `figure` is the whole run's.

    values, low, high   (n,); an end that is no number is not drawn
    final               paths and value of the whole run
    """
    return at_both_widths(alt, lambda width: _drawn(width, n_paths, values, low, high, final, figure))


def _drawn(
    width: Width,
    n_paths: Sequence[int],
    values: F64,
    low: F64,
    high: F64,
    final: tuple[int, float],
    figure: str,
) -> tuple[float, str]:
    known = np.concatenate([values, low, high, [final[1]]])
    known = known[np.isfinite(known)]
    across = Axis(low=math.log10(n_paths[0]), high=math.log10(final[0]), start=_LEFT, end=width.pixels - _RIGHT)
    up = Axis(low=float(known.min()), high=float(known.max()), start=_HEIGHT - _BELOW, end=_TOP)
    places = [across.at(math.log10(n)) for n in n_paths]
    whole = np.isfinite(low) & np.isfinite(high)
    upper, lower = ([(x, up.at(v)) for x, v, known in zip(places, ends, whole, strict=True) if known]
                    for ends in (high, low))  # fmt: skip
    tens = range(math.ceil(across.low), math.floor(across.high) + 1)
    parts = [
        vertical_axis(up, _LEFT, across.end, 4),
        *(text("tick", across.at(float(k)), _HEIGHT - 5.0, f"{10**k:,}", "middle") for k in tens),
        area("interval", upper, lower),
        level_line("median", _LEFT, across.end, up.at(final[1])),
        line("law c1", [(x, up.at(v)) for x, v in zip(places, values.tolist(), strict=True)]),
        *(dot("law-dot c1", x, up.at(v), 2.5) for x, v in zip(places, values.tolist(), strict=True)),
        dot("law-dot c0", across.end, up.at(final[1]), 4.0),
        text("figure strong", across.end + 8.0, up.at(final[1]) + 4.0, figure),
    ]
    return _HEIGHT, "".join(parts)
