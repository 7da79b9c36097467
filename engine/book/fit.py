"""What makes a book's market prices true in the base market: each payoff fits its own constants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.needs import check_needs
from engine.conventions.currencies import HOME
from engine.errors import InputError
from engine.market.market import Market
from engine.payoffs.flows import Spreads
from engine.payoffs.futures import NetBases
from engine.payoffs.fx_options import VolRatios
from engine.payoffs.holdings import Carries
from engine.payoffs.payoff import Caution, named
from engine.payoffs.quoted import FittedMarks
from engine.payoffs.registry import PAYOFFS
from engine.payoffs.shelf import Shelf, shelf
from engine.payoffs.swaptions import NormalVols
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """Constants of a book's revaluation, fixed in the base market and held in all others."""

    constants: Shelf  # of the payoffs that fit any

    def replaced(self, *constants: object) -> "Fits":
        """Return the fits with these in place of those of the same classes."""
        return Fits(constants=self.constants.replaced(*constants))

    @property
    def offset(self) -> F64 | float:
        """Return what market prices are worth that no constant gives, beside the model: (n_positions,) [home], or 0."""
        return sum((each.offset for each in self.constants.by_class.values() if isinstance(each, FittedMarks)), 0.0)

    @property
    def spreads(self) -> F64:
        """Return spreads over the zero curves: (n_positions,) decimal per year."""
        return self.constants.of(Spreads).spread

    @property
    def vol_ratio(self) -> F64:
        """Return the ratio of each FX option's vol to the surface's: (n_options,)."""
        return self.constants.of(VolRatios).vol_ratio

    @property
    def normal_vol(self) -> F64:
        """Return swaptions' normal vols: (n_swaptions,) decimal per sqrt(year)."""
        return self.constants.of(NormalVols).normal_vol

    @property
    def future_basis(self) -> F64:
        """Return bond futures' net bases: (n_futures,), prices per 1 of face."""
        return self.constants.of(NetBases).basis

    @property
    def future_reference(self) -> F64:
        """Return the prices from which bond futures' profit counts: (n_futures,) per 1."""
        return self.constants.of(NetBases).reference

    @property
    def holding_carry(self) -> F64:
        """Return index futures' carries: (n_holdings,) per year; 0 outright."""
        return self.constants.of(Carries).carry

    @property
    def holding_reference(self) -> F64:
        """Return the prices from which index futures' profit counts: (n_holdings,); 0 outright."""
        return self.constants.of(Carries).reference


def fit(book: CompiledBook, market: Market) -> Fits:
    """Fit everything that a book's market prices fix.

    A price or yield of a bond fixes the spread on its curve; a vol or premium of an option fixes the ratio of its vols
    to the surface's (or a swaption's normal vol); a future's price fixes its net basis, an index future's its carry.
    What has no market price is worth what the market's curves and vols say.

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks an exchange rate, curve, factor or vols, or a price
        cannot be fitted.
    """
    check_dates(book, market)
    check_needs(book, market)
    constants = shelf()
    for payoff in PAYOFFS:
        if payoff.fit is not None:
            constants = constants.replaced(payoff.fit(book, market, constants))
    return Fits(constants=constants)


def fit_warnings(book: CompiledBook, fits: Fits) -> tuple[str, ...]:
    """Warn of market prices far from what the market's curves and vols say."""
    cautions = [caution for payoff in PAYOFFS for caution in payoff.fit_cautions(book, fits.constants)]
    odd = (f"{who}: the market price means {what}; check it" for what, who in by_text(book, cautions))
    return (*odd, *_offset_warnings(book, fits))


def _offset_warnings(book: CompiledBook, fits: Fits) -> Iterator[str]:
    """Yield a warning for each kind that keeps offsets, with how large they are."""
    offset = np.broadcast_to(fits.offset, len(book.position_ids))
    kept = np.flatnonzero(offset)
    kinds = np.array(book.kinds)[kept]
    for kind in dict.fromkeys(kinds.tolist()):
        mine = kept[kinds == kind]
        total = f"{offset[mine].sum():+,.0f} {HOME}"
        yield (
            f"{named(book, mine)}: no vol or spread gives the market price of this {kind}: it is kept as a constant"
            f" offset to the model's value, {total} in all; check it"
        )


def by_text(book: CompiledBook, cautions: Iterable[Caution]) -> list[tuple[str, str]]:
    """Return each text once, in order of appearance, with the names of all positions that it is about."""
    places: dict[str, list[I64]] = {}
    for text, position in cautions:
        if position.size:
            places.setdefault(text, []).append(position)
    return [(text, named(book, np.unique(np.concatenate(found)))) for text, found in places.items()]


def check_dates(book: CompiledBook, market: Market) -> None:
    """Refuse a market of another date than the book's. Raises InputError."""
    if book.valuation_date != market.valuation_date:
        raise InputError(
            f"the book is compiled for {book.valuation_date}, the market is of {market.valuation_date};"
            " compile the book for the market's date"
        )
