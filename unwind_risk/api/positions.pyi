# ruff: noqa: N802 - they are called as their kinds
"""Constructors of positions, one a kind. Written by `python -m unwind_risk.api.positions_stub`."""

from collections.abc import Callable, Sequence
from datetime import date
from inspect import Signature

from engine.instruments.rows.columns import Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position as Position

Constructor = Callable[..., Position]
BY_PLACE: tuple[str, ...]

def columns_of(kind: Kind) -> tuple[list[Column], list[Column]]: ...
def signature_of(kind: Kind) -> Signature: ...
def constructor(kind: Kind) -> Constructor: ...
def doc_of(kind: Kind) -> str: ...
def JGB(
    position_id: str,
    notional: float,
    *,
    coupon: float,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind JGB: Japanese government bond; `price` or simple `market_yield`.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    coupon : decimal per year, 0.0425 is 4.25 %
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def JGB_BILL(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind JGB_BILL: Japanese Treasury bill; simple `market_yield`.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def JGB_STRIP(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind JGB_STRIP: principal or coupon strip of a JGB; `market_yield` compounded
    half-yearly.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def JGBI(
    position_id: str,
    notional: float,
    *,
    coupon: float,
    issue_date: date | str,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
    index_ratio: float | None = None,
    base_index: float | None = None,
    cpi: str | None = None,
    break_even: float | None = None,
) -> Position:
    """Return a position of kind JGBI: inflation-linked JGB; `price` without indexation, real
    `market_yield` or `break_even`; `index_ratio` of the settlement day, or `base_index` and `cpi`.

    Exactly one of price and market_yield and break_even is needed.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    coupon : decimal per year, 0.0425 is 4.25 %
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal
    index_ratio : indexation coefficient of the settlement day, as the Ministry of Finance prints it
    base_index : reference consumer price index of the 10th of the issue month
    cpi : published consumer prices of the months that settlement needs: 2025-02@110.8 2025-03@111.1
    break_even : inflation at which a linked bond is valued, in place of a price; decimal per year

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def JGB_FUTURE(
    position_id: str,
    notional: float,
    *,
    contract: str,
    deliverables: Sequence[tuple[float, date]] | Sequence[str] | str,
    book: str | None = None,
    currency: str | None = None,
    price: float | None = None,
) -> Position:
    """Return a position of kind JGB_FUTURE: JGB future: JGB10, JGB5 or JGB20 (mini), from its deliverable
    basket; `notional` is contracts.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    contract : bond future and delivery month, such as JGB10-2506 or TY-2509
    deliverables : bonds that may be delivered, as coupon@maturity separated by spaces
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def UST(
    position_id: str,
    notional: float,
    *,
    coupon: float,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind UST: US Treasury note or bond; street `market_yield`.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    coupon : decimal per year, 0.0425 is 4.25 %
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def UST_BILL(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind UST_BILL: US Treasury bill; bond-equivalent `market_yield`.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def UST_STRIP(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind UST_STRIP: principal or coupon strip of a Treasury; street `market_yield`.

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def UST_FUTURE(
    position_id: str,
    notional: float,
    *,
    contract: str,
    deliverables: Sequence[tuple[float, date]] | Sequence[str] | str,
    book: str | None = None,
    currency: str | None = None,
    price: float | None = None,
) -> Position:
    """Return a position of kind UST_FUTURE: Treasury future: TU, FV, TY, TN, US or WN, from its
    deliverable basket; `notional` is contracts.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    contract : bond future and delivery month, such as JGB10-2506 or TY-2509
    deliverables : bonds that may be delivered, as coupon@maturity separated by spaces
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def BUND(
    position_id: str,
    notional: float,
    *,
    coupon: float,
    maturity: date | str,
    book: str | None = None,
    currency: str | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    market_yield: float | None = None,
) -> Position:
    """Return a position of kind BUND: German federal bond; `market_yield` compounded yearly (ICMA).

    Of price and market_yield one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    coupon : decimal per year, 0.0425 is 4.25 %
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    market_yield : market yield in place of a price, by the quotation of its market, decimal

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def CASH(
    position_id: str,
    notional: float,
    *,
    currency: str,
    book: str | None = None,
) -> Position:
    """Return a position of kind CASH: currency held; it earns its overnight rate over the horizon.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    book : book it belongs to; without this column all are in one, called as the file is

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def CASHFLOW(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    book: str | None = None,
    curve: str | None = None,
) -> Position:
    """Return a position of kind CASHFLOW: payment of a liability (negative) or any other known payment;
    rows of one position_id are its run-off.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    book : book it belongs to; without this column all are in one, called as the file is
    curve : curve of the currency that discounts a payment, such as TONA; its government bonds' where
        empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def REPO(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    book: str | None = None,
) -> Position:
    """Return a position of kind REPO: cash leg of a repo (negative: cash borrowed) or reverse repo
    (positive: lent).

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def DEPOSIT(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    book: str | None = None,
) -> Position:
    """Return a position of kind DEPOSIT: deposit (positive) or loan (negative).

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FRN(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    spread: float,
    book: str | None = None,
    price: float | None = None,
    fixed_so_far: float | None = None,
    tenor: str | None = None,
) -> Position:
    """Return a position of kind FRN: note that pays compounded overnight interest, TONA, SOFR, ESTR, and
    `spread` at the ends of `tenor`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    spread : added to TONA on the yen leg of a cross-currency swap, to a floating-rate bond's rate,
        decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    fixed_so_far : overnight rate compounded from the start of the current period to the valuation date,
        decimal per year; of a cross-currency swap that of the dollar leg
    tenor : length of a swaption's swap, such as 10Y or 18M; of an FRN its interest period, 3M where
        empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def JGB_FLOATER(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    spread: float,
    book: str | None = None,
    currency: str | None = None,
    coupon: float | None = None,
    issue_date: date | str | None = None,
    price: float | None = None,
    vol: float | None = None,
) -> Position:
    """Return a position of kind JGB_FLOATER: JGB 15-year floater: half the ten-year yield plus `spread`
    (minus alpha), half-yearly; `coupon` is the running one.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    spread : added to TONA on the yen leg of a cross-currency swap, to a floating-rate bond's rate,
        decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    coupon : decimal per year, 0.0425 is 4.25 %
    issue_date : day from which a Treasury's first coupon accrues; of a reopened bond its first issue
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def OIS(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    book: str | None = None,
    fixed_so_far: float | None = None,
) -> Position:
    """Return a position of kind OIS: swap of a yearly fixed rate for overnight interest, TONA, SOFR, ESTR;
    positive receives fixed.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    fixed_so_far : overnight rate compounded from the start of the current period to the valuation date,
        decimal per year; of a cross-currency swap that of the dollar leg

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def SWAP(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    book: str | None = None,
    fixed_so_far: float | None = None,
) -> Position:
    """Return a position of kind SWAP: swap of a fixed rate, half-yearly (JPY, USD) or as the currency's
    market pays, for overnight interest; positive receives fixed.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    fixed_so_far : overnight rate compounded from the start of the current period to the valuation date,
        decimal per year; of a cross-currency swap that of the dollar leg

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def XCCY_SWAP(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    spread: float,
    book: str | None = None,
    currency: str | None = None,
    fixed_so_far: float | None = None,
    fixed_so_far_jpy: float | None = None,
) -> Position:
    """Return a position of kind XCCY_SWAP: SOFR against TONA + spread, constant notionals; positive
    receives dollars' interest.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    spread : added to TONA on the yen leg of a cross-currency swap, to a floating-rate bond's rate,
        decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    fixed_so_far : overnight rate compounded from the start of the current period to the valuation date,
        decimal per year; of a cross-currency swap that of the dollar leg
    fixed_so_far_jpy : the same for the yen leg of a cross-currency swap

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def XCCY_MTM_SWAP(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    spread: float,
    book: str | None = None,
    currency: str | None = None,
    reset_rate: float | None = None,
    fixed_so_far: float | None = None,
    fixed_so_far_jpy: float | None = None,
) -> Position:
    """Return a position of kind XCCY_MTM_SWAP: SOFR against TONA + spread, the dollar notional reset to
    spot each quarter; positive receives dollars' interest.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    spread : added to TONA on the yen leg of a cross-currency swap, to a floating-rate bond's rate,
        decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    reset_rate : yen for one dollar at the last reset of the dollar notional
    fixed_so_far : overnight rate compounded from the start of the current period to the valuation date,
        decimal per year; of a cross-currency swap that of the dollar leg
    fixed_so_far_jpy : the same for the yen leg of a cross-currency swap

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def SWAPTION_PAYER(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    rate: float,
    tenor: str,
    book: str | None = None,
    vol: float | None = None,
    premium: float | None = None,
) -> Position:
    """Return a position of kind SWAPTION_PAYER: right to pay `rate` on a swap of `tenor` from `maturity`;
    needs `vol` (normal) or `premium`.

    Exactly one of vol and premium is needed.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    tenor : length of a swaption's swap, such as 10Y or 18M; of an FRN its interest period, 3M where
        empty
    book : book it belongs to; without this column all are in one, called as the file is
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def SWAPTION_RECEIVER(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    rate: float,
    tenor: str,
    book: str | None = None,
    vol: float | None = None,
    premium: float | None = None,
) -> Position:
    """Return a position of kind SWAPTION_RECEIVER: right to receive `rate` on a swap of `tenor`; needs
    `vol` (normal) or `premium`.

    Exactly one of vol and premium is needed.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    tenor : length of a swaption's swap, such as 10Y or 18M; of an FRN its interest period, 3M where
        empty
    book : book it belongs to; without this column all are in one, called as the file is
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_SPOT(
    position_id: str,
    notional: float,
    *,
    currency: str,
    rate: float,
    book: str | None = None,
    maturity: date | str | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_SPOT: currency bought (positive) or sold at `rate` for yen, or for that
    in `against`, due on `maturity`; left empty: on the spot date.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_FORWARD(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    rate: float,
    book: str | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_FORWARD: currency bought (positive) or sold at `rate` for yen, or for
    that in `against`, on `maturity`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_SWAP(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    start_date: date | str,
    rate: float,
    far_rate: float,
    book: str | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_SWAP: currency bought on `start_date` at `rate` and sold back on
    `maturity` at `far_rate`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    start_date : day on which a loan is paid out, a swap starts, or the near leg of an FX swap is due
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    far_rate : yen for one dollar at the far leg of an FX swap
    book : book it belongs to; without this column all are in one, called as the file is
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def NDF(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    rate: float,
    book: str | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind NDF: a forward whose difference is fixed where `maturity` is the spot
    date, and kept in yen from then on.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    rate : FX: yen for one dollar, or of the pair dealt; loans: simple interest; swaps and swaptions:
        fixed rate; decimal per year
    book : book it belongs to; without this column all are in one, called as the file is
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_CALL(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    strike: float,
    book: str | None = None,
    vol: float | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_CALL: option to buy a currency at `strike`, in yen or that in
    `against`, on `maturity`.

    Of vol and premium one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    book : book it belongs to; without this column all are in one, called as the file is
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_PUT(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    strike: float,
    book: str | None = None,
    vol: float | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_PUT: option to sell a currency at `strike` on `maturity`.

    Of vol and premium one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    book : book it belongs to; without this column all are in one, called as the file is
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_STRADDLE(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    strike: float,
    book: str | None = None,
    vol: float | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_STRADDLE: call and put at one strike.

    Of vol and premium one at most.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    book : book it belongs to; without this column all are in one, called as the file is
    vol : of an FX option: lognormal; of a swaption: normal, 0.0065 is 65 bp; per sqrt(year)
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_STRANGLE(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    strike: float,
    strike_2: float,
    book: str | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_STRANGLE: put at `strike` and call at `strike_2`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    strike_2 : yen for one dollar; the upper one, of the call
    book : book it belongs to; without this column all are in one, called as the file is
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_RISK_REVERSAL(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    strike: float,
    strike_2: float,
    book: str | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_RISK_REVERSAL: call at `strike_2` bought, put at `strike` sold.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    strike_2 : yen for one dollar; the upper one, of the call
    book : book it belongs to; without this column all are in one, called as the file is
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_DIGITAL_CALL(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    strike: float,
    book: str | None = None,
    currency: str | None = None,
    width: float | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_DIGITAL_CALL: pays the yen of `notional` if the dollar, or `against`,
    ends above `strike`: a call spread of `width`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    width : yen between the two strikes of the call spread that stands for a digital
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def FX_DIGITAL_PUT(
    position_id: str,
    notional: float,
    *,
    maturity: date | str,
    strike: float,
    book: str | None = None,
    currency: str | None = None,
    width: float | None = None,
    premium: float | None = None,
    against: str | None = None,
) -> Position:
    """Return a position of kind FX_DIGITAL_PUT: pays the yen of `notional` if the dollar, or `against`,
    ends below `strike`: a call spread of `width`.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    strike : yen for one dollar; the lower one, of the put, where there are two
    book : book it belongs to; without this column all are in one, called as the file is
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    width : yen between the two strikes of the call spread that stands for a digital
    premium : market value on the valuation date, for a unit of notional: yen for one dollar, yen for
        one yen of payout, or a part of a swaption's notional
    against : currency that an FX trade is dealt against, and its rates are in; JPY where left empty

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def ASSET(
    position_id: str,
    notional: float,
    *,
    currency: str,
    factor: str,
    book: str | None = None,
) -> Position:
    """Return a position of kind ASSET: `notional` units of a price factor: an equity index, an EM asset;
    `currency` is the factor's.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    factor : price factor of the market, such as SPX
    book : book it belongs to; without this column all are in one, called as the file is

    Raises InputError with everything that a book file would be refused for, whatever the date."""

def INDEX_FUTURE(
    position_id: str,
    notional: float,
    *,
    currency: str,
    maturity: date | str,
    factor: str,
    multiplier: float,
    book: str | None = None,
    price: float | None = None,
) -> Position:
    """Return a position of kind INDEX_FUTURE: `notional` contracts on a price factor; its carry to
    `maturity` is what `price` implies.

    Parameters
    ----------
    position_id : name of the position, unique in the file
    currency : currency of `notional`: JPY, USD, EUR, AUD, MXN
    notional : face of a bond, amount of cash, currency bought in an FX trade, number of contracts or of
        units of a factor; negative is short, sold, borrowed or paying fixed
    maturity : redemption, delivery, repayment, end of a swap or expiry, before any holiday shift
    factor : price factor of the market, such as SPX
    multiplier : currency for one point of an index future
    book : book it belongs to; without this column all are in one, called as the file is
    price : market price: clean per 100 of face; of a bond future per 100, in decimals; of an index
        future in points

    Raises InputError with everything that a book file would be refused for, whatever the date."""
