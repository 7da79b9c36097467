"""What a run will keep of its tails, and the memory that takes, known before the first path."""

from dataclasses import dataclass
from enum import Enum

from engine.errors import InputError
from engine.risk.measures.registry import quantiles_needed
from engine.risk.ranks import (
    MARGIN_SE,
    Confidence,
    check_n_paths,
    exact_confidence,
    order_statistics_needed,
    rank_se,
    tail_mass,
)
from kernels.base import CELL

PILOT_CELLS = (16, 32, 64, 128, 256)  # 2^20 to 2^24 paths; the plan takes the one that needs least memory
WIDEST_SE = 4 * MARGIN_SE  # brackets may be widened twofold twice after a miss; the pilot's tail reaches that far


class TailMode(Enum):
    """How a run keeps its tails."""

    WHOLE = "whole"  # every tail, to the last order statistic that is needed
    BRACKETS = "brackets"  # after a pilot, only the neighbourhoods of the quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class TailPlan:
    """Sizes of one run's tails. Rows are (scenario, scope)."""

    n_rows: int
    n_paths: int
    confidences: tuple[float, ...]
    quantiles: tuple[float, ...]  # confidences whose order statistics all measures need at these
    mode: TailMode
    pilot_cells: int  # cells whose tails are kept whole: all of them in WHOLE
    keep: int  # smallest P&L kept per row: of the run in WHOLE, of the pilot in BRACKETS
    kept_beyond: int  # P&L expected inside brackets per row, after the pilot
    bytes: int  # host memory of one accumulator at its peak

    @property
    def n_cells(self) -> int:
        """Return the number of cells of the run."""
        return -(-self.n_paths // CELL)

    @property
    def slack(self) -> int:
        """Return the room beyond `keep` that makes compactions rare."""
        return slack_for(self.keep)

    def bracket_indices(self, margin_se: float) -> list[tuple[int, int]]:
        """Return each bracket's ends, as indices into the pilot's ascending P&L. Below 0: no lower end."""
        n_pilot = self.pilot_cells * CELL
        ends = []
        for confidence in sorted(self.quantiles, reverse=True):
            middle, reach = float(tail_mass(confidence, n_pilot)), margin_se * rank_se(confidence, n_pilot)
            ends.append((int(middle - reach) if middle > reach else -1, min(int(middle + reach) + 1, self.keep - 1)))
        return ends


def plan_tails(n_rows: int, n_paths: int, confidences: tuple[Confidence, ...], budget_bytes: int) -> TailPlan:
    """Choose how to keep the tails of `n_rows` rows within `budget_bytes` of host memory.

    Raises
    ------
    InputError
        Fewer than 2 paths, no or repeated confidences, one out of range, or no way within the budget; says the need.
    """
    check_n_paths(n_paths, least=2)
    exact = [exact_confidence(c) for c in confidences]
    if not exact or len(set(exact)) < len(exact):
        raise InputError(f"`confidences` must name at least one, each once, got {list(confidences)}")
    levels = tuple(float(c) for c in exact)
    plans = [plan_whole(n_rows, n_paths, levels)]
    if plans[0].bytes > budget_bytes:
        plans += [plan_brackets(n_rows, n_paths, levels, c) for c in PILOT_CELLS if 2 * c * CELL <= n_paths]
    best = plans[0] if plans[0].bytes <= budget_bytes else min(plans, key=lambda plan: plan.bytes)
    if best.bytes > budget_bytes:
        raise InputError(
            f"{n_paths} paths of {n_rows} rows (scenarios x scopes) need {_gib(best.bytes)} for tails and cells, and "
            f"{_gib(budget_bytes)} are allowed: take fewer paths, scenarios, books or confidences, or allow more memory"
        )
    return best


def plan_whole(n_rows: int, n_paths: int, confidences: tuple[float, ...]) -> TailPlan:
    """Plan to keep every tail whole, 6 standard errors beyond the rank of the largest."""
    quantiles = _quantiles(confidences)
    keep = max(order_statistics_needed(c, n_paths) for c in quantiles)
    return TailPlan(
        n_rows=n_rows,
        n_paths=n_paths,
        confidences=confidences,
        quantiles=quantiles,
        mode=TailMode.WHOLE,
        pilot_cells=-(-n_paths // CELL),
        keep=keep,
        kept_beyond=0,
        bytes=_cell_bytes(n_rows, n_paths) + 8 * (n_rows * (keep + slack_for(keep)) + 3 * keep),
    )


def plan_brackets(n_rows: int, n_paths: int, confidences: tuple[float, ...], pilot_cells: int) -> TailPlan:
    """Plan to keep the pilot's tails, and from there on P&L within 6 standard errors of the pilot's quantiles."""
    n_pilot = pilot_cells * CELL
    quantiles = _quantiles(confidences)
    keep = max(order_statistics_needed(c, n_pilot, WIDEST_SE) for c in quantiles)
    width = sum(2.0 * MARGIN_SE * rank_se(c, n_pilot) + 2.0 for c in quantiles)
    beyond = int(1.1 * width / n_pilot * n_paths) + CELL
    n_cells = -(-n_paths // CELL)
    gaps = 3 * 8 * n_rows * len(quantiles) * n_cells
    return TailPlan(
        n_rows=n_rows,
        n_paths=n_paths,
        confidences=confidences,
        quantiles=quantiles,
        mode=TailMode.BRACKETS,
        pilot_cells=pilot_cells,
        keep=keep,
        kept_beyond=beyond,
        bytes=_cell_bytes(n_rows, n_paths) + gaps + 8 * (n_rows * (keep + slack_for(keep) + beyond) + 3 * beyond),
    )


def slack_for(keep: int) -> int:
    """Return the room beyond `keep` that makes compactions rare."""
    return keep // 4 + 16_384


def _quantiles(confidences: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(exact_confidence(each)) for each in quantiles_needed(confidences))


def _cell_bytes(n_rows: int, n_paths: int) -> int:
    return -(-n_paths // CELL) * (32 * n_rows + 1)


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:,.2f} GiB"
