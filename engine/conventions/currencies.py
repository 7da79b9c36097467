"""Every currency, by code: the one list of them, read from `currencies.toml`.

Everything else asks this registry: outside this room nothing names a currency but the unwind's own mechanisms. A
currency that is added to `CURRENCIES` is at once one that markets, books and histories may name.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib.resources import files

from engine.conventions.currencies_file import read_registry
from engine.conventions.currency import Currency, FxQuote
from engine.errors import InputError, did_you_mean

MAX_TERM_YEARS = 50  # of a maturity, in calendar years after the valuation date
MAX_LOAN_YEARS = 10  # of a repo or deposit, from start to maturity

DOLLAR = "USD"  # of the unwind's own mechanisms; dealt against the home currency unless another is named

_FILE = read_registry((files("engine.conventions") / "currencies.toml").read_text("utf-8"))
CURRENCIES, HOME, STEP_CENTRES, FX_CENTRE = _FILE.currencies, _FILE.home, _FILE.step_centres, _FILE.fx_centre


def register(currency: Currency) -> None:
    """Add a foreign currency. Raises InputError for the home currency, and when its code or factor is taken."""
    if currency.fx is None:
        raise InputError(f"currencies.{currency.code}: the key 'fx' is missing; {HOME} is the home currency already")
    if currency.code in CURRENCIES or currency_of_factor(currency.fx.factor) is not None:
        raise InputError(f"currencies.{currency.code}: the code or the factor {currency.fx.factor!r} is taken")
    CURRENCIES[currency.code] = currency


@contextmanager
def registered(currency: Currency) -> Iterator[None]:
    """Have a currency in the list for a while."""
    register(currency)
    try:
        yield
    finally:
        del CURRENCIES[currency.code]


class _Kept(Collection[str]):
    """Codes of the currencies that a test keeps: a view, so that one registered later is in it."""

    def __init__(self, keeps: Callable[[Currency], bool]) -> None:
        self._keeps = keeps

    def __contains__(self, code: object) -> bool:
        return code in CURRENCIES and self._keeps(CURRENCIES[str(code)])

    def __iter__(self) -> Iterator[str]:
        return (code for code, currency in CURRENCIES.items() if self._keeps(currency))

    def __len__(self) -> int:
        return sum(1 for _ in self)


EVERY: Collection[str] = _Kept(lambda _: True)
FOREIGN: Collection[str] = _Kept(lambda currency: currency.fx is not None)
PAYS_OVERNIGHT: Collection[str] = _Kept(  # whose exchanges are discounted on the curve that projects its interest
    lambda currency: currency.fx is not None and currency.curves.fx == currency.curves.swap
)


def currency_of(code: str) -> Currency:
    """Return the currency of a code. Raises InputError for one that is not registered."""
    if code not in CURRENCIES:
        raise InputError(
            f"there is no currency {code!r}{did_you_mean(code, list(CURRENCIES))}; there are {', '.join(CURRENCIES)}: "
            "another one is a table in engine/conventions/currencies.toml"
        )
    return CURRENCIES[code]


def fx_quote(code: str) -> FxQuote:
    """Return how a foreign currency is quoted. Raises InputError for the home currency and unknown ones."""
    quote = currency_of(code).fx
    if quote is None:
        raise InputError(f"{code} is the home currency: its rate is 1, and no factor moves it")
    return quote


def currency_of_factor(name: str) -> str | None:
    """Return the code of the currency whose exchange rate a factor is: "USD" of "USDJPY"; None: of none."""
    codes = (code for code, each in CURRENCIES.items() if each.fx is not None and each.fx.factor == name)
    return next(codes, None)


def currency_of_curve(name: str) -> str | None:
    """Return the code of the currency whose bond or swap curve has a name: "JPY" of "JGB"; None when none has."""
    codes = (code for code, each in CURRENCIES.items() if name in (each.curves.bond, each.curves.swap))
    return next(codes, None)


def pair_currencies(pair: str) -> tuple[str, str] | None:
    """Return foreign and domestic code of a pair, "USD" and "JPY" of "USDJPY"; None unless both are registered.

    A pair's rate is units of the second for one unit of the first.
    """
    foreign, domestic = pair[:3], pair[3:]
    known = foreign in CURRENCIES and domestic in CURRENCIES and foreign not in (domestic, HOME)
    return (foreign, domestic) if known else None


def rate_words(code: str) -> str:
    """Return what an exchange rate counts, in words: "yen for one dollar"."""
    return f"{CURRENCIES[HOME].unit} for one {currency_of(code).unit}"
