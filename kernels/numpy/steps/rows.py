"""What paths of a law with an unwind carry beside their deviations. Twins in numba/ and cuda/."""

from dataclasses import dataclass, field

import numpy as np

from kernels.law_layout import PATH_SERIES
from kernels.types import F64, I64, Bools


@dataclass(slots=True)
class Carried:
    """Numbers of each path, (n_ids,) unless noted; sales in USD bn, JGBs in JPY tn."""

    q: F64  # the mixing variable
    regime: I64
    short_run: F64  # impact on the 5-year yield per USD bn
    fx_run: F64  # fall of ln USD/JPY per USD bn
    per_cap: float  # 1 / the impact that no sales reach
    closes: F64  # (5, n_ids) ln USD/JPY one to five closes ago
    carry_sold: F64 = field(init=False)
    private_sold: F64 = field(init=False)
    official_sold: F64 = field(init=False)
    fading: F64 = field(init=False)  # sales of Treasuries, fading
    jgbs_bought: F64 = field(init=False)
    cap_ended: Bools = field(init=False)  # whether the cap on a yield has

    def __post_init__(self) -> None:
        for name in ("carry_sold", "private_sold", "official_sold", "fading", "jgbs_bought"):
            setattr(self, name, np.zeros(self.q.size))
        self.cap_ended = np.zeros(self.q.size, np.bool_)

    def impact(self, long_run: float) -> F64:
        """Return the impact on the 5-year yield [decimal]: (n_ids,)."""
        sales = self.official_sold + self.private_sold
        level = self.short_run * (long_run * sales + (1.0 - long_run) * self.fading)
        return np.asarray(level / np.sqrt(1.0 + (level * self.per_cap) ** 2))

    def path_series(self, long_run: float) -> F64:
        """Return what `PATH_SERIES` names, a row each: (n_series, n_ids)."""
        rows = {name: getattr(self, name) for name in PATH_SERIES[:-1]} | {"impact": self.impact(long_run)}
        return np.array([rows[name] for name in PATH_SERIES], np.float64)
