"""What may change from one night to the next, block by block: the one list."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.conventions.currencies import DOLLAR, HOME, currency_of
from engine.market.factors import PRICE_FACTOR, FactorKind
from engine.market.market import Market

AGEING, PRICES, VOLS, CORRELATIONS, LEAD = "ageing", "prices", "vols", "correlations", "lead"
BASIS, TRADES, LAW = "basis", "trades", "law"
CURVE = "curve:"  # before the name of a curve that is not derived from another
MOST_BLOCKS = 9  # that may move one by one: 2^9 runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What changes as a whole: a part of the change is its own."""

    keys: tuple[str, ...]  # what is in it; several where these cannot change one by one
    label: str
    meaning: str

    @property
    def key(self) -> str:
        """Return the name that JSON has for it: "vols", "ageing+trades"."""
        return "+".join(self.keys)


def blocks_of(markets: Sequence[Market]) -> tuple[Block, ...]:
    """Return all blocks of two nights with these markets, in the order of tables."""
    curves = list(dict.fromkeys(name for market in markets for name in base_curves(market)))
    prices = ", ".join(dict.fromkeys(name for market in markets for name in _prices(market)))
    told = (
        (AGEING, "ageing", "the valuation date moves; each rate stays at its tenor, each vol at its expiry"),
        *((CURVE + name, name, f"levels of the {name} curve, tenor by tenor") for name in curves),
        (PRICES, "USD/JPY" if prices == PRICE_FACTOR else "USD/JPY and prices", f"levels and closes before: {prices}"),
        (VOLS, "vols", "implied vols, the window's vols, and the variances of the day of laws of past days"),
        (CORRELATIONS, "correlations", "correlations, and the table of past days' residuals with their regimes"),
        (
            LEAD,
            "lead of the day",
            "what residuals of the night's own date say of the next, by the law of past days",
        ),
        (BASIS, "basis", "spreads of swap, repo and cross-currency curves over their parents"),
        (TRADES, "trades in and out", "rows of the books that came, went or were changed, at either night's levels"),
        (LAW, "law and parameters", "the scenario as it was written; reversion, drifts, decays and weights of a law"),
    )
    return tuple(Block(keys=(key,), label=label, meaning=meaning) for key, label, meaning in told)


def grouped(blocks: Sequence[Block], keys: Sequence[str], label: str) -> tuple[Block, ...]:
    """Return the blocks with those of `keys` as one, in the place of the first of them; as they are with one or none.

    label   of the group
    """
    mine = [block for block in blocks if set(block.keys) & set(keys)]
    if len(mine) < 2:
        return tuple(blocks)
    together = Block(
        keys=tuple(key for block in mine for key in block.keys),
        label=label,
        meaning="; ".join(block.meaning for block in mine),
    )
    return tuple(together if block is mine[0] else block for block in blocks if block is mine[0] or block not in mine)


def at_most(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return at most `MOST_BLOCKS` of blocks that all move: curves of third countries are grouped first."""
    own = {CURVE + currency_of(code).curves.bond for code in (HOME, DOLLAR)}
    others = [key for block in blocks for key in block.keys if key.startswith(CURVE) and key not in own]
    groups = (
        (others, "other curves"),
        ((CORRELATIONS, LEAD), "correlations and lead"),
        ((VOLS, CORRELATIONS, LEAD), "vols, correlations and lead"),
    )
    found = tuple(blocks)
    for keys, label in groups:
        if len(found) > MOST_BLOCKS:
            found = grouped(found, keys, label)
    return found


def base_curves(market: Market) -> tuple[str, ...]:
    """Return the curves that are not derived from others."""
    return tuple(name for name in market.curves if name not in market.spreads)


def _prices(market: Market) -> tuple[str, ...]:
    return tuple(factor.name for factor in market.factors if factor.kind is FactorKind.PRICE)
