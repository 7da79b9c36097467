"""The forms in which histories are published: how each writes its columns, and which series a column is."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.conventions.currencies import CURRENCIES, currency_of_curve
from engine.conventions.indices import INDICES
from engine.errors import InputError, did_you_mean
from engine.market.factors import PRICE_FACTOR, tenor_label, tenor_years

TIDY_DATE = "date"
DATE_HEADERS = (TIDY_DATE, "基準日", "observation_date")  # in small or large letters

_UNITS = {"mo": "M", "month": "M", "months": "M", "yr": "Y", "year": "Y", "years": "Y"}
_REAL_YIELDS = frozenset(f"UST_{years}Y" for years in (5, 7, 10, 20, 30))
_FRED_TENORS = ("1mo", "3mo", "6mo", "1", "2", "3", "5", "7", "10", "20", "30")
_TIDY_OTHERS = frozenset(("qqq_adj", "xlk_adj", "xlu_adj", "xlp_adj", "sofr", "effr_dff"))  # returns, overnight rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a publisher writes a history."""

    words: str  # for messages: "the Treasury's file"
    series: Callable[[str], str | None]  # of a plain column; "": one that is known and left out; None: unknown
    is_own: bool = False  # of this program: an unknown column is an error; a publisher's is left out


def plain(field: str) -> str:
    """Return a header's field in small letters, single spaces and plain digits."""
    return " ".join(unicodedata.normalize("NFKC", field).split()).lower()


def form_of(header: Sequence[str]) -> Form | None:
    """Return the form that knows most of a header's series; None where the first is no date, or none is known.

    Of two that know as many, such as FRED's file and the tidy table of NIKKEI225 alone, the date's header tells.
    """
    if plain(header[0]) not in DATE_HEADERS:
        return None
    is_own = header[0].strip() == TIDY_DATE

    known = {form.words: sum(bool(form.series(plain(field))) for field in header[1:]) for form in FORMS}
    best = max(FORMS, key=lambda form: (known[form.words], form.is_own == is_own))
    if known[best.words]:
        return best
    return TIDY if is_own else None


def column_hint(field: str) -> str:
    """Return which column of the tidy table may have been meant by an unknown one."""
    curves = {f"{each.curves.bond}_10Y".lower() for each in CURRENCIES.values()}
    return did_you_mean(field, sorted(_TIDY_OTHERS | curves | _prices().keys()))


def refusal_of_series(names: Sequence[str]) -> str | None:
    """Return why a Treasury file is none of nominal yields; None where it may be."""
    if set(names) == _REAL_YIELDS:
        return (
            "has the columns of the Treasury's real yields, 5 to 30 years; give the par yield curve rates, which begin "
            "at 1 month"
        )
    return None


def _series(curve: str, tenor: str) -> str | None:
    try:
        return f"{curve}_{tenor_label(tenor_years(tenor.upper()))}"
    except InputError:
        return None


def _ministry(field: str) -> str | None:
    found = re.fullmatch(r"([0-9.]+)(?:y|年)", field)
    return _series("JGB", f"{found[1]}Y") if found else None


def _treasury(field: str) -> str | None:
    found = re.fullmatch(r"([0-9.]+) ([a-z]+)", field)
    return _series("UST", found[1] + _UNITS[found[2]]) if found and found[2] in _UNITS else None


def _fred(field: str) -> str | None:
    if field == "dexjpus":
        return PRICE_FACTOR
    if index := next((name for name, each in INDICES.items() if each.fred and each.fred.lower() == field), None):
        return index
    tenor = field.removeprefix("dgs")
    if tenor == field or tenor not in _FRED_TENORS:
        return None
    return f"UST_{tenor[:-2]}M" if tenor.endswith("mo") else f"UST_{tenor}Y"


def _tidy(field: str) -> str | None:
    if field in _prices():
        return _prices()[field]
    if field in _TIDY_OTHERS:
        return ""
    curve, _, tenor = field.rpartition("_")
    return _series(curve.upper(), tenor) if currency_of_curve(curve.upper()) is not None else None


def _prices() -> dict[str, str]:
    """Return the factors of exchange rates and indices by the tidy table's columns."""
    rates = [each.fx.factor for each in CURRENCIES.values() if each.fx is not None]
    return {name.lower(): name for name in (*rates, *INDICES)}


TIDY = Form(words="the tidy table", series=_tidy, is_own=True)
TREASURY = Form(words="the Treasury's file", series=_treasury)
FORMS = (
    TIDY,
    Form(words="the Ministry of Finance's file", series=_ministry),
    TREASURY,
    Form(words="FRED's file", series=_fred),
)
