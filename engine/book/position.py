"""A position as the user states it, and which columns each kind of position takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

CURRENCIES = ("JPY", "USD")
CURVES: Mapping[str, str] = {"JPY": "JGB", "USD": "UST"}  # the curve that discounts a currency's payments
ALWAYS = ("position_id", "kind", "currency", "notional")  # every position needs these
MAX_TERM_YEARS = 50  # of a maturity, in calendar years after the valuation date
MAX_LOAN_YEARS = 10  # of a repo or deposit, from start to maturity


class Kind(StrEnum):
    """What a position is. It decides the columns it takes and the conventions of its payments."""

    JGB = "JGB"
    JGB_BILL = "JGB_BILL"
    UST = "UST"
    UST_BILL = "UST_BILL"
    FX_SPOT = "FX_SPOT"
    FX_FORWARD = "FX_FORWARD"
    CASH = "CASH"
    REPO = "REPO"
    DEPOSIT = "DEPOSIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a book file. A number must satisfy low <= value < high."""

    name: str
    type: Literal["text", "number", "date"]
    meaning: str
    low: float = 0.0
    high: float = 0.0


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column(name="position_id", type="text", meaning="name of the position, unique in the file"),
        Column(name="book", type="text", meaning="book it belongs to; without this column all are in the book 'main'"),
        Column(name="kind", type="text", meaning="one of " + ", ".join(Kind)),
        Column(name="currency", type="text", meaning="currency of `notional`: JPY or USD"),
        Column(
            name="notional",
            type="number",
            meaning="face of a bond, amount of cash, dollars of an FX trade; negative is short, sold or borrowed",
            low=-1e15,
            high=1e15,
        ),
        Column(name="coupon", type="number", meaning="decimal per year, 0.0425 is 4.25 %", low=0.0, high=0.1),
        Column(name="issue_date", type="date", meaning="day from which a Treasury's first coupon accrues"),
        Column(name="maturity", type="date", meaning="redemption, delivery or repayment, before any holiday shift"),
        Column(name="start_date", type="date", meaning="day on which a repo or deposit is paid out"),
        Column(
            name="rate",
            type="number",
            meaning="FX: yen for one dollar; repo and deposit: simple interest, decimal per year",
            low=-0.1,
            high=1e3,
        ),
        Column(name="price", type="number", meaning="clean market price per 100 of face", low=5.0, high=300.0),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind needs beside the columns that every position needs. Any other column must be empty."""

    currencies: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    rate_range: tuple[float, float] | None = None  # low <= rate < high

    def takes(self, column: str) -> bool:
        """Whether a position of this kind may fill `column`."""
        return column in ALWAYS or column == "book" or column in self.required or column in self.optional


USDJPY_RANGE = (50.0, 500.0)
INTEREST_RANGE = (-0.1, 0.25)

_MARKED = ("issue_date", "price")
_LOAN = KindRule(currencies=CURRENCIES, required=("start_date", "maturity", "rate"), rate_range=INTEREST_RANGE)

RULES: Mapping[Kind, KindRule] = {
    Kind.JGB: KindRule(currencies=("JPY",), required=("coupon", "maturity"), optional=_MARKED),
    Kind.JGB_BILL: KindRule(currencies=("JPY",), required=("maturity",), optional=_MARKED),
    Kind.UST: KindRule(currencies=("USD",), required=("coupon", "maturity"), optional=_MARKED),
    Kind.UST_BILL: KindRule(currencies=("USD",), required=("maturity",), optional=_MARKED),
    Kind.FX_SPOT: KindRule(currencies=("USD",), required=("rate",), rate_range=USDJPY_RANGE),
    Kind.FX_FORWARD: KindRule(currencies=("USD",), required=("maturity", "rate"), rate_range=USDJPY_RANGE),
    Kind.CASH: KindRule(currencies=CURRENCIES),
    Kind.REPO: _LOAN,
    Kind.DEPOSIT: _LOAN,
}


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
    line: int | None = None  # in the file it came from
