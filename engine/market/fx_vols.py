"""Implied vols of a currency pair: at-the-money by expiry, and a smile that is static in moneyness."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from engine.errors import InputError
from engine.market.node_checks import check_finite, check_nodes
from kernels.types import F64

SMILE_DEGREE = 4
QUARTER_DELTA = 0.6744897501960817  # |m| of the 25-delta strikes as a skew sees them: Phi(m) = 0.75
LARGEST_SKEW = 1.0  # of a risk reversal over the vol at the money: beyond it a unit is mistaken
_LEFT = 0.1  # of a smile's lowest value, which no move of the skew takes away
_GRID = 801  # moneynesses at which a smile is looked at


class DeltaKind(Enum):
    """What delta a quote means. Premium-adjusted: the premium is paid in the foreign currency (USD of USDJPY)."""

    SPOT = "spot"
    FORWARD = "forward"
    SPOT_PREMIUM_ADJUSTED = "spot-premium-adjusted"
    FORWARD_PREMIUM_ADJUSTED = "forward-premium-adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaQuote:
    """One expiry, quoted by delta: the vols at delta d are atm + butterfly +- risk_reversal / 2, call above put."""

    atm: float  # at the delta-neutral straddle, decimal per sqrt(year)
    risk_reversal_25d: float  # vol of the 25-delta call on the foreign currency less that of the put
    butterfly_25d: float  # mean vol of the two, less `atm`
    risk_reversal_10d: float | None = None
    butterfly_10d: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeQuote:
    """One expiry, quoted by strike: one to five vols, the forward among their strikes or flat beyond them."""

    strikes: tuple[float, ...]  # domestic units per foreign one, increasing
    vols: tuple[float, ...]  # decimal per sqrt(year)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxVols:
    """Vols of one pair: sigma(K) = atm s(y), y = m / sqrt(1 + (m / M)^2), m = ln(K / F) / (atm sqrt(tau)).

    s is a polynomial, and a skew d beside the quotes adds d y / (2 y(0.674)) to it, within what keeps s above 0: the
    risk reversal of the 25-delta strikes moves by d times the vol at the money. y is m near the money and turns towards
    -M and M far from it: the wings flatten smoothly, so that options' values are smooth in the forward. Between
    expiries the total variance at the money is linear in time, and so are the smile's coefficients and M; before the
    first and beyond the last, vol and smile are those of that expiry.
    """

    pair: str  # "USDJPY": JPY, the domestic currency, for one USD, the foreign one
    times: F64  # (n_expiries,) years, strictly increasing, > 0
    atm: F64  # (n_expiries,) decimal per sqrt(year), at the forward's moneyness scale
    smile: F64  # (n_expiries, 5) c0 to c4 of s(y)
    reach: F64  # (n_expiries,) M > 0
    domestic: str  # curve that discounts JPY: forwards are spot * foreign discount / domestic discount
    foreign: str  # curve that discounts USD
    reference: float  # years, one of `times`: its vol is the level of the pair's VOL factor
    delta: DeltaKind  # of `quotes`
    quotes: tuple[DeltaQuote | StrikeQuote, ...]  # (n_expiries,) what was quoted; empty once shocked
    source: str  # whose quotes, or "assumption: ..." with the reasoning
    skew: float = 0.0  # move of every expiry's risk reversal, over its vol at the money, since the quotes

    def __post_init__(self) -> None:
        n = self.times.size
        if self.smile.shape != (n, SMILE_DEGREE + 1) or {self.atm.shape, self.reach.shape} != {(n,)}:
            raise InputError(f"vols of {self.pair} need an at-the-money vol, a smile and its reach for each expiry")
        check_nodes(f"vols of {self.pair}", self.times, self.atm)
        check_finite(f"the smile of {self.pair}", self.smile)
        check_finite(f"the skew of {self.pair}", np.array([self.skew]))
        if not (self.atm > 0.0).all() or not ((self.reach > 0.0) & np.isfinite(self.reach)).all():
            raise InputError(f"vols of {self.pair} and their reach must be above 0, got {self.atm.tolist()}")
        if self.reference not in self.times:
            raise InputError(f"vols of {self.pair}: the reference, {self.reference:g} years, is not among the expiries")

    @property
    def level(self) -> float:
        """Return the at-the-money vol at the reference expiry: the level of the pair's VOL factor."""
        return float(self.atm[np.searchsorted(self.times, self.reference)])

    @property
    def risk_reversal(self) -> float:
        """Return s(y(0.674)) - s(y(-0.674)) at the reference expiry, skew included: the level of the SKEW factor."""
        smile = replace(self, skew=0.0).smile_at(self.reference)
        return float(smile_value(smile, QUARTER_DELTA) - smile_value(smile, -QUARTER_DELTA)) + self.skew

    def atm_vol(self, time: F64 | float) -> F64:
        """Return the at-the-money vol at `time` > 0 [years]; any shape."""
        time = np.asarray(time, dtype=np.float64)
        inside = np.clip(time, self.times[0], self.times[-1])
        return np.asarray(np.sqrt(np.interp(inside, self.times, self.atm**2 * self.times) / inside))

    def smile_at(self, time: F64 | float) -> F64:
        """Return (..., 6) c0 to c4, M of the smile at `time` [years]; any shape."""
        columns = [*self.smile.T, self.reach]
        smile = np.stack([np.asarray(np.interp(time, self.times, column)) for column in columns], axis=-1)
        if self.skew:
            slope, most = skew_limits(smile)
            smile[..., 1] += np.clip(slope * self.skew, -most, most)
        return smile

    def vol(self, time: float, log_moneyness: F64 | float) -> F64:
        """Return the vol of strikes with ln(K / F) = `log_moneyness`, and its shape, at `time` > 0 [years]."""
        atm = float(self.atm_vol(time))
        return atm * smile_value(self.smile_at(time), np.asarray(log_moneyness) / (atm * np.sqrt(time)))


def smile_value(smile: F64, moneyness: F64 | float) -> F64:
    """Return s(y(m)), the vol over that at the money, of one smile, (6,) c0 to c4, M, by Horner's scheme."""
    y = bent(moneyness, float(smile[SMILE_DEGREE + 1]))
    value = np.full_like(y, smile[SMILE_DEGREE])
    for coefficient in smile[SMILE_DEGREE - 1 :: -1]:
        value = value * y + coefficient
    return value


def skew_limits(smile: F64) -> tuple[F64, F64]:
    """Return d c1 / d skew of smiles (any shape, 6), and the largest move of c1 that leaves a tenth of each smile."""
    reach = smile[..., SMILE_DEGREE + 1]
    y = np.linspace(-1.0, 1.0, _GRID) * reach[..., None]
    value = np.zeros_like(y)
    for k in range(SMILE_DEGREE, -1, -1):
        value = value * y + smile[..., k, None]
    return 0.5 / bent(QUARTER_DELTA, reach), np.asarray((1.0 - _LEFT) * value.min(axis=-1) / reach)


def bent(moneyness: F64 | float, reach: F64 | float) -> F64:
    """Return m / sqrt(1 + (m / M)^2), standard deviations in (-M, M); any shape."""
    m = np.asarray(moneyness, dtype=np.float64)
    return np.asarray(m / np.sqrt(1.0 + (m / reach) ** 2))
