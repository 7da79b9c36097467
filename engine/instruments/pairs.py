"""The two currencies of an FX position: one is bought, its rate counts units of the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.conventions.currencies import CURRENCIES, DOLLAR, HOME, currency_of, fx_quote
from engine.conventions.currency import Range

if TYPE_CHECKING:
    from engine.instruments.rows.position import Position  # which is checked by the ranges of pairs

STRIKES_BEYOND = (0.2, 2.0)  # times the range of rates: strikes may lie so far below and above


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two currencies; a rate is units of the domestic one for one unit of the foreign one."""

    foreign: str  # "EUR"
    domestic: str  # "USD"

    @property
    def codes(self) -> tuple[str, str]:
        """Return both currencies."""
        return self.foreign, self.domestic

    @property
    def label(self) -> str:
        """Return the pair as a desk writes it: "EUR/USD"."""
        return f"{self.foreign}/{self.domestic}"

    @property
    def words(self) -> str:
        """Return what a rate counts: "dollar for one euro"."""
        return f"{currency_of(self.domestic).unit} for one {currency_of(self.foreign).unit}"

    @property
    def rates(self) -> Range:
        """Return the sane rates of a contract, low and high; of a cross what those against the home currency allow."""
        (low, high), (least, most) = (
            (1.0, 1.0) if code == HOME else fx_quote(code).contract_range for code in (self.foreign, self.domestic)
        )
        return low / most, high / least

    @property
    def strikes(self) -> Range:
        """Return the sane strikes of an option, low and high."""
        (low, high), (below, above) = self.rates, STRIKES_BEYOND
        return low * below, high * above


def pair_of(position: "Position") -> Pair:
    """Return the pair in which a position is dealt."""
    fx = position.kind.rule.fx
    return pair_of_fields(position.currency, position.against, pays_domestic=fx is not None and fx.pays_domestic)


def pair_of_fields(currency: str, against: str | None, *, pays_domestic: bool = False) -> Pair:
    """Return the pair of a row's `currency` and `against`, which may be empty.

    `pays_domestic`: the row's notional is paid in its currency, as a digital's, and not bought with the other.
    """
    other = against or (DOLLAR if currency == HOME else HOME)
    return Pair(foreign=other, domestic=currency) if pays_domestic else Pair(foreign=currency, domestic=other)


def quoted_pair(one: str, other: str) -> Pair:
    """Return two currencies in the order that markets quote: the home currency, or else the dollar, comes second."""
    order = list(CURRENCIES)
    domestic, foreign = sorted((one, other), key=order.index)
    return Pair(foreign=foreign, domestic=domestic)
