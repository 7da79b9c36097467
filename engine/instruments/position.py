"""A position as the user states it, and which columns each kind of position takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.instruments.columns import ALWAYS, CURRENCIES


class Kind(StrEnum):
    """What a position is. It decides the columns it takes and the conventions of its payments."""

    JGB = "JGB"
    JGB_BILL = "JGB_BILL"
    JGB_STRIP = "JGB_STRIP"
    JGB_FUTURE = "JGB_FUTURE"
    UST = "UST"
    UST_BILL = "UST_BILL"
    UST_STRIP = "UST_STRIP"
    UST_FUTURE = "UST_FUTURE"
    CASH = "CASH"
    REPO = "REPO"
    DEPOSIT = "DEPOSIT"
    OIS = "OIS"
    SWAP = "SWAP"
    XCCY_SWAP = "XCCY_SWAP"
    XCCY_MTM_SWAP = "XCCY_MTM_SWAP"
    SWAPTION_PAYER = "SWAPTION_PAYER"
    SWAPTION_RECEIVER = "SWAPTION_RECEIVER"
    FX_SPOT = "FX_SPOT"
    FX_FORWARD = "FX_FORWARD"
    FX_SWAP = "FX_SWAP"
    NDF = "NDF"
    FX_CALL = "FX_CALL"
    FX_PUT = "FX_PUT"
    FX_STRADDLE = "FX_STRADDLE"
    FX_STRANGLE = "FX_STRANGLE"
    FX_RISK_REVERSAL = "FX_RISK_REVERSAL"
    FX_DIGITAL_CALL = "FX_DIGITAL_CALL"
    FX_DIGITAL_PUT = "FX_DIGITAL_PUT"
    ASSET = "ASSET"
    INDEX_FUTURE = "INDEX_FUTURE"


MEANINGS: Mapping[Kind, str] = {
    Kind.JGB: "Japanese government bond; `price` or simple `market_yield`",
    Kind.JGB_BILL: "Japanese Treasury bill; simple `market_yield`",
    Kind.JGB_STRIP: "principal or coupon strip of a JGB; `market_yield` compounded half-yearly",
    Kind.JGB_FUTURE: "JGB future: JGB10, JGB5 or JGB20 (mini), from its deliverable basket; `notional` is contracts",
    Kind.UST: "US Treasury note or bond; street `market_yield`",
    Kind.UST_BILL: "US Treasury bill; bond-equivalent `market_yield`",
    Kind.UST_STRIP: "principal or coupon strip of a Treasury; street `market_yield`",
    Kind.UST_FUTURE: "Treasury future: TU, FV, TY, TN, US or WN, from its deliverable basket; `notional` is contracts",
    Kind.CASH: "currency held",
    Kind.REPO: "cash leg of a repo (negative: cash borrowed) or reverse repo (positive: lent)",
    Kind.DEPOSIT: "deposit (positive) or loan (negative)",
    Kind.OIS: "swap of a yearly fixed rate for TONA (JPY) or SOFR (USD); positive receives fixed",
    Kind.SWAP: "swap of a half-yearly fixed rate for TONA (JPY) or SOFR (USD); positive receives fixed",
    Kind.XCCY_SWAP: "SOFR against TONA + spread, constant notionals; positive receives dollars' interest",
    Kind.XCCY_MTM_SWAP: "the same, the dollar notional reset to spot each quarter",
    Kind.SWAPTION_PAYER: "right to pay `rate` on a swap of `tenor` from `maturity`; needs `vol` (normal) or `premium`",
    Kind.SWAPTION_RECEIVER: "right to receive `rate` on a swap of `tenor`; needs `vol` (normal) or `premium`",
    Kind.FX_SPOT: "dollars bought (positive) or sold for yen at `rate`, settled",
    Kind.FX_FORWARD: "dollars bought or sold for yen at `rate` on `maturity`",
    Kind.FX_SWAP: "dollars bought on `start_date` at `rate` and sold back on `maturity` at `far_rate`",
    Kind.NDF: "a forward whose difference is fixed two business days before it settles, and kept in yen from then on",
    Kind.FX_CALL: "option to buy dollars at `strike` on `maturity`",
    Kind.FX_PUT: "option to sell dollars at `strike` on `maturity`",
    Kind.FX_STRADDLE: "call and put at one strike",
    Kind.FX_STRANGLE: "put at `strike` and call at `strike_2`",
    Kind.FX_RISK_REVERSAL: "call at `strike_2` bought, put at `strike` sold",
    Kind.FX_DIGITAL_CALL: "pays the yen of `notional` if USD/JPY ends above `strike`, as a call spread of `width`",
    Kind.FX_DIGITAL_PUT: "pays the yen of `notional` if USD/JPY ends below `strike`, as a call spread of `width`",
    Kind.ASSET: "`notional` units of a price factor: an equity index, an EM asset; `currency` is the factor's",
    Kind.INDEX_FUTURE: "`notional` contracts on a price factor; its carry to `maturity` is what `price` implies",
}


Range = tuple[float, float]  # low <= value < high

USDJPY_RANGE = (50.0, 500.0)
INTEREST_RANGE = (-0.1, 0.25)
BOND_PRICE_RANGE = (5.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind needs beside the columns that every position needs. Any other column must be empty."""

    currencies: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # exactly one of these
    at_most_one: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)  # narrower than the column's own limits

    def takes(self, column: str) -> bool:
        """Whether a position of this kind may fill `column`."""
        own = (*ALWAYS, "book", *self.required, *self.optional, *self.one_of, *self.at_most_one)
        return column in own


