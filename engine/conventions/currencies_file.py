"""Currencies from the text of a TOML file: every key checked, every message with its place."""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
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
    Range,
    SwapAccrual,
    SwapConvention,
)
from engine.errors import InputError, did_you_mean

Part = TypeVar("Part")
Reader = Callable[[str, Any], Any]  # place, what is there


def read_currencies(text: str) -> dict[str, Currency]:
    """Read the `currencies` tables of a TOML text into currencies by code.

    Raises InputError for text that is not TOML, and for a missing, unknown or wrong key, by name.
    """
    return {
        code: _currency(code, table) for code, table in _table(_parsed(text).get("currencies"), "currencies").items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFile:
    """What the bundled file says."""

    currencies: dict[str, Currency]  # by code
    home: str  # code of the home currency
    step_centres: tuple[str, ...]  # all open on a day on which simulated paths step
    fx_centre: str  # open on every spot date


def read_registry(text: str) -> RegistryFile:
    """Read the bundled file.

    Raises InputError as `read_currencies`, and where not exactly one currency is the home, or two have one factor.
    """
    found, head = read_currencies(text), _parsed(text)
    _refuse_unknown("the file", head, ("home", "business_days", "fx_centre", "currencies"))
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
    fx_centre = _text("fx_centre", head.get("fx_centre"))
    return RegistryFile(currencies=found, home=home, step_centres=centres, fx_centre=fx_centre)


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


def _part(kind: type[Part], where: str, value: Any) -> Part:
    """Read one table into the dataclass that holds it, every key by its reader."""
    table = _table(value, where)
    _check_keys(where, table, kind, optional=[each.name for each in fields(kind) if each.default is not MISSING])  # type: ignore[arg-type]
    readers: dict[str, Reader] = {name: _READERS.get((kind, name), _text) for name in table}
    return kind(**{name: read(f"{where}.{name}", table[name]) for name, read in readers.items()})


def _check_keys(
    where: str, table: Mapping[str, Any], kind: Any, without: Sequence[str] = (), optional: Sequence[str] = ()
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


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: must be text in quotes, got {value!r}")
    return value


def _texts(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"{where}: must be a list of texts, got {value!r}")
    return tuple(_text(where, each) for each in value)


def _range(where: str, value: Any) -> Range:
    is_pair = isinstance(value, list) and len(value) == 2 and all(isinstance(each, int | float) for each in value)
    if not is_pair or not -math.inf < value[0] < value[1] < math.inf:
        raise InputError(f"{where}: must be [low, high] with low below high, got {value!r}")
    return float(value[0]), float(value[1])


def _rate_range(where: str, value: Any) -> Range:
    low, high = _range(where, value)
    if low <= 0.0:
        raise InputError(f"{where}: an exchange rate is above 0, got {value!r}")
    return low, high


def _positive(where: str, value: Any) -> float:
    if not isinstance(value, int | float) or not 0.0 < value < math.inf:
        raise InputError(f"{where}: must be a number above 0, got {value!r}")
    return float(value)


def _business_days(where: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 10:
        raise InputError(f"{where}: must be 0 to 10 business days, got {value!r}")
    return value


def _one_of(*wanted: Any) -> Reader:
    def read(where: str, value: Any) -> Any:
        if isinstance(value, float) or value not in wanted:
            raise InputError(f"{where}: must be one of {', '.join(str(each) for each in wanted)}, got {value!r}")
        return next(each for each in wanted if each == value)

    return read


_READERS: Mapping[tuple[Any, str], Reader] = {  # what is not here is text
    (BondConvention, "coupons_per_year"): _one_of(1, 2, 4),  # a period is then a binary fraction of a year
    (BondConvention, "accrual"): _one_of(*Accrual),
    (BondConvention, "end_of_month"): _one_of(True, False),
    (BondConvention, "first_coupon"): _one_of(*FirstCoupon),
    (BondConvention, "settlement_days"): _business_days,
    (SwapConvention, "months"): _one_of(3, 6, 12),
    (SwapConvention, "accrual"): _one_of(*SwapAccrual),
    (FxQuote, "spot_days"): _business_days,
    (FxQuote, "level_range"): _rate_range,
    (FxQuote, "contract_range"): _rate_range,
    (FxQuote, "small_move"): _positive,
    (FxQuote, "waits"): _one_of(True, False),
    (InterestRanges, "yields"): _range,
    (InterestRanges, "contract"): _range,
}


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be a table, got {value!r}")
    return value


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"currencies: not TOML: {error}") from None
