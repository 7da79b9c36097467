"""What one position is made of, before all positions become tables. Days are counted from the valuation date."""

from dataclasses import dataclass, field

from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """Payments of one position in one currency on one curve."""

    curve: str
    currency: str
    days: I64  # (n,) from the valuation date, >= 0, ascending
    amounts: F64  # (n,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloatLeg:
    """Compounded interest discounted on another curve than its own. Fields as in `compiled.Floats`."""

    curve: str
    projection: str
    currency: str
    start_days: I64  # (n,)
    days: I64  # (n,)
    amounts: F64  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPart:
    """A call on dollars. Fields as in `compiled.FxOptions`."""

    expiry_day: int
    delivery_day: int
    strike: float
    amount: float
    market_vol: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingPart:
    """A quantity of a factor's level. Fields as in `compiled.Holdings`."""

    factor: str
    currency: str
    quantity: float
    expiry_day: int
    market_price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basket:
    """Deliverable bonds of one contract. Fields as in `compiled.Deliverables`."""

    delivery_day: int
    last_trading_day: int
    curve: str
    repo_curve: str
    factors: F64  # (n,)
    accrued: F64  # (n,)
    days: tuple[I64, ...]  # (n,) of arrays
    amounts: tuple[F64, ...]  # (n,) of arrays, per 1 of face


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturePart:
    """A bond future. Fields as in `compiled.Futures`."""

    basket: Basket
    currency: str
    contract_value: float
    market_price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwaptionPart:
    """A swaption. Fields as in `compiled.Swaptions`."""

    currency: str
    curve: str
    expiry_day: int
    payer: int
    quantity: float
    strike: float
    market_vol: float
    days: I64  # (n,) start and end of the swap, then the fixed payments
    amounts: F64  # (n,) 1, -1, then accrual fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class BondTerms:
    """A bond or bill as bought for settlement. Fields as in `compiled.Bonds`."""

    settlement_day: int
    maturity_day: int
    accrued: float  # per 100 of face
    period_fraction: float
    coupons_left: int
    first_coupon: float


@dataclass(slots=True, kw_only=True, eq=False)
class Parts:
    """Everything a position is made of."""

    legs: list[Leg] = field(default_factory=list)
    floats: list[FloatLeg] = field(default_factory=list)
    units: list[tuple[str, float]] = field(default_factory=list)  # (currency, amount held now)
    holdings: list[HoldingPart] = field(default_factory=list)
    options: list[OptionPart] = field(default_factory=list)
    futures: list[FuturePart] = field(default_factory=list)
    swaptions: list[SwaptionPart] = field(default_factory=list)
