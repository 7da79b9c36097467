"""The law of the variable that makes normals a multivariate t: q = sqrt((nu - 2) / chi2_nu), tabulated."""

import numpy as np
from scipy.special import gammaincinv

from engine.law.part import LawSetting, Record
from engine.mechanisms.unwind import Unwind
from kernels.mixing import quantile_nodes
from kernels.types import F64

CUT = 1e-6  # chi-square stays within this quantile and the one as far from 1, so that means of exponentials exist
FAT_TAILS_FIELDS = ("mixes",)


def fat_tails_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's field of `unwind.nu`."""
    return {"mixes": int(unwind.nu is not None)}


def law_quantiles(nu: float | None) -> F64:
    """Return the values of q that a law tabulates, plain numbers: (N_QUANTILES,), or (1,) of 1 where it is normal."""
    return np.ones(1) if nu is None else mixing_quantiles(nu)


def mixing_quantiles(nu: float) -> F64:
    """Return the values of q, plain numbers, at the nodes of `kernels.mixing`, descending: (N_QUANTILES,); nu above 2.

    q is linear between the nodes, and below the first it is the first. They are scaled so that E q^2 = 1 under that
    very law: factors keep their covariance.
    """
    chi_square = 2.0 * gammaincinv(0.5 * nu, np.clip(quantile_nodes(), CUT, 1.0 - CUT))
    q = np.sqrt((nu - 2.0) / chi_square)
    return np.asarray(q / np.sqrt(mean_square(q)))


def mean_square(q: F64) -> float:
    """Return E q^2 of a law that is linear between the nodes and constant below the first.

    q  (N_QUANTILES,) at the nodes of `kernels.mixing`, a decimal factor on normals
    """
    u = quantile_nodes()
    low, high = q[:-1], q[1:]
    return float(q[0] ** 2 * u[0] + (np.diff(u) * (low * low + low * high + high * high)).sum() / 3.0)
