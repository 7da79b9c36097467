"""Currencies from the text of a TOML file: every key checked, every message with its place."""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from engine.conventions.currency import (
    Accrual,
    BondConvention,
    CentreNames,
    Currency,
    CurveNames,
    FirstCoupon,
    FxQuote,
    InterestRanges,
    QuotedYield,
    Range,
    SwapAccrual,
    SwapConvention,
)
from engine.errors import InputError, did_you_mean

Part = TypeVar("Part")
Reader = Callable[[str, Any], Any]  # place, what is there


def read_currencies(text: str) -> dict[str, Currency]:
    """Read the `currencies` tables of a TOML text into currencies by code.

    Raises InputError for TOML that is none, and for a key that is missing, unknown or holds what it cannot, by name.
    """
    return {
        code: _currency(code, table) for code, table in _table(_parsed(text).get("currencies"), "currencies").items()
    }


def read_registry(text: str) -> tuple[dict[str, Currency], str, tuple[str, ...]]:
    """Read the bundled file: currencies by code, code of the home currency, centres of the paths' business days.

    Raises InputError as `read_currencies`, and where not exactly one currency is the home, or two have one factor.
    """
    found, head = read_currencies(text), _parsed(text)
    _refuse_unknown("the file", head, ("home", "business_days", "currencies"))
    home = _text("home", head.get("home"))
    homes = [code for code, currency in found.items() if currency.fx is None]
    if homes != [home]:
        raise InputError(
            f"home: the one currency without a table `fx` must be {home!r}, got {', '.join(homes) or 'none'}"
        )
    factors = [currency.fx.factor for currency in found.values() if currency.fx is not None]
    if twice := next((name for i, name in enumerate(factors) if name in factors[:i]), None):
        raise InputError(f"the factor {twice!r} is that of two currencies")
    centres = _texts("business_days", head.get("business_days"))
    if not centres:
        raise InputError("business_days: must name a centre, got an empty list")
    return found, home, centres


def _currency(code: str, table: Mapping[str, Any]) -> Currency:
    where = f"currencies.{code}"
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise InputError(f"{where}: a currency's code is three capitals, such as EUR, got {code!r}")
    _check_keys(where, table, Currency, without=("code",), optional=("fx",))
    fx = None if "fx" not in table else _part(FxQuote, f"{where}.fx", table["fx"])
    return Currency(
        code=code,
        name=_text(f"{where}.name", table["name"]),
        unit=_text(f"{where}.unit", table["unit"]),
        written=_texts(f"{where}.written", table["written"]),
        year_days=float(_one_of(360, 365)(f"{where}.year_days", table["year_days"])),
        calendars=_part(CentreNames, f"{where}.calendars", table["calendars"]),
        curves=_part(CurveNames, f"{where}.curves", table["curves"]),
        bonds=_part(BondConvention, f"{where}.bonds", table["bonds"]),
        swaps=_part(SwapConvention, f"{where}.swaps", table["swaps"]),
        interest=_part(InterestRanges, f"{where}.interest", table["interest"]),
        fx=fx,
    )


def _part(kind: type[Part], where: str, given: Any) -> Part:
    """One table as the dataclass that holds it, every key read by its reader."""
    table = _table(given, where)
    _check_keys(where, table, kind)
    readers: dict[str, Reader] = {name: _READERS.get((kind, name), _text) for name in table}
    return kind(**{name: read(f"{where}.{name}", table[name]) for name, read in readers.items()})


def _check_keys(
    where: str, table: Mapping[str, Any], kind: Any, without: tuple[str, ...] = (), optional: tuple[str, ...] = ()
) -> None:
    known = [each.name for each in fields(kind) if each.name not in without]
    _refuse_unknown(where, table, known)
    if missing := next((name for name in known if name not in table and name not in optional), None):
        raise InputError(f"{where}: the key {missing!r} is missing")


def _refuse_unknown(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    if unknown := next((name for name in table if name not in known), None):
        raise InputError(
            f"{where}: unknown key {unknown!r}{did_you_mean(unknown, known)}; there are {', '.join(known)}"
        )


def _text(where: str, given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise InputError(f"{where}: must be text in quotes, got {given!r}")
    return given


def _texts(where: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise InputError(f"{where}: must be a list of texts, got {given!r}")
    return tuple(_text(where, each) for each in given)


def _range(where: str, given: Any) -> Range:
    is_pair = isinstance(given, list) and len(given) == 2 and all(isinstance(each, int | float) for each in given)
    if not is_pair or not -math.inf < given[0] < given[1] < math.inf:
        raise InputError(f"{where}: must be [low, high] with low below high, got {given!r}")
    return float(given[0]), float(given[1])


def _rate_range(where: str, given: Any) -> Range:
    low, high = _range(where, given)
    if low <= 0.0:
        raise InputError(f"{where}: an exchange rate is above 0, got {given!r}")
    return low, high


def _positive(where: str, given: Any) -> float:
    if not isinstance(given, int | float) or not 0.0 < given < math.inf:
        raise InputError(f"{where}: must be a number above 0, got {given!r}")
    return float(given)


def _business_days(where: str, given: Any) -> int:
    if type(given) is not int or not 0 <= given <= 10:
        raise InputError(f"{where}: must be 0 to 10 business days, got {given!r}")
    return given


def _one_of(*wanted: Any) -> Reader:
    def read(where: str, given: Any) -> Any:
        if isinstance(given, float) or given not in wanted:
            raise InputError(f"{where}: must be one of {', '.join(str(each) for each in wanted)}, got {given!r}")
        return next(each for each in wanted if each == given)

    return read


_READERS: Mapping[tuple[Any, str], Reader] = {  # what is not here is text
    (BondConvention, "coupons_per_year"): _one_of(1, 2, 4),  # a period is then a binary fraction of a year
    (BondConvention, "accrual"): _one_of(*Accrual),
    (BondConvention, "end_of_month"): _one_of(True, False),
    (BondConvention, "first_coupon"): _one_of(*FirstCoupon),
    (BondConvention, "settlement_days"): _business_days,
    (BondConvention, "quoted_yield"): _one_of(*QuotedYield),
    (SwapConvention, "months"): _one_of(3, 6, 12),
    (SwapConvention, "accrual"): _one_of(*SwapAccrual),
    (FxQuote, "spot_days"): _business_days,
    (FxQuote, "level_range"): _rate_range,
    (FxQuote, "contract_range"): _rate_range,
    (FxQuote, "small_move"): _positive,
    (InterestRanges, "yields"): _range,
    (InterestRanges, "contract"): _range,
}


def _table(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InputError(f"{where}: must be a table, got {given!r}")
    return given


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"currencies: not TOML: {error}") from None