def _bond(currency: str, *required: str) -> KindRule:
    return KindRule(
        currencies=(currency,),
        required=(*required, "maturity"),
        optional=("issue_date",),
        at_most_one=("price", "market_yield"),
        ranges={"price": BOND_PRICE_RANGE},
    )


def _future(currency: str) -> KindRule:
    return KindRule(
        currencies=(currency,),
        required=("contract", "deliverables"),
        optional=("price",),
        ranges={"price": (40.0, 250.0)},
    )


def _swap(*extra: str) -> KindRule:
    return KindRule(
        currencies=CURRENCIES,
        required=("start_date", "maturity", "rate"),
        optional=("fixed_so_far", *extra),
        ranges={"rate": INTEREST_RANGE},
    )


def _xccy(*extra: str) -> KindRule:
    return KindRule(
        currencies=("USD",),
        required=("start_date", "maturity", "rate", "spread"),
        optional=("fixed_so_far", "fixed_so_far_jpy", *extra),
        ranges={"rate": USDJPY_RANGE},
    )


def _fx(*required: str) -> KindRule:
    return KindRule(currencies=("USD",), required=(*required, "rate"), ranges={"rate": USDJPY_RANGE})


def _option(*required: str) -> KindRule:
    return KindRule(currencies=("USD",), required=(*required, "maturity"), at_most_one=("vol", "premium"))


_LOAN = KindRule(currencies=CURRENCIES, required=("start_date", "maturity", "rate"), ranges={"rate": INTEREST_RANGE})
_DIGITAL = KindRule(currencies=("JPY",), required=("strike", "maturity"), optional=("width", "premium"))
_PACKAGE = KindRule(currencies=("USD",), required=("strike", "strike_2", "maturity"), optional=("premium",))
_SWAPTION = KindRule(
    currencies=CURRENCIES,
    required=("rate", "maturity", "tenor"),
    one_of=("vol", "premium"),
    ranges={"rate": INTEREST_RANGE, "vol": (1e-6, 0.1), "premium": (0.0, 1.0)},
)

RULES: Mapping[Kind, KindRule] = {
    Kind.JGB: _bond("JPY", "coupon"),
    Kind.JGB_BILL: _bond("JPY"),
    Kind.JGB_STRIP: _bond("JPY"),
    Kind.JGB_FUTURE: _future("JPY"),
    Kind.UST: _bond("USD", "coupon"),
    Kind.UST_BILL: _bond("USD"),
    Kind.UST_STRIP: _bond("USD"),
    Kind.UST_FUTURE: _future("USD"),
    Kind.CASH: KindRule(currencies=CURRENCIES),
    Kind.REPO: _LOAN,
    Kind.DEPOSIT: _LOAN,
    Kind.OIS: _swap(),
    Kind.SWAP: _swap(),
    Kind.XCCY_SWAP: _xccy(),
    Kind.XCCY_MTM_SWAP: _xccy("reset_rate"),
    Kind.SWAPTION_PAYER: _SWAPTION,
    Kind.SWAPTION_RECEIVER: _SWAPTION,
    Kind.FX_SPOT: _fx(),
    Kind.FX_FORWARD: _fx("maturity"),
    Kind.FX_SWAP: _fx("start_date", "maturity", "far_rate"),
    Kind.NDF: _fx("maturity"),
    Kind.FX_CALL: _option("strike"),
    Kind.FX_PUT: _option("strike"),
    Kind.FX_STRADDLE: _option("strike"),
    Kind.FX_STRANGLE: _PACKAGE,
    Kind.FX_RISK_REVERSAL: KindRule(currencies=("USD",), required=("strike", "strike_2", "maturity")),
    Kind.FX_DIGITAL_CALL: _DIGITAL,
    Kind.FX_DIGITAL_PUT: _DIGITAL,
    Kind.ASSET: KindRule(currencies=CURRENCIES, required=("factor",)),
    Kind.INDEX_FUTURE: KindRule(
        currencies=CURRENCIES, required=("factor", "maturity", "multiplier"), optional=("price",)
    ),
}

Deliverable = tuple[float, date]  # coupon [decimal per year], maturity


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One holding, checked against the rule of its kind. Fields as in `COLUMNS`; None where the kind has none."""

    position_id: str
    book: str
    kind: Kind
    currency: str
    notional: float
    coupon: float | None = None
    issue_date: date | None = None
    maturity: date | None = None
    start_date: date | None = None
    rate: float | None = None
    price: float | None = None
    market_yield: float | None = None
    far_rate: float | None = None
    spread: float | None = None
    reset_rate: float | None = None
    fixed_so_far: float | None = None
    fixed_so_far_jpy: float | None = None
    strike: float | None = None
    strike_2: float | None = None
    width: float | None = None
    vol: float | None = None
    premium: float | None = None
    tenor: str | None = None
    contract: str | None = None
    deliverables: tuple[Deliverable, ...] | None = None
    factor: str | None = None
    multiplier: float | None = None
    line: int | None = None  # in the file it came from
