"""Residuals of the joint dates of a window, as the rows of a scenario: what those days were, at the vols of any day."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.calibration.diffusion import Window
from engine.calibration.filtered import filtered_state
from engine.calibration.filtered_markets import table_factors
from engine.errors import InputError
from engine.market.market import Market
from kernels.types import F64, Dates

_DIGITS = 4  # of a residual: 0.0001 standard deviations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowRows:
    """Residuals less their leads, cut, of the joint dates in a window."""

    factors: tuple[str, ...]
    dates: Dates  # (n_dates,)
    rows: F64  # (n_dates, n_factors) standard deviations


def window_rows(history: pd.DataFrame, market: Market, window: Window) -> WindowRows:
    """Return the rows of a window, by the filtered law of its last joint date.

    Parameters
    ----------
    history : as `engine.inputs.history.load.read_history` returns it
    market : whose factors they are of

    Raises
    ------
    InputError
        The window has fewer than ten joint dates, more than the law has rows, or as `filtered_state`.
    """
    inside = history.loc[: pd.Timestamp(window.end)]
    table = table_factors(market, inside)
    state, joint = filtered_state(inside, table.factors, window.end, beside=table.beside)
    n = int((joint.days >= np.datetime64(window.start)).sum())
    if not 10 <= n <= len(state.rows):
        raise InputError(
            f"from {window.start} to {window.end} the history has {n} joint dates; rows take 10 to {len(state.rows):,}"
        )
    return WindowRows(factors=state.factors, dates=joint.days[-n:], rows=state.rows[-n:])


def rows_text(found: WindowRows) -> str:
    """Return rows as TOML that a scenario with law 'filtered' may be, or extend."""
    return "\n".join([*_lines(found), ""])


def _lines(found: WindowRows) -> Iterator[str]:
    yield f'title = "Days as from {found.dates[0]} to {found.dates[-1]}"'
    yield f'description = "Residuals of {len(found.dates)} joint dates, drawn whole at the vols of the valuation date."'
    yield (
        f'source = "The history that was given, standardised by the filtered law as of {found.dates[-1]}:'
        ' docs/concepts/laws.md; chosen after the fact."'
    )
    yield "stress = true"
    yield 'law = "filtered"'
    for day, row in zip(found.dates, found.rows.tolist(), strict=True):
        sizes = ", ".join(f"{name} = {round(z, _DIGITS) + 0.0}" for name, z in zip(found.factors, row, strict=True))
        yield f'\n[[rows]]\ndate = "{day}"\nresiduals = {{ {sizes} }}'
