"""The columns of a book file: names, types, sanity limits and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.conventions.currencies import CURRENCIES

_RATES = (1e-6, 1e6)  # of any two currencies; a pair's own range is narrower
_FRACTIONS = frozenset(
    ("coupon", "rate", "market_yield", "spread", "fixed_so_far", "fixed_so_far_jpy", "vol")
)  # columns of decimals: per year, or per square root of one
ALWAYS = ("position_id", "kind", "currency", "notional")  # every position needs these


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a book file. A number must satisfy low <= value < high."""

    name: str
    type: Literal["text", "number", "date"]
    meaning: str
    low: float = 0.0
    high: float = 0.0

    @property
    def is_fraction(self) -> bool:
        """Return whether its numbers are decimals, so that 5% means 0.05; a price's are per 100, and have no such."""
        return self.name in _FRACTIONS


def _text(name: str, meaning: str) -> Column:
    return Column(name=name, type="text", meaning=meaning)


def _date(name: str, meaning: str) -> Column:
    return Column(name=name, type="date", meaning=meaning)


def _number(name: str, low: float, high: float, meaning: str) -> Column:
    return Column(name=name, type="number", meaning=meaning, low=low, high=high)


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        _text("position_id", "name of the position, unique in the file"),
        _text("book", "book it belongs to; without this column all are in one, called as the file is"),
        _text("kind", "what the position is, as `unwind book template` lists"),
        _text("currency", f"currency of `notional`: {', '.join(CURRENCIES)}"),
        _number(
            "notional",
            -1e15,
            1e15,
            "face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of units of a"
            " factor; negative is short, sold, borrowed or paying fixed",
        ),
        _number("coupon", 0.0, 0.1, "decimal per year, 0.0425 is 4.25 %"),
        _date("issue_date", "day from which a Treasury's first coupon accrues; of a reopened bond its first issue"),
        _date("maturity", "redemption, delivery, repayment, end of a swap or expiry, before any holiday shift"),
        _date("start_date", "day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due"),
        _number(
            "rate",
            -0.1,
            1e3,
            "FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions: fixed rate;"
            " decimal per year",
        ),
        _number(
            "price",
            1e-3,
            1e7,
            "market price: clean per 100 of face; of a bond future per 100, in decimals; of an index future in points",
        ),
        _number("market_yield", -0.1, 0.5, "market yield in place of a price, by the quotation of its market, decimal"),
        _number("far_rate", *_RATES, "yen for one dollar at the far leg of an FX swap"),
        _number(
            "spread",
            -0.1,
            0.1,
            "added to TONA on the yen leg of a cross-currency swap, to a floating-rate bond's rate, decimal per year",
        ),
        _number("reset_rate", *_RATES, "yen for one dollar at the last reset of the dollar notional"),
        _number(
            "fixed_so_far",
            -0.1,
            0.5,
            "overnight rate compounded from the start of the current period to the valuation date, decimal per year;"
            " of a cross-currency swap that of the dollar leg",
        ),
        _number("fixed_so_far_jpy", -0.1, 0.5, "the same for the yen leg of a cross-currency swap"),
        _number("strike", *_RATES, "yen for one dollar; the lower one, of the put, where there are two"),
        _number("strike_2", *_RATES, "yen for one dollar; the upper one, of the call"),
        _number("width", 1e-4, 20.0, "yen between the two strikes of the call spread that stands for a digital"),
        _number("vol", 1e-6, 5.0, "of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)"),
        _number(
            "premium",
            0.0,
            1e3,
            "market value on the valuation date, for a unit of notional: yen for one dollar, yen for one yen of payout,"
            " or a part of a swaption's notional",
        ),
        _text(
            "tenor", "length of a swaption's swap, such as 10Y or 18M; of an FRN its interest period, 3M where empty"
        ),
        _text("contract", "bond future and delivery month, such as JGB10-2506 or TY-2509"),
        _text("deliverables", "bonds that may be delivered, as coupon@maturity separated by spaces"),
        _text("factor", "price factor of the market, such as SPX"),
        _number("multiplier", 1e-6, 1e9, "currency for one point of an index future"),
        _text("against", "currency that an FX trade is dealt against, and its rates are in; JPY where left empty"),
        _number(
            "index_ratio",
            0.5,
            3.0,
            "indexation coefficient of the settlement day, as the Ministry of Finance prints it",
        ),
        _number("base_index", 20.0, 500.0, "reference consumer price index of the 10th of the issue month"),
        _text("cpi", "published consumer prices of the months that settlement needs: 2025-02@110.8 2025-03@111.1"),
        _number(
            "break_even", -0.2, 0.5, "inflation at which a linked bond is valued, in place of a price; decimal per year"
        ),
        _text(
            "curve", "curve of the currency that discounts a payment, such as TONA; its government bonds' where empty"
        ),
    )
}
