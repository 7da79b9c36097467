"""Scheduled sales as an array over the steps."""

from collections.abc import Sequence

import numpy as np

from engine.mechanisms.scheduled_sales import Sale
from kernels.types import F64


def sales_by_step(sales: Sequence[Sale], n_steps: int) -> F64:
    """Return the Treasuries sold in each step, USD bn: (n_steps,); days beyond the last are left out."""
    scheduled = np.zeros(n_steps)
    for sale in sales:
        if sale.day <= n_steps:
            scheduled[sale.day - 1] += sale.usd_bn
    return scheduled
