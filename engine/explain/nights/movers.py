"""What may change from one night to the next, each as a whole: the one list."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.conventions.currencies import DOLLAR, HOME, currency_of
from engine.market.factors import PRICE_FACTOR, FactorKind
from engine.market.market import Market

AGEING, PRICES, VOLS, CORRELATIONS, LEAD = "ageing", "prices", "vols", "correlations", "lead"
BASIS, TRADES, LAW = "basis", "trades", "law"
CURVE = "curve:"  # before the name of a curve that is not derived from another
MOST_MOVERS = 9  # that may move one by one: 2^9 runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """What changes as a whole: a part of the change is its own."""

    keys: tuple[str, ...]  # what is in it; several where these cannot change one by one
    label: str
    meaning: str

    @property
    def key(self) -> str:
        """Return the name that JSON has for it: "vols", "ageing+trades"."""
        return "+".join(self.keys)


def movers_of(markets: Sequence[Market]) -> tuple[Mover, ...]:
    """Return all movers of two nights with these markets, in the order of tables."""
    curves = list(dict.fromkeys(name for market in markets for name in base_curves(market)))
    prices = ", ".join(dict.fromkeys(name for market in markets for name in _prices(market)))
    told = (
        (
            AGEING,
            "ageing",
            "the valuation date moves; each rate stays at its tenor, each vol at its expiry; fixings run on",
        ),
        *((CURVE + name, name, f"levels of the {name} curve, tenor by tenor") for name in curves),
        (PRICES, "USD/JPY" if prices == PRICE_FACTOR else "USD/JPY and prices", f"levels and closes before: {prices}"),
        (VOLS, "vols", "implied vols, the window's vols, and the variances of the day of laws of past days"),
        (CORRELATIONS, "correlations", "correlations, and the table of past days' residuals with their regimes"),
        (
            LEAD,
            "lead of the day",
            "what the night's New York close moves on Tokyo's next day, and long bonds on themselves, by past days",
        ),
        (BASIS, "basis", "spreads of swap, repo and cross-currency curves over their parents"),
        (TRADES, "trades in and out", "rows of the books that came, went or were changed, at either night's levels"),
        (LAW, "law and parameters", "the scenario as it was written; reversion, drifts, decays and weights of a law"),
    )
    return tuple(Mover(keys=(key,), label=label, meaning=meaning) for key, label, meaning in told)


def grouped(movers: Sequence[Mover], keys: Sequence[str], label: str) -> tuple[Mover, ...]:
    """Return the movers with those of `keys` as one, in the place of the first of them; as they are with one or none.

    label   of the group
    """
    mine = [mover for mover in movers if set(mover.keys) & set(keys)]
    if len(mine) < 2:
        return tuple(movers)
    together = Mover(
        keys=tuple(key for mover in mine for key in mover.keys),
        label=label,
        meaning="; ".join(mover.meaning for mover in mine),
    )
    return tuple(together if mover is mine[0] else mover for mover in movers if mover is mine[0] or mover not in mine)


def at_most(movers: Sequence[Mover]) -> tuple[Mover, ...]:
    """Return at most `MOST_MOVERS` of movers that all move: curves of third countries are grouped first."""
    own = {CURVE + currency_of(code).curves.bond for code in (HOME, DOLLAR)}
    others = [key for mover in movers for key in mover.keys if key.startswith(CURVE) and key not in own]
    groups = (
        (others, "other curves"),
        ((CORRELATIONS, LEAD), "correlations and lead"),
        ((VOLS, CORRELATIONS, LEAD), "vols, correlations and lead"),
    )
    found = tuple(movers)
    for keys, label in groups:
        if len(found) > MOST_MOVERS:
            found = grouped(found, keys, label)
    return found


def base_curves(market: Market) -> tuple[str, ...]:
    """Return the curves that are not derived from others."""
    return tuple(name for name in market.curves if name not in market.spreads)


def _prices(market: Market) -> tuple[str, ...]:
    return tuple(factor.name for factor in market.factors if factor.kind is FactorKind.PRICE)
